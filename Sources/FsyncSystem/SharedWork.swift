internal import Glibc

/// A piece of work that a thread would share with others, and that is done once: by whoever
/// begins it first, which may be the thread itself.
///
/// `Context` is what a thread works with, such as its own buffers: each uses its own.
package final class SharedWork<Context, Failure: Error>: @unchecked Sendable {
  // @unchecked: all state is guarded by `mutex`, which lives at a fixed address.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let ended = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  /// What is to be done; nil once it has begun, or was withdrawn.
  private var body: Body?
  private var result: Result<Void, Failure>?

  /// What is to be done, by one thread, with its context.
  package typealias Body = @Sendable (Context) throws(Failure) -> Void

  /// Makes a piece of work that has not begun.
  package init(_ body: @escaping Body) {
    self.body = body
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(ended, nil)
  }

  deinit {
    pthread_cond_destroy(ended)
    pthread_mutex_destroy(mutex)
    ended.deallocate()
    mutex.deallocate()
  }

  /// Does the work, unless another thread has begun it or it was withdrawn.
  ///
  /// What it throws is kept for `wait`.
  package func perform(_ context: Context) {
    guard let body = take() else { return }
    let result: Result<Void, Failure>
    do throws(Failure) { result = .success(try body(context)) } catch { result = .failure(error) }
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    self.result = result
    pthread_cond_broadcast(ended)
  }

  /// Sees to it that work which has not begun never does, and lets go of what it holds.
  package func withdraw() { _ = take() }

  /// Takes what is to be done, for one thread alone.
  private func take() -> Body? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    defer { body = nil }
    return body
  }

  /// How far the work is.
  package enum Progress: Hashable, Sendable {
    /// Nobody has begun it.
    case open
    /// A thread is at it.
    case begun
    /// It is done, or has thrown.
    case ended
  }

  /// How far the work is, of work that was not withdrawn.
  package var progress: Progress {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body != nil ? .open : result == nil ? .begun : .ended
  }

  /// Waits for the end of work that some thread has begun, and throws what it threw.
  package func wait() throws(Failure) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result { return try result.get() }
      pthread_cond_wait(ended, mutex)
    }
  }
}

/// Threads that may have nothing to do, as one sees them that has much.
package struct Helpers<Context, Failure: Error>: Sendable {
  /// Says whether one of them waits for work.
  package let areWaiting: @Sendable () -> Bool
  /// Gives them work; whichever is free performs it, if it has not begun by then.
  package let offer: @Sendable (SharedWork<Context, Failure>) -> Void

  /// Makes a view of threads.
  package init(
    areWaiting: @escaping @Sendable () -> Bool,
    offer: @escaping @Sendable (SharedWork<Context, Failure>) -> Void
  ) {
    self.areWaiting = areWaiting
    self.offer = offer
  }

  /// The threads that wait for the elements of a stack.
  package init(waitingFor stack: WorkStack<SharedWork<Context, Failure>>) {
    self.init(areWaiting: { stack.isAwaited }, offer: { stack.add($0) })
  }

  /// Nobody.
  package static var none: Helpers { Helpers(areWaiting: { false }, offer: { _ in }) }
}
