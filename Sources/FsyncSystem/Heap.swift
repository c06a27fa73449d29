internal import CFsync

/// What the C library's allocator does with memory that was freed.
package enum Heap {
  /// From so many bytes on a buffer is a mapping of its own, gone as soon as it is freed.
  private static let mapped: Int32 = 256 << 10

  /// Makes threads share a few arenas, instead of one for each that keeps what the thread has freed.
  ///
  /// For a program whose many threads come and go; to be called before the first of them starts.
  package static func serveManyThreads() {
    cfsync_bound_heap(Int32(max(2, Workers.processors)), mapped)
  }

  /// Keeps what was freed for what is needed next.
  ///
  /// For a program that soon ends and has one buffer after the other: by default each one from 128 KiB
  /// on is a new mapping, whose every page the system clears first.
  package static func keepFreed() {
    cfsync_keep_heap(4 << 20, 32 << 20)
  }

  /// Gives pages that nobody uses back to the system, wherever they lie.
  package static func trim() {
    cfsync_trim_heap()
  }
}
