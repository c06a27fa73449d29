import FsyncCore
import TestSupport
import Testing

@Suite struct RetentionTests {
  private static let hour: Int64 = 3600
  private static let day: Int64 = 86_400

  private func policy(
    within: Int64? = nil, last: Int? = nil, _ periods: [RetentionPolicy.Period: Int] = [:]
  ) -> RetentionPolicy {
    var policy = RetentionPolicy()
    policy.within = within
    policy.last = last
    policy.periods = periods
    return policy
  }

  /// Seconds of a date and time in UTC.
  private func seconds(_ text: String) throws -> Int64 {
    let fields = text.split { "-T:".contains($0) }.compactMap { Int($0) }
    try #require(fields.count == 5)
    return CivilTime(
      year: fields[0], month: fields[1], day: fields[2], hour: fields[3], minute: fields[4]
    ).utcSeconds
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var policy: RetentionPolicy
    /// From the newest on; a star marks what is kept.
    var times: [String]
    var minutes: Int16 = 0
    var testDescription: String { name }

    init(
      _ name: String, minutes: Int16 = 0, times: [String], _ fill: (inout RetentionPolicy) -> Void
    ) {
      var policy = RetentionPolicy()
      fill(&policy)
      (self.name, self.policy, self.times, self.minutes) = (name, policy, times, minutes)
    }
  }

  static let table = [
    Case("last", times: ["2026-03-02T10:00*", "2026-03-02T09:00*", "2026-03-01T09:00"]) {
      $0.last = 2
    },
    Case(
      "within, from the newest and not from now",
      times: ["2020-01-31T12:00*", "2020-01-01T12:00*", "2020-01-01T11:59"]
    ) { $0.within = 30 * 86_400 },
    Case(
      "hourly: the last of the hour",
      times: ["2026-03-02T10:59*", "2026-03-02T10:00", "2026-03-02T09:59*", "2026-03-02T08:00"]
    ) { $0.periods = [.hourly: 2] },
    Case(
      "daily: days without commits do not count",
      times: ["2026-03-09T01:00*", "2026-03-02T10:00*", "2026-03-02T09:00", "2026-03-01T09:00"]
    ) { $0.periods = [.daily: 2] },
    Case(
      "daily by local time", minutes: 120,
      times: ["2026-03-02T21:59*", "2026-03-01T22:00", "2026-03-01T21:59*", "2026-02-28T22:30"]
    ) { $0.periods = [.daily: 2] },
    Case(
      "weekly from Monday: a Sunday and the Monday after it",
      times: ["2026-03-02T00:00*", "2026-03-01T23:59*", "2026-02-23T00:00", "2026-02-22T23:59"]
    ) { $0.periods = [.weekly: 2] },
    Case(
      "weekly before 1970",
      times: ["1969-12-29T00:00*", "1969-12-28T23:59*", "1969-12-22T00:00", "1969-12-21T00:00"]
    ) { $0.periods = [.weekly: 2] },
    Case(
      "monthly and yearly",
      times: ["2026-03-02T10:00*", "2026-02-28T10:00*", "2026-01-01T00:00", "2025-12-31T23:59*"]
    ) { $0.periods = [.monthly: 2, .yearly: 2] },
    Case(
      "rules unite",
      times: ["2026-03-02T10:00*", "2026-03-02T09:00*", "2026-03-01T09:00*", "2026-03-01T08:00"]
    ) {
      $0.last = 2
      $0.periods = [.daily: 2]
    },
    Case("no rule keeps nothing", times: ["2026-03-02T10:00"]) { _ in },
  ]

  @Test(arguments: table) func rulesKeepWhatTheySay(_ row: Case) throws {
    let times = try row.times.map {
      Timestamp(seconds: try seconds($0.replacing("*", with: "")))
    }
    let rules = row.policy.rules(for: times) { _ in row.minutes }
    #expect(rules.map { !$0.isEmpty } == row.times.map { $0.hasSuffix("*") })
  }

