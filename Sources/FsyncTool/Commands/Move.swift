internal import ArgumentParser
import FsyncCore
import FsyncRepo

struct Move: Command {
  static let configuration = CommandConfiguration.command(
    "mv", abstract: "Move or rename a path, in one commit.",
    discussion: """
      Moving by hand works too, and is seen as a rename where the content stays; this command \
      records it whatever the content becomes.
      """)

  @Argument(help: "A file or folder that is in a commit.")
  var from: Word

  @Argument(help: "Where it goes: a new path, or a folder.")
  var to: Word

  @OptionGroup var change: ChangeOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    let repository = try tool.open()
    let result = try repository.move(
      tool.path(from, in: repository), to: tool.path(to, in: repository), dryRun: change.dryRun)
    if report.json {
      tool.output.document(result.json(dryRun: change.dryRun))
    } else {
      tool.say(result, dryRun: change.dryRun, nothing: "nothing to move")
    }
    tool.report(result.problems)
  }
}
