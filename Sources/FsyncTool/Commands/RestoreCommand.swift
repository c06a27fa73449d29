import ArgumentParser
import FsyncCore
import FsyncRepo

/// `fsync restore`: brings back an earlier state of paths.
struct RestoreCommand: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Bring back files, folders or everything.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var change: ChangeOptions

  @Option(
    name: .customLong("at"),
    help: ArgumentHelp(
      "The state: a commit or a time; by default the last committed one.", valueName: "state"))
  var moment: String?

  @Option(
    name: .customLong("to"),
    help: ArgumentHelp("Write into this folder instead, and leave the repository.", valueName: "dir"),
    completion: .directory)
  var target: RawArgument?

  @Argument(
    help: ArgumentHelp("What to bring back; the repository's root for everything.", valueName: "path"),
    completion: .file())
  var paths: [RawArgument]

  func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
    let repository = try tool.repository()
    let moment = try moment.map { (text) throws(RepositoryError) in try repository.moment(text) }
    let paths = try tool.paths(paths, in: repository)
    let target = try target.map { (argument) throws(RepositoryError) in
      try tool.absolute(argument)
    }
    let result = try repository.restore(
      paths.contains(where: \.isRoot) ? [] : paths, at: moment ?? .base, to: target,
      dryRun: change.dryRun)
    if report.json {
      tool.print(
        .object([
          .init("commits", .ids(result.commits)), .init("changes", .changes(result.changes)),
          .init("unknown", .problems(result.problems)),
        ]))
    } else if !tool.options.quiet {
      if change.dryRun || tool.options.verbose { tool.print(result.changes) }
      let verb = change.dryRun ? "would restore" : "restored"
      tool.say("\(verb) \(Figures.count(result.changes.count, "path"))")
    }
    tool.warn(result.problems)
    return result.problems.status
  }
}
