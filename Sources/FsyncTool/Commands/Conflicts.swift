internal import ArgumentParser
import FsyncCore
import FsyncRepo

struct Conflicts: Command {
  static let configuration = CommandConfiguration.command(
    "conflicts", abstract: "List conflicts that are open, with every version.",
    discussion: """
      The first version has the plain name; each other is a copy beside it. fsync resolve closes a \
      conflict, and so does removing the copies by hand.
      """)

  @Flag(help: "List what was merged and people should know of, too.")
  var notices = false

  @OptionGroup var names: NameOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = true

  func run(_ tool: Tool) throws(RepositoryError) {
    let repository = try tool.open()
    let snapshot = try repository.snapshot(at: .base)
    let conflicts = try repository.conflicts(of: snapshot, notices: notices).map {
      ConflictText($0, in: snapshot)
    }
    if report.json {
      tool.output.document(["conflicts": .array(conflicts.map(\.json))])
    } else if names.null {
      for conflict in conflicts { tool.output.write(conflict.record) }
    } else {
      for conflict in conflicts {
        for line in conflict.lines(tool.style) { tool.output.line(line) }
      }
      if conflicts.isEmpty { tool.say("no conflict is open") }
    }
  }
}
