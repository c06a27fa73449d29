import ArgumentParser
import FsyncRepo

/// `fsync rm`: deletes paths, and records it.
struct RemoveCommand: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Delete files everywhere, and commit that.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var change: ChangeOptions

  @Flag(name: [.customShort("r"), .customLong("recursive")], help: "Delete folders as well.")
  var recursive = false

  @Flag(
    name: .customLong("keep"),
    help: "Leave the files here, and only stop to track them; they must be ignored.")
  var keep = false

  @Argument(help: ArgumentHelp("What to delete.", valueName: "path"), completion: .file())
  var paths: [RawArgument]

  func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
    let repository = try tool.repository()
    let result = try repository.remove(
      try tool.paths(paths, in: repository), keepFiles: keep, recursive: recursive,
      dryRun: change.dryRun)
    tool.show(result, json: report.json, dryRun: change.dryRun)
    return result.problems.status
  }
}
