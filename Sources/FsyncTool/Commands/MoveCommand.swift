import ArgumentParser
import FsyncRepo

/// `fsync mv`: renames a path, and records it as a rename.
struct MoveCommand: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "mv", abstract: "Rename a file or folder, and commit that as a rename.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var change: ChangeOptions

  @Argument(help: ArgumentHelp("What to rename.", valueName: "from"), completion: .file())
  var from: RawArgument

  @Argument(
    help: ArgumentHelp("The new path, or a folder to move it into.", valueName: "to"),
    completion: .file())
  var to: RawArgument

  func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
    let repository = try tool.repository()
    let paths = try tool.paths([from, to], in: repository)
    let result = try repository.move(paths[0], to: paths[1], dryRun: change.dryRun)
    tool.show(result, json: report.json, dryRun: change.dryRun)
    return result.problems.status
  }
}
