internal import ArgumentParser
import FsyncCore
import FsyncRepo
import FsyncWords

struct Check: Command {
  static let configuration = CommandConfiguration.command(
    "fsck", abstract: "Verify everything that is stored, and repair it.",
    discussion: """
      Every frame's checksum, every object's hash, and every reference. It reads the whole store \
      and says which files and commits are hit; the status is 6 where something is damaged. With \
      --repair what is damaged or missing is fetched from another replica.
      """)

  @Flag(help: "Checksums only, at the speed of the disk; no object is hashed.")
  var quick = false

  @Option(
    help: ArgumentHelp(
      "Fetch what is damaged or missing from a remote, a name or a place.", valueName: "remote"),
    transform: Place.init)
  var repair: Place?

  @OptionGroup var exchange: ExchangeOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func validate() throws {
    if quick, repair != nil { throw ValidationError("--repair needs more than --quick finds") }
    if repair == nil, exchange.limitRate != nil || exchange.retry != nil {
      throw ValidationError("--limit-rate and --retry are for --repair")
    }
  }

  func run(_ tool: Tool) throws(RepositoryError) {
    let repository = try tool.open()
    guard let place = repair else {
      let found = try repository.check(quick: quick)
      if report.json {
        tool.output.document(found.json)
      } else {
        tool.show(found, isQuick: quick)
      }
      return tool.fail(found, in: repository)
    }
    repository.rateLimit = exchange.limitRate?.bytes
    let result = try repository.repair(
      from: try tool.remote(place, of: repository), retrying: exchange.retrying(tool),
      over: .standard)
    if report.json {
      tool.output.document(result.json)
    } else {
      if !result.before.isSound { tool.show(result) }
      tool.show(result.after, isQuick: false)
    }
    tool.fail(result.after, in: repository)
  }
}

extension Tool {
  /// Ends with the status for damage where something is damaged.
  fileprivate func fail(_ found: CheckReport, in repository: Repository) {
    guard !found.isSound else { return }
    let remote = repository.configuration.remotes.first?.name ?? "REMOTE"
    fail(
      ErrorText(
        "\(Figures.count(max(found.damages.count, found.missing.count), "damage")) found",
        hint: "the folder's files are not concerned; fsync fsck --repair \(remote) fetches what is "
          + "damaged from another replica", status: .damaged))
  }
}
