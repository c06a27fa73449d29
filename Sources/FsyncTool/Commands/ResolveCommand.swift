import ArgumentParser
import FsyncCore
import FsyncRepo

/// `fsync resolve`: closes a conflict.
struct ResolveCommand: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve", abstract: "Close a conflict, and commit that.")

  /// Which version wins.
  enum Choice: EnumerableFlag {
    case plain, copy, base, both

    static func help(for value: Choice) -> ArgumentHelp? {
      switch value {
      case .plain: "Keep the version at the plain name; copies go."
      case .copy: "Keep the version of the copy, at the plain name."
      case .base: "Go back to the version from which all began."
      case .both: "Keep all versions where they are."
      }
    }
  }

  @OptionGroup var global: GlobalOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var change: ChangeOptions

  @Flag(exclusivity: .exclusive)
  var choice: Choice?

  @Option(
    name: .customLong("with"),
    help: ArgumentHelp("Keep the content of this file, at the plain name.", valueName: "file"),
    completion: .file())
  var file: RawArgument?

  @Argument(
    help: ArgumentHelp("The path of the conflict, or of one of its copies.", valueName: "path"),
    completion: .file())
  var path: RawArgument

  func validate() throws {
    if (choice == nil) == (file == nil) {
      throw ValidationError("one of --plain, --copy, --base, --both and --with FILE is needed")
    }
  }

  func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
    let repository = try tool.repository()
    let named = try tool.path(path, in: repository)
    let conflict = try repository.conflicts(notices: false).first { conflict in
      conflict.path == named || conflict.sides.contains { $0.path == named }
    }
    let path = conflict?.path ?? named
    let resolution: Resolution
    switch choice {
    case .plain: resolution = .plain
    // A copy that is named is the one that is meant, where there are several.
    case .copy: resolution = .copy(named == path ? nil : named)
    case .base: resolution = .base
    case .both: resolution = .both
    case nil: resolution = .file(try tool.absolute(file ?? RawArgument(bytes: [])))
    }
    let result = try repository.resolve(path, resolution, dryRun: change.dryRun)
    tool.show(result, json: report.json, dryRun: change.dryRun)
    return result.problems.status
  }
}
