internal import ArgumentParser
import FsyncCore
import FsyncRepo

struct Prune: Command {
  static let configuration = CommandConfiguration.command(
    "prune", abstract: "Drop the content of old commits, and keep what they did.",
    discussion: """
      A commit keeps its content where one rule says so; without any option the rules of the \
      configuration hold. Of the others, log, ls and diff --stat still tell everything, but what \
      was in files is given up here at once. Other replicas keep what they have. What the folder, \
      open conflicts and merges to come need always stays.
      """)

  @Option(
    help: ArgumentHelp(
      "Keep what is at most so much older than the newest commit: 30d, 12h, 4w.",
      valueName: "duration"))
  var keepWithin: Duration?

  @Option(help: ArgumentHelp("Keep so many of the newest commits.", valueName: "n"))
  var keepLast: Count?

  @Option(help: ArgumentHelp("Keep the last commit of so many hours.", valueName: "n"))
  var keepHourly: Count?

  @Option(help: ArgumentHelp("Keep the last commit of so many days.", valueName: "n"))
  var keepDaily: Count?

  @Option(help: ArgumentHelp("Keep the last commit of so many weeks.", valueName: "n"))
  var keepWeekly: Count?

  @Option(help: ArgumentHelp("Keep the last commit of so many months.", valueName: "n"))
  var keepMonthly: Count?

  @Option(help: ArgumentHelp("Keep the last commit of so many years.", valueName: "n"))
  var keepYearly: Count?

  @OptionGroup var change: ChangeOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    let repository = try tool.open()
    let result = try repository.prune(
      policy.isEmpty ? repository.configuration.retention : policy, dryRun: change.dryRun)
    if report.json {
      tool.output.document(result.json(dryRun: change.dryRun))
    } else {
      print(result, tool)
    }
  }

  /// What the options say.
  private var policy: RetentionPolicy {
    var policy = RetentionPolicy()
    policy.within = keepWithin.map { Int64($0.seconds) }
    policy.last = keepLast?.number
    policy.periods[.hourly] = keepHourly?.number
    policy.periods[.daily] = keepDaily?.number
    policy.periods[.weekly] = keepWeekly?.number
    policy.periods[.monthly] = keepMonthly?.number
    policy.periods[.yearly] = keepYearly?.number
    return policy
  }

  private func print(_ result: PruneResult, _ tool: Tool) {
    if change.dryRun || global.verbose {
      for decision in result.decisions { tool.say(decision.line(tool.style)) }
    }
    tool.say(
      "\(Figures.count(result.kept, "commit")) \(result.kept == 1 ? "keeps its" : "keep their") "
        + "content (\(result.policy)), \(result.pruned) "
        + "\(change.dryRun ? "would be" : result.pruned == 1 ? "was" : "were") pruned"
        + (result.absent > 0 ? "; \(result.absent) had been before" : ""))
    guard change.dryRun || result.bytesBefore > 0 else { return }
    let verb = change.dryRun ? "would drop" : "dropped"
    let sizes =
      change.dryRun
      ? "about \(Figures.bytes(result.bytesFreed))"
      : "the store went from \(Figures.bytes(result.bytesBefore)) to "
        + Figures.bytes(result.bytesAfter)
    tool.say("\(verb) \(Figures.count(result.objectsDropped, "object")); \(sizes)")
  }
}

/// A number of commits or periods, from 1.
struct Count: ExpressibleByArgument {
  let number: Int

  init?(argument: String) {
    guard let number = Int(argument), (1...1_000_000).contains(number) else { return nil }
    self.number = number
  }
}

extension Retention.Reason {
  /// The reason in words.
  fileprivate var text: String {
    switch self {
    case .rule(let rule): rule.name
    case .beside(let commit): "beside \(commit.short)"
    case .needed: "needed"
    }
  }
}

extension Retention.Decision {
  /// The decision on one line.
  fileprivate func line(_ style: Style) -> String {
    let date = TimeText.plain(time, zone: LocalZone.system.minutes(time.seconds))
    let why = reasons.map(\.text).joined(separator: ", ")
    let verdict = isKept ? style("keep ", .good) : style("prune", .bad)
    return "\(verdict)  \(style(commit.short, .note))  \(date)\(why.isEmpty ? "" : "  \(why)")"
  }
}

extension PruneResult {
  /// The result for scripts.
  fileprivate func json(dryRun: Bool) -> JSON {
    [
      "policy": .string(policy),
      "commits": .array(
        decisions.map { decision in
          [
            "id": .id(decision.commit),
            "time": .time(
              decision.time, zone: LocalZone.system.minutes(decision.time.seconds)),
            "kept": .boolean(decision.isKept),
            "reasons": .array(decision.reasons.map { .string($0.text) }),
          ]
        }),
      "kept": .integer(kept), "pruned": .integer(pruned), "prunedBefore": .integer(absent),
      "objectsDropped": .integer(objectsDropped), "bytesFreed": .integer(bytesFreed),
      "dryRun": .boolean(dryRun),
    ]
  }
}
