import Synchronization

/// Flushes, on a thread of its own, what other threads write: so that the disk is at work while they
/// are, and the flush that ends the work is short.
package final class BackgroundFlush: Sendable {
  private let flush: @Sendable () throws(SystemError) -> Void
  private let thread = Mutex<WorkerThread?>(nil)
  private let shared = Shared()

  /// What the thread uses, which must not keep its owner.
  private final class Shared: Sendable {
    let requests = BoundedQueue<Void>(capacity: 1)
    let failure = Mutex<SystemError?>(nil)
    let isOver = Atomic(false)
  }

  /// Makes it; nothing is flushed before it is asked for.
  package init(_ flush: @escaping @Sendable () throws(SystemError) -> Void) {
    self.flush = flush
  }

  deinit {
    // What was given up need not be flushed.
    shared.isOver.store(true, ordering: .relaxed)
    end()
  }

  /// Throws what a flush threw: the system tells of it once.
  package func check() throws(SystemError) {
    if let failure = shared.failure.withLock({ $0 }) { throw failure }
  }

  /// Asks for a flush; waits where an earlier one has not begun yet.
  ///
  /// Nothing is flushed where there can be no thread: the caller's last flush has all of it then.
  package func request() {
    let hasThread = thread.withLock { thread in
      if thread == nil { thread = try? WorkerThread { [flush, shared] in Self.run(flush, shared) } }
      return thread != nil
    }
    if hasThread { shared.requests.push(()) }
  }

  /// Ends the flushes that were asked for, and throws what one of them threw; what was written
  /// since is the caller's to flush.
  package func finish() throws(SystemError) {
    end()
    try check()
  }

  private static func run(_ flush: () throws(SystemError) -> Void, _ shared: Shared) {
    while shared.requests.pop() != nil {
      guard !shared.isOver.load(ordering: .relaxed) else { return }
      do throws(SystemError) { try flush() } catch { shared.failure.withLock { $0 = $0 ?? error } }
    }
  }

  private func end() {
    shared.requests.close()
    let thread = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    thread?.join()
  }
}
