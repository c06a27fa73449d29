import Synchronization

/// A number of bits that any thread may set and ask for, without waiting for another.
final class SharedBits: @unchecked Sendable {
  // @unchecked: every access is atomic, and the memory lives as long as the object.
  private let words: UnsafeMutablePointer<Atomic<UInt64>>
  private let count: Int

  /// Makes so many bits, none of them set.
  init(count bits: Int) {
    count = bits / 64 + 1
    words = .allocate(capacity: count)
    for index in 0..<count { (words + index).initialize(to: Atomic(0)) }
  }

  deinit {
    words.deinitialize(count: count)
    words.deallocate()
  }

  /// Says whether a bit below the count is set.
  @inline(__always)
  func contains(_ bit: Int) -> Bool {
    words[bit >> 6].load(ordering: .relaxed) & 1 << UInt64(bit & 63) != 0
  }

  /// Sets a bit below the count.
  func insert(_ bit: Int) {
    words[bit >> 6].bitwiseOr(1 << UInt64(bit & 63), ordering: .relaxed)
  }
}
