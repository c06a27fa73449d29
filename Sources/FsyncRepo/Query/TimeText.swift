package import FsyncCore
internal import FsyncSystem

/// A zone: how local times and moments belong together.
package struct LocalZone: Sendable {
  /// Minutes east of UTC at seconds since 1970.
  package var minutes: @Sendable (Int64) -> Int16
  /// Seconds since 1970 of a local time.
  package var seconds: @Sendable (CivilTime) -> Int64

  /// The zone that is always the same number of minutes east of UTC.
  package static func fixed(_ minutes: Int16) -> LocalZone {
    LocalZone(
      minutes: { _ in minutes }, seconds: { $0.utcSeconds - Int64(minutes) * 60 })
  }

  /// The zone of this machine.
  package static let system = LocalZone(
    minutes: { Clock.zoneMinutes(at: $0) },
    seconds: {
      Clock.seconds(
        year: $0.year, month: $0.month, day: $0.day, hour: $0.hour, minute: $0.minute,
        second: $0.second)
    })
}

/// Times as people write and read them.
package enum TimeText {
  /// Understands RFC 3339, a date, a date with a time, `yesterday`, or `2 days ago`.
  ///
  /// A date alone is its first moment in the zone; a time without an offset is in the zone.
  /// - Returns: the time; nil where the text is none.
  package static func parse(_ text: String, now: Timestamp, zone: LocalZone) -> Timestamp? {
    let text = text.lowercased()
    switch text {
    case "now": return now
    case "yesterday": return ago(1, "day", now, zone)
    default: break
    }
    var words = text.split(separator: " ").map(String.init)
    if words.last == "ago" {
      words.removeLast()
      // "2days" and "2 days" are one.
      if words.count == 1, let split = words[0].firstIndex(where: { !$0.isNumber }) {
        words = [String(words[0][..<split]), String(words[0][split...])]
      }
      guard words.count == 2, let count = Int(words[0]), (0...1_000_000_000).contains(count) else {
        return nil
      }
      return ago(count, words[1], now, zone)
    }
    return absolute(text, zone)
  }

  private static func ago(
    _ count: Int, _ unit: String, _ now: Timestamp, _ zone: LocalZone
  ) -> Timestamp? {
    let seconds: Int64
    switch unit {
    case "s", "sec", "secs", "second", "seconds": seconds = 1
    case "m", "min", "mins", "minute", "minutes": seconds = 60
    case "h", "hour", "hours": seconds = 3600
    case "d", "day", "days": seconds = 86400
    case "w", "week", "weeks": seconds = 7 * 86400
    case "month", "months": return months(count, now, zone)
    case "y", "year", "years": return months(count * 12, now, zone)
    default: return nil
    }
    return Timestamp(
      seconds: now.seconds - Int64(count) * seconds, nanoseconds: now.nanoseconds)
  }

  private static func months(_ count: Int, _ now: Timestamp, _ zone: LocalZone) -> Timestamp? {
    guard count <= 12 * 9999 else { return nil }
    let local = CivilTime(utc: now.seconds + Int64(zone.minutes(now.seconds)) * 60)
    return Timestamp(
      seconds: zone.seconds(local.adding(months: -count)), nanoseconds: now.nanoseconds)
  }

  /// Reads `YYYY-MM-DD[(T| )HH:MM[:SS[.FRACTION]][ ][Z|±HH:MM]]`, already in lower case.
  private static func absolute(_ text: String, _ zone: LocalZone) -> Timestamp? {
    var scanner = Scanner(text)
    guard let year = scanner.number(4), scanner.take("-"), let month = scanner.number(2),
      scanner.take("-"), let day = scanner.number(2)
    else { return nil }
    var civil = CivilTime(year: year, month: month, day: day)
    var nanoseconds: UInt32 = 0
    var offset: Int64?
    if !scanner.isAtEnd {
      guard scanner.take("t") || scanner.take(" "), let hour = scanner.number(2),
        scanner.take(":"), let minute = scanner.number(2)
      else { return nil }
      civil.hour = hour
      civil.minute = minute
      if scanner.take(":") {
        guard let second = scanner.number(2) else { return nil }
        civil.second = second
        if scanner.take(".") {
          guard let fraction = scanner.fraction() else { return nil }
          nanoseconds = fraction
        }
      }
      _ = scanner.take(" ")
      if scanner.take("z") {
        offset = 0
      } else if !scanner.isAtEnd {
        let sign: Int64
        if scanner.take("+") {
          sign = 1
        } else if scanner.take("-") {
          sign = -1
        } else {
          return nil
        }
        guard let hours = scanner.number(2), hours <= 23 else { return nil }
        _ = scanner.take(":")
        guard let minutes = scanner.number(2), minutes <= 59 else { return nil }
        offset = sign * Int64(hours * 3600 + minutes * 60)
      }
    }
    guard scanner.isAtEnd, civil.isValid else { return nil }
    let seconds = offset.map { civil.utcSeconds - $0 } ?? zone.seconds(civil)
    return Timestamp(seconds: seconds, nanoseconds: nanoseconds)
  }

  private struct Scanner {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Character) -> Bool {
      guard let byte = rest.first, byte == character.asciiValue else { return false }
      rest.removeFirst()
      return true
    }

    mutating func number(_ digits: Int) -> Int? {
      var value = 0
      for _ in 0..<digits {
        guard let byte = rest.first, (0x30...0x39).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 0x30)
        rest.removeFirst()
      }
      return value
    }

    mutating func fraction() -> UInt32? {
      var value: UInt32 = 0
      var digits = 0
      while let byte = rest.first, (0x30...0x39).contains(byte) {
        // Digits beyond nanoseconds are cut.
        if digits < 9 { value = value * 10 + UInt32(byte - 0x30) }
        digits += 1
        rest.removeFirst()
      }
      guard digits > 0 else { return nil }
      for _ in min(digits, 9)..<9 { value *= 10 }
      return value
    }
  }
}

