import Synchronization

/// How a session on a thread ended, for a task that waits for it.
final class SessionEnd: Sendable {
  private enum State {
    case open
    case awaited(CheckedContinuation<(any Error)?, Never>)
    case ended((any Error)?)
  }

  private let state = Mutex(State.open)

  /// Tells how it ended: why not well, or nil.
  func tell(_ error: (any Error)?) {
    let waiter = state.withLock { state -> CheckedContinuation<(any Error)?, Never>? in
      defer { state = .ended(error) }
      if case .awaited(let waiter) = state { return waiter }
      return nil
    }
    waiter?.resume(returning: error)
  }

  /// Waits for the end; for one task.
  func wait() async -> (any Error)? {
    await withCheckedContinuation { waiter in
      let ended = state.withLock { state -> Bool in
        if case .ended = state { return true }
        state = .awaited(waiter)
        return false
      }
      if ended { waiter.resume(returning: result) }
    }
  }

  private var result: (any Error)? {
    state.withLock { if case .ended(let error) = $0 { error } else { nil } }
  }
}

extension Result {
  /// Why it failed; nil where it did not.
  var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}