  @Test func policiesHaveWords() {
    #expect(policy(within: 30 * Self.day, last: 3).text == "within 30d, last 3")
    #expect(
      policy(within: 14 * Self.day, [.daily: 7, .hourly: 2]).text == "within 2w, hourly 2, daily 7")
    #expect(policy(within: 90).text == "within 90s")
    #expect(policy().isEmpty && !policy([.yearly: 1]).isEmpty)
  }

  /// A policy decided the long way: every rule over again for every commit.
  private func brute(_ policy: RetentionPolicy, _ times: [Int64], zone: Int64) -> [Bool] {
    times.indices.map { index in
      if let within = policy.within, times[index] >= times[0] - within { return true }
      if let last = policy.last, index < last { return true }
      return policy.periods.contains { period, count in
        func key(_ time: Int64) -> String {
          let local = CivilTime(utc: time + zone * 60)
          switch period {
          case .hourly: return "\(local.year) \(local.month) \(local.day) \(local.hour)"
          case .daily: return "\(local.year) \(local.month) \(local.day)"
          case .weekly:
            // The Monday of its week, found by walking back day by day from a known one.
            var monday = (time + zone * 60) / 86_400
            while (monday - 4) % 7 != 0 { monday -= 1 }
            return "\(monday)"
          case .monthly: return "\(local.year) \(local.month)"
          case .yearly: return "\(local.year)"
          }
        }
        let own = key(times[index])
        guard times.firstIndex(where: { key($0) == own }) == index else { return false }
        return Set(times[..<index].map(key)).count < count
      }
    }
  }

  @Test(arguments: 0..<60 as Range<UInt64>) func decidesAsBruteForceDoes(_ seed: UInt64) {
    var random = SplitMix(seed: seed)
    var policy = RetentionPolicy()
    if random.once(in: 3) { policy.within = Int64(random.below(90)) * Self.day / 3 }
    if random.once(in: 3) { policy.last = random.below(6) + 1 }
    for period in RetentionPolicy.Period.allCases where random.once(in: 3) {
      policy.periods[period] = random.below(8) + 1
    }
    let spread = random.pick([Self.day, 40 * Self.day, 1500 * Self.day])
    let times = (0..<80).map { _ in 1_700_000_000 + Int64.random(in: 0..<spread, using: &random) }
      .sorted(by: >)
    let zone = Int64(random.below(27) - 12) * 60
    let rules = policy.rules(for: times.map { Timestamp(seconds: $0) }) { _ in Int16(zone) }
    #expect(rules.map { !$0.isEmpty } == brute(policy, times, zone: zone), "seed \(seed)")
  }

  @Test func aMomentIsKeptWithAllThatWasCurrentThen() throws {
    let history = History()
    let first = try history.commit(dir(), by: "a", time: 10)
    let left = try history.commit(dir(["l": file("1")]), by: "a", on: [first], time: 20)
    let right = try history.commit(dir(["r": file("1")]), by: "b", on: [first], time: 30)
    let late = try history.commit(dir(["l": file("2")]), by: "a", on: [left], time: 40)
    let both = try history.commit(
      dir(["x": file("1")]), by: "a", on: [late, right], time: 50 + Self.day)
    let graph = CommitGraph(history.objects)
    let retention = Retention(
      try graph.retentionNodes(from: [both]), absent: [], needed: [first],
      policy: policy([.daily: 2])
    ) { _ in 0 }
    let reasons = Dictionary(
      uniqueKeysWithValues: retention.decisions.map { ($0.commit, $0.reasons) })
    #expect(reasons[both] == [.rule(.period(.daily))])
    #expect(reasons[late] == [.rule(.period(.daily))])
    #expect(reasons[right] == [.beside(late)])
    #expect(reasons[first] == [.needed])
    #expect(retention.pruned == [left])
    #expect(retention.decisions.map(\.commit) == [both, late, right, left, first])
    // What was pruned before is no candidate any more: the day's next best is.
    let again = Retention(
      try graph.retentionNodes(from: [both]), absent: [late], needed: [],
      policy: policy([.daily: 2])
    ) { _ in 0 }
    // Nothing had followed the other side's commit when it was made.
    #expect(again.pruned == [first])
    #expect(again.decisions.first { $0.commit == left }?.reasons == [.beside(right)])
    #expect(again.decisions.first { $0.commit == right }?.reasons == [.rule(.period(.daily))])
  }

  /// Any two replicas' newest common commits are whole at one of the two, whatever each pruned.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func anchorsHoldEveryMergeBase(_ seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let history = History()
    let graph = CommitGraph(history.objects)
    let names = ["a", "b", "c", "d"]
    let root = try history.commit(dir(), by: "a", time: 0)
    var heads: [String: [ObjectID]] = [:]
    for name in names { heads[name] = [root] }
    for step in 1..<60 {
      let (one, two) = (random.pick(names), random.pick(names))
      if random.once(in: 2) {
        let tree = dir(["\(one)": file("\(step)")])
        heads[one] = [
          try history.commit(tree, by: one, on: heads[one] ?? [], time: Int64(step))
        ]
        continue
      }
      let (left, right) = (heads[one] ?? [], heads[two] ?? [])
      for l in left {
        for r in right {
          let known = try graph.anchors(of: left).union(try graph.anchors(of: right))
          let bases = try graph.mergeBases([l], [r])
          #expect(known.isSuperset(of: bases), "seed \(seed), step \(step)")
        }
      }
      let joined = try graph.join(left, right)
      heads[one] = joined
      heads[two] = joined
    }
  }
}
