internal import CFsync
internal import Glibc
internal import Synchronization

/// Threads for work that blocks: files and compression stay off the cooperative pool.
package enum Workers {
  /// The number of processors that this process may use.
  package static let processors: Int = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

  /// Runs a body on a number of threads, each given its index, and returns when all have ended.
  ///
  /// Index 0 runs on the calling thread. Threads have 8 MiB of stack.
  package static func run(_ count: Int, _ body: @Sendable (Int) -> Void) throws(SystemError) {
    try withoutActuallyEscaping(body) { body throws(SystemError) in
      var threads: [WorkerThread] = []
      // However this ends: nobody may use the body after that.
      defer { for thread in threads { thread.join() } }
      for index in 1..<max(count, 1) { threads.append(try WorkerThread { body(index) }) }
      body(0)
    }
  }
}

/// One thread that runs a closure to its end.
package final class WorkerThread: Sendable {
  private let handle: pthread_t

  private final class Start {
    let body: @Sendable () -> Void
    let plan: UnsafeMutablePointer<cfsync_fault_plan>?
    init(_ body: @escaping @Sendable () -> Void) {
      self.body = body
      plan = cfsync_thread_plan()
    }
  }

  /// Starts a thread.
  ///
  /// The corresponding C function is `pthread_create`.
  package init(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
    try Faults.check(.thread)
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, Host.stackLength)
    var thread = pthread_t()
    let start = Unmanaged.passRetained(Start(body))
    let code = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        cfsync_set_thread_plan(start.plan)
        start.body()
        return nil
      }, start.toOpaque())
    guard code == 0 else {
      start.release()
      throw SystemError(.thread, code: code)
    }
    handle = thread
  }

  /// Waits for the thread's end; call it exactly once.
  ///
  /// The corresponding C function is `pthread_join`.
  package func join() {
    pthread_join(handle, nil)
  }
}

/// A queue of bounded length between threads.
package final class BoundedQueue<Element: Sendable>: @unchecked Sendable {
  // @unchecked: all state is guarded by `mutex`, which lives at a fixed address.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var elements: [Element] = []
  private var head = 0
  private var isClosed = false
  private let capacity: Int

  /// Makes an empty queue.
  package init(capacity: Int) {
    self.capacity = capacity
    pthread_mutex_init(mutex, nil)
    // A wait's end does not depend on the time of day, which can be set.
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    defer { pthread_condattr_destroy(&attributes) }
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(changed, &attributes)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Appends an element, waiting for room; false where the queue is closed.
  @discardableResult
  package func push(_ element: Element) -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while elements.count - head >= capacity, !isClosed { pthread_cond_wait(changed, mutex) }
    if isClosed { return false }
    elements.append(element)
    pthread_cond_broadcast(changed)
    return true
  }

  /// Takes the first element, waiting for one; nil where the queue is closed and empty.
  package func pop() -> Element? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while elements.count == head, !isClosed { pthread_cond_wait(changed, mutex) }
    return takeFirst()
  }

  /// Takes the first element, waiting for one for so many seconds; nil where none has come.
  package func pop(waitingAtMost seconds: Double) -> Element? {
    let end = Clock.monotonic() + min(max(seconds, 0), 1e9)
    var time = timespec(tv_sec: Int(end), tv_nsec: Int((end - end.rounded(.down)) * 1e9))
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while elements.count == head, !isClosed {
      guard pthread_cond_timedwait(changed, mutex, &time) == 0 else { break }
    }
    return takeFirst()
  }

  /// Takes the first element, with the mutex held.
  private func takeFirst() -> Element? {
    guard elements.count > head else { return nil }
    let element = elements[head]
    head += 1
    if head == elements.count {
      elements.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= 1024 {
      elements.removeFirst(head)
      head = 0
    }
    pthread_cond_broadcast(changed)
    return element
  }

  /// Lets no more elements in; what is queued can still be taken.
  package func close() {
    pthread_mutex_lock(mutex)
    isClosed = true
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
  }
}
