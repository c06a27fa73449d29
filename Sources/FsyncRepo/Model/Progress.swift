/// Tells how far long work is; called from any thread, at most some times a second.
package struct Progress: Sendable {
  /// What is going on.
  package enum Phase: String, Sendable {
    case scanning, reading, committing, receiving, sending, packing, merging, writing, checking,
      collecting
  }
  /// Receives phase, units done, units in all where known, and bytes done.
  package var report: @Sendable (Phase, _ done: Int, _ total: Int?, _ bytes: UInt64) -> Void

  /// Makes a receiver.
  package init(_ report: @escaping @Sendable (Phase, Int, Int?, UInt64) -> Void) {
    self.report = report
  }

  /// A receiver that ignores everything.
  package static let none = Progress { _, _, _, _ in }
}
