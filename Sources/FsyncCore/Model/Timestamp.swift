/// A moment in nanoseconds since 1970-01-01 UTC, over the whole range that a file system has.
package struct Timestamp: Hashable, Comparable, Sendable {
  /// Whole seconds; negative before 1970.
  package let seconds: Int64
  /// Nanoseconds within the second, below 1,000,000,000.
  package let nanoseconds: UInt32

  /// Makes a timestamp of its two fields.
  package init(seconds: Int64, nanoseconds: UInt32 = 0) {
    precondition(nanoseconds < 1_000_000_000)
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// The start of 1970.
  package static let zero = Timestamp(seconds: 0)

  /// Orders by time.
  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.seconds != right.seconds
      ? left.seconds < right.seconds : left.nanoseconds < right.nanoseconds
  }
}
