internal import Glibc

/// Work that makes more work, shared by threads: the newest is taken first, and when nothing is
/// left and nobody can make more, all are told so.
package final class WorkStack<Element: Sendable>: @unchecked Sendable {
  // @unchecked: all state is guarded by `mutex`, which lives at a fixed address.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var elements: [Element] = []
  private var busy = 0
  private var waiting = 0

  /// Makes a stack of first elements.
  package init(_ elements: [Element]) {
    self.elements = elements
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Takes the newest element, waiting while another thread may still make one; nil at the end.
  ///
  /// Whoever has taken an element must call `finish` once, with what it made of it.
  package func take() -> Element? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    waiting += 1
    while elements.isEmpty, busy > 0 { pthread_cond_wait(changed, mutex) }
    waiting -= 1
    guard let element = elements.popLast() else { return nil }
    busy += 1
    return element
  }

  /// Begins work of another kind that may add elements: nobody is told that nothing is left
  /// before the thread calls `finish` for it.
  package func begin() {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    busy += 1
  }

  /// Says whether more threads wait than there are elements for.
  package var isAwaited: Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return waiting > elements.count
  }

  /// Adds an element, on a thread that still has work of its own.
  package func add(_ element: Element) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    elements.append(element)
    pthread_cond_signal(changed)
  }

  /// Adds elements, on a thread that still has work of its own.
  package func add(_ more: [Element]) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    elements.append(contentsOf: more)
    pthread_cond_broadcast(changed)
  }

  /// Ends the work on an element and adds what it has led to.
  package func finish(adding more: [Element]) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    busy -= 1
    elements.append(contentsOf: more)
    if busy == 0 || !more.isEmpty { pthread_cond_broadcast(changed) }
  }
}
