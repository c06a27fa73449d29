package import FsyncSystem

/// How finely a file system stamps changes, and so which stamps still vouch for content.
///
/// A stat vouches for a file's content only if every later change gives another stat. Linux
/// stamps with a clock that ticks every few milliseconds (some file systems: every two seconds),
/// so a file that was stamped just before it was read may be changed once more within the tick
/// and look the same: it is *racy*, and is read again next time.
package enum StampRule: Hashable, Sendable {
  /// Every change after a stat gets a stamp of its own (multigrain timestamps).
  case fine
  /// Changes within a tick share a stamp.
  case coarse

  /// How long after a stamp another change may still get the same one, in nanoseconds.
  package func tick(after stamp: FileTime) -> Int64 {
    switch self {
    case .fine: return 0
    case .coarse:
      // Whole milliseconds betray a file system of coarse stamps: FAT counts in two seconds.
      return stamp.nanoseconds % 1_000_000 == 0 ? 2_100_000_000 : 20_000_000
    }
  }

  /// Says whether a change at or after a moment must show in the stamp.
  package func isSafe(_ stamp: FileTime, at moment: FileTime) -> Bool {
    self == .fine || stamp.adding(nanoseconds: tick(after: stamp)) < moment
  }

  /// Says whether a stamp is of another clock, or of one that was set back since, and says nothing
  /// about now.
  ///
  /// One that is little ahead is not: a kernel with fine stamps may be ahead of the clock that ticks,
  /// and so may a server's clock be.
  func isForeign(_ stamp: FileTime, at moment: FileTime) -> Bool {
    stamp.seconds(since: moment) >= 0.1
  }

  /// Says whether a change at or after a moment may still get the same stamp, as far as that can be
  /// known.
  func isFresh(_ stamp: FileTime, at moment: FileTime) -> Bool {
    !isSafe(stamp, at: moment) && !isForeign(stamp, at: moment)
  }

  /// Waits until a change that comes now must get a later stamp, where that is a matter of
  /// milliseconds.
  func wait(after stamp: FileTime) {
    let safe = stamp.adding(nanoseconds: tick(after: stamp))
    guard self == .coarse, safe.seconds(since: Clock.stamps()) < 0.1 else { return }
    StampRule.wait(until: safe)
  }

  /// Waits until a change that comes now must get a stamp later than a moment.
  static func wait(until moment: FileTime) {
    // That clock goes in steps: what is left of one is waited for after the rest.
    for _ in 0..<8 {
      let seconds = moment.seconds(since: Clock.stamps())
      guard seconds >= 0 else { return }
      // Waiting for nothing to happen; an error here only means that files are read once more.
      _ = try? Poll.wait(reading: -1, writing: -1, seconds: seconds + 0.002)
    }
  }
}

extension FileTime {
  /// This time and a number of nanoseconds of either sign.
  package func adding(nanoseconds more: Int64) -> FileTime {
    let sum = Int64(nanoseconds) + more % 1_000_000_000
    let carry: Int64 = sum < 0 ? -1 : sum >= 1_000_000_000 ? 1 : 0
    return FileTime(
      seconds: seconds &+ more / 1_000_000_000 &+ carry,
      nanoseconds: UInt32(clamping: sum - carry * 1_000_000_000))
  }

  /// Nanoseconds since 1970 modulo 2^64: equal for equal times, and for none that are less
  /// than 584 years apart.
  var packed: UInt64 {
    UInt64(bitPattern: seconds) &* 1_000_000_000 &+ UInt64(nanoseconds)
  }

  /// Seconds from another time to this one.
  func seconds(since other: FileTime) -> Double {
    Double(seconds &- other.seconds) + (Double(nanoseconds) - Double(other.nanoseconds)) / 1e9
  }
}
