internal import ArgumentParser
import FsyncCore
import FsyncRepo

struct Commit: Command {
  static let configuration = CommandConfiguration.command(
    "commit", abstract: "Keep what the folder holds now.",
    discussion: """
      Everything that is not ignored (.fsyncignore) is recorded: new, changed and deleted files, \
      empty folders, links, permissions and times. What cannot be read stays in history as it was.
      """)

  @Option(
    name: .shortAndLong, parsing: .unconditional,
    help: "Why; a list of what changed where none is given.")
  var message: Word?

  @Option(help: "Who; user.name of the configuration, else the user at this host.")
  var author: Word?

  @OptionGroup var change: ChangeOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    let repository = try tool.open()
    var options = CommitOptions()
    options.message = message?.bytes ?? []
    options.author = author?.bytes
    options.dryRun = change.dryRun
    options.listsChanges = report.json || change.dryRun || tool.global.verbose
    let result = try repository.commit(options)
    if report.json {
      tool.output.document(result.json(dryRun: change.dryRun))
    } else {
      tool.say(result, dryRun: change.dryRun)
    }
    tool.report(result.problems)
    if !change.dryRun { repository.collectIfWorthwhile() }
  }
}
