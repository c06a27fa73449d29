import ArgumentParser
import FsyncCore
import FsyncRepo

/// `fsync commit`: records what changed.
struct CommitCommand: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "commit", abstract: "Record the state of the folder.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var change: ChangeOptions

  @Option(
    name: [.customShort("m"), .customLong("message")],
    help: ArgumentHelp("Why; by default a list of what changed.", valueName: "text"))
  var message: RawArgument?

  func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
    var options = CommitOptions()
    options.message = message?.bytes ?? []
    options.dryRun = change.dryRun
    let result = try tool.repository().commit(options)
    tool.show(result, json: report.json, dryRun: change.dryRun)
    return result.problems.status
  }
}

extension Tool {
  /// Prints what a command that commits did.
  func show(_ result: CommitResult, json: Bool, dryRun: Bool) {
    if json {
      print(.commitResult(result))
    } else if !options.quiet {
      if dryRun || options.verbose { print(result.changes) }
      if dryRun {
        say(
          result.changes.isEmpty
            ? "nothing to commit" : "would commit \(Figures.count(result.changes.count, "change"))")
      } else if result.commits.isEmpty {
        say("nothing to commit")
      }
      for id in result.commits {
        say(
          "committed \(id.description.prefix(12)), "
            + "\(Figures.count(result.changes.count, "change"))")
      }
    }
    warn(result.problems)
  }
}

extension JSON {
  /// What a command that commits did.
  static func commitResult(_ result: CommitResult) -> JSON {
    .object([
      Field("commits", ids(result.commits)), Field("changes", changes(result.changes)),
      Field("unknown", problems(result.problems)),
      Field("bytesRead", .unsigned(result.bytesRead)),
      Field("bytesStored", .unsigned(result.bytesStored)),
    ])
  }
}
