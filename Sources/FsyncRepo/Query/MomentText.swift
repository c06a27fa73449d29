package import FsyncCore

/// What text names a state in history by.
package enum MomentText: Hashable, Sendable {
  /// The state that the folder was last brought to.
  case base
  /// Commits whose ids begin with these digits, in lower case.
  case commit(digits: String)
  /// The commits known by a time.
  case time(Timestamp)

  /// The fewest digits that may stand for an id.
  package static let fewestDigits = 6

  /// Understands `now`, a commit's digits or a time; nil for anything else.
  package init?(_ text: String, now: Timestamp, zone: LocalZone) {
    let lower = text.lowercased()
    if lower == "now" {
      self = .base
    } else if (MomentText.fewestDigits...64).contains(lower.utf8.count),
      lower.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    {
      self = .commit(digits: lower)
    } else if let time = TimeText.parse(text, now: now, zone: zone) {
      self = .time(time)
    } else {
      return nil
    }
  }
}
