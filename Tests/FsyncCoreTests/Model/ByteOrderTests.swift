import TestSupport
import Testing

@testable import FsyncCore

/// The order of names and paths, beside the standard library's.
@Suite struct ByteOrderTests {
  @Test(arguments: 0..<20 as Range<UInt64>)
  func itIsThatOfBytes(seed: UInt64) {
    var random = SplitMix(seed: seed)
    for _ in 0..<500 {
      // Long beginnings in common, and ends of all lengths.
      let start = (0..<random.below(20)).map { _ in UInt8(random.below(256)) }
      let ends = (0..<2).map { _ in (0..<random.below(12)).map { _ in UInt8(random.below(3) * 127) }
      }
      let (left, right) = (start + ends[0], start + ends[1])
      #expect(left.precedes(right) == left.lexicographicallyPrecedes(right), "seed \(seed)")
      #expect(right.precedes(left) == right.lexicographicallyPrecedes(left), "seed \(seed)")
      #expect(!left.precedes(left), "seed \(seed)")
    }
  }
}
