import FsyncRepo
import FsyncSystem
import Synchronization

/// What sessions have in memory together, and what becomes of memory that is free.
///
/// It goes back to the system when sessions end: after the last of them all of it, and at most once
/// a second while others go on.
final class HeapCare: Sendable {
  private struct State {
    var sessions = 0
    var trimmed = -Double.infinity
  }

  private let cache: SharedCache
  private let state = Mutex(State())

  private static let pause: Double = 1

  /// Cares for what a hub keeps in memory.
  init(_ cache: SharedCache) {
    self.cache = cache
  }

  /// Counts a session.
  func sessionBegan() {
    state.withLock { $0.sessions += 1 }
  }

  /// Says that what a session had in memory is free.
  func sessionEnded() {
    let now = Clock.monotonic()
    let isDue = state.withLock { state in
      state.sessions -= 1
      // Nor are files held that a gc has removed.
      if state.sessions == 0 { cache.clear() }
      guard state.sessions == 0 || now - state.trimmed >= HeapCare.pause else { return false }
      state.trimmed = now
      return true
    }
    if isDue { Heap.trim() }
  }
}
