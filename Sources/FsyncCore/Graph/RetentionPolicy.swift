/// Which commits keep their content, as people say it: so many of each kind.
///
/// Rules unite: what one of them keeps is kept.
package struct RetentionPolicy: Hashable, Sendable {
  /// A rule that keeps the last commit of each of the newest so many periods.
  package enum Period: String, Hashable, Sendable, CaseIterable {
    case hourly, daily, weekly, monthly, yearly
  }

  /// Why a commit is kept; in the order in which they are told.
  package enum Rule: Hashable, Sendable {
    /// It is not older than so long before the newest one.
    case within
    /// It is one of the newest.
    case last
    /// It is the last one of its hour, day, week, month or year.
    case period(Period)

    /// The rule's word.
    package var name: String {
      switch self {
      case .within: "within"
      case .last: "last"
      case .period(let period): period.rawValue
      }
    }
  }

  /// Keeps what is at most so many seconds older than the newest commit; nil for no such rule.
  package var within: Int64?
  /// Keeps so many of the newest; nil for no such rule.
  package var last: Int?
  /// Keeps the last commit of each of the newest so many periods in which there are commits.
  package var periods: [Period: Int] = [:]

  /// Makes a policy without a rule, which keeps nothing.
  package init() {}

  /// Says whether there is no rule.
  package var isEmpty: Bool { within == nil && last == nil && periods.isEmpty }

  /// The policy in words, as records of what was pruned have it: `within 30d, daily 7`.
  package var text: String {
    var parts: [String] = []
    if let within { parts.append("within \(TimeSpan.text(ofSeconds: within))") }
    if let last { parts.append("last \(last)") }
    for period in Period.allCases {
      if let count = periods[period] { parts.append("\(period.rawValue) \(count)") }
    }
    return parts.joined(separator: ", ")
  }
}

extension RetentionPolicy.Period {
  /// A number that is the same for all times in one period, and rises from period to period.
  ///
  /// A week begins on Monday.
  func number(of time: CivilTime) -> Int64 {
    let days = CivilTime(year: time.year, month: time.month, day: time.day).utcSeconds / 86_400
    switch self {
    case .hourly: return days * 24 + Int64(time.hour)
    case .daily: return days
    // 1970-01-01 was a Thursday.
    case .weekly: return (days + 3) >= 0 ? (days + 3) / 7 : (days - 3) / 7
    case .monthly: return Int64(time.year) * 12 + Int64(time.month)
    case .yearly: return Int64(time.year)
    }
  }
}

extension RetentionPolicy {
  /// Finds the rules that keep each of some times.
  /// - Parameters:
  ///   - times: from the newest to the oldest.
  ///   - minutes: minutes east of UTC at seconds since 1970, by the local zone.
  /// - Returns: for each time, in the same order, the rules that keep it; empty for none.
  package func rules(
    for times: [Timestamp], minutesEast minutes: (Int64) -> Int16
  ) -> [[Rule]] {
    var result = [[Rule]](repeating: [], count: times.count)
    guard let newest = times.first else { return result }
    if let within {
      for (index, time) in times.enumerated() where isWithin(time, of: newest, seconds: within) {
        result[index].append(.within)
      }
    }
    for index in times.indices.prefix(last ?? 0) { result[index].append(.last) }
    for period in Period.allCases {
      guard var left = periods[period] else { continue }
      var before: Int64?
      for (index, time) in times.enumerated() where left > 0 {
        let local = time.seconds + Int64(minutes(time.seconds)) * 60
        let number = period.number(of: CivilTime(utc: local))
        guard number != before else { continue }
        before = number
        left -= 1
        result[index].append(.period(period))
      }
    }
    return result
  }

  private func isWithin(_ time: Timestamp, of newest: Timestamp, seconds: Int64) -> Bool {
    let (start, overflow) = newest.seconds.subtractingReportingOverflow(seconds)
    if overflow { return true }
    return time >= Timestamp(seconds: start, nanoseconds: newest.nanoseconds)
  }
}
