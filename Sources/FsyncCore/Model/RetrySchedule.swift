/// When to try again what failed and may pass.
///
/// The bound of the wait doubles from one attempt to the next, and the wait itself is any time up
/// to it ("full jitter"): machines that were cut off together do not all come back at once. It
/// knows no clock and no chance: both are given to it.
package struct RetrySchedule: Hashable, Sendable {
  /// How often to try again, at most.
  package let attempts: Int
  /// How often it has been tried again.
  package private(set) var made = 0

  /// The bound of the first wait, in seconds.
  package static let first = 1.0
  /// The bound of the longest, in seconds.
  package static let longest = 300.0

  /// Makes a schedule of so many more attempts.
  package init(attempts: Int) {
    self.attempts = max(0, attempts)
  }

  /// Returns the seconds to wait before the next attempt; nil where there is none, or no time.
  /// - Parameters:
  ///   - chance: a number from 0 up to, not including, 1.
  ///   - remaining: the seconds that are left in all; nil for no bound.
  package mutating func next(chance: Double, remaining: Double?) -> Double? {
    guard made < attempts else { return nil }
    var bound = RetrySchedule.first
    for _ in 0..<made {
      if bound >= RetrySchedule.longest { break }
      bound *= 2
    }
    let wait = min(bound, RetrySchedule.longest) * min(max(chance, 0), 1)
    // To wait until the end and then not to try would be time for nothing.
    if let remaining, wait >= remaining { return nil }
    made += 1
    return wait
  }
}
