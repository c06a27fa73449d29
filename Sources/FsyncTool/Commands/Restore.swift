internal import ArgumentParser
import FsyncCore
import FsyncRepo

struct Restore: Command {
  static let configuration = CommandConfiguration.command(
    "restore", abstract: "Bring back files, folders or everything as they were.",
    discussion: """
      What comes back is committed, and so reaches every replica. A change that no commit holds is \
      never overwritten. A moment is a commit's first 6 or more digits, a time (RFC 3339, a date, \
      or like '2 days ago'), or 'now' for the last committed one.
      """)

  @Argument(
    help: ArgumentHelp("Files or folders, there or not; . for everything.", valueName: "path"))
  var paths: [Word]

  @Option(help: ArgumentHelp("When; now where none is given.", valueName: "moment"))
  var at = "now"

  @Option(
    help: ArgumentHelp(
      "Write into this folder instead, outside of history; what is there stays.",
      valueName: "folder"),
    completion: .directory)
  var to: Word?

  @OptionGroup var change: ChangeOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    let repository = try tool.open()
    let paths = try tool.paths(paths, in: repository)
    let result = try repository.restore(
      paths, at: try repository.moment(at), to: to?.bytes, dryRun: change.dryRun)
    if report.json {
      tool.output.document(result.json(dryRun: change.dryRun))
    } else {
      print(result, tool)
    }
    tool.report(result.problems)
  }

  private func print(_ result: RestoreResult, _ tool: Tool) {
    if change.dryRun || global.verbose {
      for change in result.changes { tool.say("  \(change.line(tool.style))") }
    }
    for id in result.commits { tool.say("commit \(tool.style(id.short, .note))") }
    let verb = change.dryRun ? "would restore" : "restored"
    let count = Figures.count(result.changes.count, "path")
    tool.say(result.changes.isEmpty ? "nothing to restore" : "\(verb) \(count)")
  }
}

extension RestoreResult {
  /// The result for scripts.
  fileprivate func json(dryRun: Bool) -> JSON {
    [
      "commits": .ids(commits), "changes": changes.json, "problems": .array(problems.map(\.json)),
      "dryRun": .boolean(dryRun),
    ]
  }
}
