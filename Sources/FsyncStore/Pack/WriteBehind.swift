package import FsyncSystem
import Synchronization

/// Lets the disk keep up with a file that is written from its start to its end.
///
/// Writing begins at once; now and then a thread of its own flushes what there is, because a disk
/// with a cache takes everything and then needs its time. Whoever writes waits where the disk falls
/// behind by more than a window: so the flush at the end is short, and the writers learn that the
/// disk is what they wait for while they can still do something about it.
package final class WriteBehind: Sendable {
  private let file: SharedFile
  private let flush: BackgroundFlush
  private let window: UInt64
  private let step: UInt64
  private let state: Mutex<State>

  private struct State {
    /// Up to where some thread has waited, or does.
    var settled: UInt64 = 0
    /// Where the next flush is due.
    var due: UInt64
  }

  /// Begins with a file, of which nothing is to be written yet.
  /// - Parameters:
  ///   - window: bytes that the disk may be behind: some tenths of a second of a slow one.
  ///   - step: bytes between two flushes.
  package init(_ file: SharedFile, window: UInt64 = 32 << 20, step: UInt64 = 64 << 20) {
    self.file = file
    self.window = window
    self.step = step
    flush = BackgroundFlush { () throws(SystemError) in try file.file.syncData() }
    state = Mutex(State(due: step))
  }

  /// Begins to write a range that the calling thread has put into the file.
  package func begin(_ range: Range<UInt64>) throws(SystemError) {
    try flush.check()
    try file.file.startWriting(range)
    let (behind, flushes) = state.withLock { state in
      (settle(&state, upTo: range.upperBound), isDue(&state, at: range.upperBound))
    }
    if let behind { try file.file.waitForWriting(behind) }
    if flushes { flush.request() }
  }

  /// Ends the flushes that were begun, and throws what one of them threw; what is left to be
  /// flushed is the caller's.
  package func finish() throws(SystemError) { try flush.finish() }

  /// The range that the calling thread has to wait for.
  private func settle(_ state: inout State, upTo end: UInt64) -> Range<UInt64>? {
    guard end > window, state.settled < end - window else { return nil }
    defer { state.settled = end - window }
    return state.settled..<end - window
  }

  private func isDue(_ state: inout State, at end: UInt64) -> Bool {
    guard end >= state.due else { return false }
    state.due = end + step
    return true
  }
}
