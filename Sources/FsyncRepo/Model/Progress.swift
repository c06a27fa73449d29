/// Tells how far long work is; called from any thread, at most some times a second.
package struct Progress: Sendable {
  /// What is going on.
  package enum Phase: String, Sendable {
    case scanning, reading, committing, receiving, sending, packing, merging, writing, checking,
      collecting
  }

  /// How far work is.
  package struct Step: Sendable {
    /// What is going on.
    package var phase: Phase
    /// Units done.
    package var done: Int
    /// Units in all, where that is known.
    package var total: Int?
    /// Bytes done.
    package var bytes: UInt64
    /// Files done and in all, where the units are not files and the files are known.
    package var files: (done: Int, total: Int)?
  }

  /// Whether anybody wants to know.
  package let isWatched: Bool
  private let receive: @Sendable (Step) -> Void

  /// Makes a receiver.
  package init(_ receive: @escaping @Sendable (Step) -> Void) {
    isWatched = true
    self.receive = receive
  }

  private init() {
    isWatched = false
    receive = { _ in }
  }

  /// A receiver that ignores everything.
  package static let none = Progress()

  /// Tells how far work is.
  package func report(_ step: Step) { receive(step) }

  /// Tells phase, units done, units in all where known, and bytes done.
  package func report(_ phase: Phase, _ done: Int, _ total: Int?, _ bytes: UInt64) {
    receive(Step(phase: phase, done: done, total: total, bytes: bytes))
  }
}
