import Synchronization
import TestSupport

/// A seeded generator behind a lock.
final class LockedGenerator: Sendable {
  private let generator: Mutex<SplitMix>

  init(_ seed: UInt64) {
    generator = Mutex(SplitMix(seed: seed))
  }

  func bytes(_ count: Int) -> [UInt8] {
    generator.withLock { $0.bytes(count) }
  }
}