extension TimeText {
  /// A time as RFC 3339 writes it, with the fraction that it has and no more.
  package static func rfc3339(_ time: Timestamp, zone minutes: Int16) -> String {
    let civil = civil(time, minutes)
    var text = "\(date(civil))T\(clock(civil))"
    if time.nanoseconds > 0 {
      var digits = String(time.nanoseconds)
      digits = String(repeating: "0", count: 9 - digits.count) + digits
      while digits.hasSuffix("0") { digits.removeLast() }
      text += "." + digits
    }
    return text + (minutes == 0 ? "Z" : offset(minutes, separator: ":"))
  }

  /// A time for people: `2026-11-24 08:30:00 +0100`.
  package static func plain(_ time: Timestamp, zone minutes: Int16) -> String {
    let civil = civil(time, minutes)
    return "\(date(civil)) \(clock(civil)) \(offset(minutes, separator: ""))"
  }

  /// How long ago a time was, in words: `3 hours ago`.
  package static func ago(_ time: Timestamp, now: Timestamp) -> String {
    let (difference, isTooLong) = now.seconds.subtractingReportingOverflow(time.seconds)
    let seconds = isTooLong ? (time < now ? .max : -1) : difference
    if seconds < 0 { return "in the future" }
    if seconds < 5 { return "just now" }
    let units: [(Int64, String)] = [
      (365 * 86400, "year"), (30 * 86400, "month"), (7 * 86400, "week"), (86400, "day"),
      (3600, "hour"), (60, "minute"), (1, "second"),
    ]
    for (length, name) in units where seconds >= length {
      let count = seconds / length
      return "\(count) \(name)\(count == 1 ? "" : "s") ago"
    }
    return "just now"
  }

  /// A time in a zone; anybody may have recorded any time, and calendars end before numbers do.
  private static func civil(_ time: Timestamp, _ minutes: Int16) -> CivilTime {
    let (seconds, isTooLong) = time.seconds.addingReportingOverflow(Int64(minutes) * 60)
    return CivilTime(utc: isTooLong ? time.seconds : seconds)
  }

  private static func date(_ civil: CivilTime) -> String {
    "\(padded(civil.year, 4))-\(padded(civil.month, 2))-\(padded(civil.day, 2))"
  }

  private static func clock(_ civil: CivilTime) -> String {
    "\(padded(civil.hour, 2)):\(padded(civil.minute, 2)):\(padded(civil.second, 2))"
  }

  private static func offset(_ minutes: Int16, separator: String) -> String {
    let size = abs(Int(minutes))
    return "\(minutes < 0 ? "-" : "+")\(padded(size / 60, 2))\(separator)\(padded(size % 60, 2))"
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(abs(number))
    let zeros = String(repeating: "0", count: max(0, width - digits.count))
    return (number < 0 ? "-" : "") + zeros + digits
  }
}
