/// What a collection asks and tells those who wait for it.
package struct CollectControl: Sendable {
  /// Threads that may work.
  package var threads: Int
  /// Whether to be done soon rather than to end up as small as can be.
  package var isQuick = false
  /// Says whether to stop; asked often.
  package var shouldStop: @Sendable () -> Bool = { false }
  /// Told the objects that were read, their number, and their bytes.
  package var progress: @Sendable (Int, Int, UInt64) -> Void = { _, _, _ in }

  /// Makes a control that never stops.
  package init(threads: Int = 1) {
    self.threads = max(1, threads)
  }

  func check() throws(StoreError) {
    if shouldStop() { throw .interrupted }
  }

  func report(_ count: Int, of total: Int, bytes: UInt64) throws(StoreError) {
    progress(count, total, bytes)
    try check()
  }
}
