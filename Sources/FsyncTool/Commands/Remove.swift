internal import ArgumentParser
import FsyncCore
import FsyncRepo

struct Remove: Command {
  static let configuration = CommandConfiguration.command(
    "rm", abstract: "Delete paths everywhere, in one commit.",
    discussion: """
      History keeps what they held. Removing a file by hand and committing does the same. With \
      --keep-files the files stay in this folder: for what is tracked and .fsyncignore names now.
      """)

  @Argument(help: ArgumentHelp("Files or folders that are in a commit.", valueName: "path"))
  var paths: [Word]

  @Flag(name: .shortAndLong, help: "Folders too, with all they hold.")
  var recursive = false

  @Flag(help: "Leave the files in this folder; they should be ignored then.")
  var keepFiles = false

  @OptionGroup var change: ChangeOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    let repository = try tool.open()
    let result = try repository.remove(
      tool.paths(paths, in: repository), keepFiles: keepFiles, recursive: recursive,
      dryRun: change.dryRun)
    if report.json {
      tool.output.document(result.json(dryRun: change.dryRun))
    } else {
      tool.say(result, dryRun: change.dryRun, nothing: "nothing to remove")
    }
    tool.report(result.problems)
  }
}
