internal import ArgumentParser
import FsyncCore
import FsyncRepo

struct Resolve: Command {
  static let configuration = CommandConfiguration.command(
    "resolve", abstract: "Close a conflict, everywhere, in one commit.",
    discussion: "Say with one option what the path becomes. Every version stays in history.")

  @Argument(help: "A path that fsync conflicts lists.")
  var path: Word

  @Argument(
    help: ArgumentHelp("With --copy: which one, where there are several.", valueName: "copy"))
  var chosen: Word?

  @Flag(help: "The version with the plain name; the copies go.")
  var plain = false

  @Flag(help: "The copy; it gets the plain name.")
  var copy = false

  @Flag(help: "The version that all sides started from.")
  var base = false

  @Flag(help: "All versions, where they are.")
  var both = false

  @Option(help: ArgumentHelp("What this file holds.", valueName: "file"))
  var with: Word?

  @OptionGroup var change: ChangeOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func validate() throws {
    let count = [plain, copy, base, both, with != nil].count { $0 }
    guard count == 1 else {
      throw ValidationError("Give one of --plain, --copy, --base, --both and --with FILE")
    }
    if chosen != nil, !copy { throw ValidationError("A second path goes with --copy only") }
  }

  func run(_ tool: Tool) throws(RepositoryError) {
    let repository = try tool.open()
    let path = try tool.path(path, in: repository)
    let result = try repository.resolve(
      path, try resolution(tool, repository), dryRun: change.dryRun)
    if report.json {
      tool.output.document(result.json(dryRun: change.dryRun))
    } else {
      tool.say(result, dryRun: change.dryRun, nothing: "nothing to change")
    }
    tool.report(result.problems)
  }

  private func resolution(
    _ tool: Tool, _ repository: Repository
  ) throws(RepositoryError) -> Resolution {
    if let with { return .file(with.bytes) }
    if copy {
      guard let chosen else { return .copy(nil) }
      return .copy(try tool.path(chosen, in: repository))
    }
    return base ? .base : both ? .both : .plain
  }
}
