import Synchronization

/// A seeded generator behind a lock.
package final class LockedGenerator: Sendable {
  private let generator: Mutex<SplitMix>

  /// Makes the generator of a seed.
  package init(_ seed: UInt64) {
    generator = Mutex(SplitMix(seed: seed))
  }

  /// Returns the next random bytes.
  package func bytes(_ count: Int) -> [UInt8] {
    generator.withLock { $0.bytes(count) }
  }
}
