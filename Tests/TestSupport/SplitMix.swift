/// A small seeded generator (SplitMix64), so that a failing test names its reproduction.
package struct SplitMix: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Makes the generator of a seed; equal seeds give equal sequences.
  package init(seed: UInt64) {
    state = seed
  }

  /// Returns the next 64 random bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }

  /// Returns a number from 0 up to, not including, a bound of at least 1.
  package mutating func below(_ bound: Int) -> Int {
    Int.random(in: 0..<bound, using: &self)
  }

  /// Returns true once in a number of times.
  package mutating func once(in count: Int) -> Bool {
    below(count) == 0
  }

  /// Returns one of the elements of a collection that is not empty.
  package mutating func pick<Elements: RandomAccessCollection>(
    _ elements: Elements
  ) -> Elements.Element {
    elements[elements.index(elements.startIndex, offsetBy: below(elements.count))]
  }

  /// Returns a number of random bytes.
  package mutating func bytes(_ count: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(count + 8)
    while result.count < count {
      withUnsafeBytes(of: next()) { result.append(contentsOf: $0) }
    }
    result.removeLast(result.count - count)
    return result
  }
}
