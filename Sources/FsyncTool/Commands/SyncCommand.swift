import ArgumentParser
import FsyncCore
import FsyncRepo
import FsyncSystem

/// `fsync sync`: commits, exchanges with remotes, and brings the folder up to date.
struct SyncCommand: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: "Commit, exchange with remotes, and update the folder.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var change: ChangeOptions

  @Option(
    name: [.customShort("m"), .customLong("message")],
    help: ArgumentHelp("The message of the commit that is made first.", valueName: "text"))
  var message: RawArgument?

  @Option(
    name: .customLong("max-time"),
    help: ArgumentHelp(
      "Stop cleanly after this time: seconds, or with s, m or h.", valueName: "time"))
  var maxTime: DurationArgument?

  @Argument(
    help: ArgumentHelp(
      "Names or places of remotes; every configured one by default.", valueName: "remote"))
  var remotes: [RawArgument] = []

  func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
    let repository = try tool.repository()
    var options = SyncOptions()
    options.dryRun = change.dryRun
    options.maxSeconds = maxTime?.seconds
    options.message = message?.bytes ?? []
    var places: [String] = []
    for remote in remotes { places.append(try tool.place(ofRemote: remote, in: repository)) }
    let outcomes = repository.synchronize(with: places, options: options)
    if report.json {
      tool.print(SyncCommand.document(outcomes))
    } else if outcomes.isEmpty {
      tool.say("there is no remote to sync with: 'fsync remote add' makes one known")
    }
    return outcomes.reduce(.done) { $0.merged(with: show($1, tool)) }
  }

  private func show(_ outcome: Result<SyncResult, RepositoryError>, _ tool: Tool) -> ExitStatus {
    switch outcome {
    case .failure(let error):
      let report = ErrorReport(error)
      if !(report.status == .busy && global.quiet) { tool.report(report) }
      return report.status
    case .success(let result):
      if !report.json { say(result, tool) }
      tool.warn(result.commit.problems)
      tool.warn(result.update.problems)
      tool.warn(conflicts: result.update.conflicts)
      let conflicts = result.update.conflicts + result.remoteConflicts
      return result.commit.problems.status.merged(with: result.update.problems.status)
        .merged(with: conflicts > 0 ? .attention : .done)
    }
  }

  private func say(_ result: SyncResult, _ tool: Tool) {
    guard !tool.options.quiet else { return }
    if tool.options.verbose || change.dryRun {
      tool.print(result.commit.changes)
      tool.print(result.update.changes)
    }
    let would = change.dryRun ? "would have " : ""
    tool.say(
      "\(tool.name(Array(result.remote.utf8))): \(would)"
        + "sent \(Figures.count(result.objectsSent, "object")) "
        + "(\(Figures.bytes(result.bytesSent))), "
        + "received \(Figures.count(result.objectsReceived, "object")) "
        + "(\(Figures.bytes(result.bytesReceived))), "
        + "\(Figures.count(result.update.changes.count, "change")) here")
  }

  /// The documented document: totals, then each remote.
  private static func document(_ outcomes: [Result<SyncResult, RepositoryError>]) -> JSON {
    var failures: [JSON] = []
    var results: [SyncResult] = []
    for outcome in outcomes {
      switch outcome {
      case .success(let result): results.append(result)
      case .failure(let error):
        let report = ErrorReport(error)
        failures.append(
          .object([
            .init("message", .string(report.message)),
            .init("status", .integer(Int64(report.status.rawValue))),
          ]))
      }
    }
    guard case .object(let fields) = json(results) else { return .null }
    return .object(fields + [.init("failures", .array(failures))])
  }

  /// What syncs did, together and each.
  static func json(_ results: [SyncResult]) -> JSON {
    func traffic(_ bytes: UInt64, _ objects: Int) -> JSON {
      .object([.init("bytes", .unsigned(bytes)), .init("objects", .number(objects))])
    }
    func fields(_ result: SyncResult) -> [JSON.Field] {
      [
        .init("heads", .ids(result.heads)), .init("view", .id(result.view)),
        .init("sent", traffic(result.bytesSent, result.objectsSent)),
        .init("received", traffic(result.bytesReceived, result.objectsReceived)),
        .init("roundTrips", .number(result.roundTrips)),
        .init("commits", .ids(result.commit.commits)),
        .init("changes", .changes(result.update.changes)),
        .init("unknown", .problems(result.commit.problems + result.update.problems)),
        .init("conflicts", .number(result.update.conflicts)),
      ]
    }
    var total = SyncResult(remote: "")
    for result in results {
      total.heads = result.heads
      total.view = result.view
      total.bytesSent += result.bytesSent
      total.bytesReceived += result.bytesReceived
      total.objectsSent += result.objectsSent
      total.objectsReceived += result.objectsReceived
      total.roundTrips += result.roundTrips
      total.commit.commits += result.commit.commits
      total.commit.problems += result.commit.problems
      total.update.changes += result.update.changes
      total.update.problems += result.update.problems
      total.update.conflicts = result.update.conflicts
    }
    return .object(
      fields(total) + [
        .init(
          "remotes",
          .array(
            results.map { .object([.init("remote", .string($0.remote))] + fields($0)) }))
      ])
  }
}

/// A span of time: seconds, or a number with `s`, `m` or `h`.
struct DurationArgument: ExpressibleByArgument {
  /// The seconds.
  let seconds: Double

  /// Parses the text; nil where it is none.
  init?(argument: String) {
    var digits = argument
    let factor: Double
    switch digits.last {
    case "s": factor = 1
    case "m": factor = 60
    case "h": factor = 3600
    default:
      factor = 1
      digits.append("s")
    }
    digits.removeLast()
    guard let number = Double(digits), number > 0, number <= 1e7 else { return nil }
    seconds = number * factor
  }
}

extension Tool {
  /// Tells of open conflicts, which a person must see even with `--quiet`.
  func warn(conflicts: Int) {
    guard conflicts > 0 else { return }
    warn("\(Figures.count(conflicts, "conflict")) open: see 'fsync conflicts'")
  }

  /// A remote's name or place as the library takes it: paths made absolute.
  /// - Parameter repository: the repository whose remotes' names are understood; nil for none.
  func place(
    ofRemote argument: RawArgument, in repository: Repository? = nil
  ) throws(RepositoryError) -> String {
    guard let text = String(validating: argument.bytes, as: UTF8.self) else {
      throw .unknownRemote(String(decoding: argument.bytes, as: UTF8.self))
    }
    if let repository, repository.configuration.remote(named: text) != nil { return text }
    // `host:path` and `ssh://…` stay; a path that has a colon begins with `/` or `./`.
    let beforeSlash = text.prefix { $0 != "/" }
    if beforeSlash.contains(":") { return text }
    if repository != nil, !text.contains("/"), Remote.isValidName(text) {
      let isFolder = (try? Stat(following: try absolute(argument)))?.kind == .directory
      if !isFolder { throw .unknownRemote(text) }
    }
    return String(decoding: try absolute(argument), as: UTF8.self)
  }
}
