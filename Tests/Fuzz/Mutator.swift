import TestSupport

/// Changes inputs at random.
struct Mutator {
  /// No input grows beyond this, in bytes.
  static let largest = 1 << 16

  var random: SplitMix

  /// Changes an input a few times.
  mutating func change(_ input: [UInt8], or others: [[UInt8]]) -> [UInt8] {
    var bytes = input
    repeat { step(&bytes, others) } while !random.once(in: 3)
    if bytes.count > Mutator.largest { bytes.removeLast(bytes.count - Mutator.largest) }
    return bytes
  }

  private mutating func step(_ bytes: inout [UInt8], _ others: [[UInt8]]) {
    switch random.below(12) {
    case 0: flip(&bytes)
    case 1: set(&bytes)
    case 2: number(&bytes)
    case 3: varint(&bytes)
    case 4: insert(&bytes)
    case 5: delete(&bytes)
    case 6: duplicate(&bytes)
    case 7: splice(&bytes, random.pick(others))
    case 8: move(&bytes)
    case 9: arithmetic(&bytes)
    case 10: fill(&bytes)
    default: if random.once(in: 4) { cut(&bytes) } else { flip(&bytes) }
    }
  }

  /// A part of the input, mostly a short one.
  private mutating func range(_ count: Int) -> Range<Int> {
    guard count > 0 else { return 0..<0 }
    let start = random.below(count)
    let bound = random.pick([1, 4, 8, 33, 64, 512, count])
    return start..<min(count, start + 1 + random.below(bound))
  }

  private mutating func flip(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
  }

  private mutating func set(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    let values: [UInt8] = [0, 1, 2, 0x0a, 0x20, 0x2a, 0x2e, 0x2f, 0x5b, 0x5c, 0x7f, 0x80, 0xff]
    bytes[random.below(bytes.count)] =
      random.once(in: 2) ? random.pick(values) : UInt8(random.below(256))
  }

  private static let numbers: [UInt64] = [
    0, 1, 2, 16, 127, 128, 255, 256, 1023, 1024, 4095, 4096, 4097, 65535, 65536, 1 << 20,
    1 << 24, 1 << 28, 1 << 31 - 1, 1 << 31, 1 << 32 - 1, 1 << 32, 1 << 62, 1 << 63 - 1, 1 << 63,
    .max - 1, .max,
  ]

  private mutating func number(_ bytes: inout [UInt8]) {
    let width = random.pick([1, 2, 4, 8])
    guard bytes.count >= width else { return }
    let start = random.below(bytes.count - width + 1)
    let value = random.pick(Mutator.numbers)
    for index in 0..<width {
      bytes[start + index] = UInt8(truncatingIfNeeded: value >> UInt64(index * 8))
    }
  }

  /// Puts a number in place of one, in the form that most lengths have.
  private mutating func varint(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    let start = random.below(bytes.count)
    var end = start
    while end < bytes.count - 1, bytes[end] & 0x80 != 0, end - start < 9 { end += 1 }
    var value = random.pick(Mutator.numbers)
    var encoded: [UInt8] = []
    while value >= 0x80 {
      encoded.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    encoded.append(UInt8(value))
    // Longer than need be.
    if random.once(in: 12) { encoded = [0x80, 0] }
    bytes.replaceSubrange(start...end, with: encoded)
  }

  private mutating func insert(_ bytes: inout [UInt8]) {
    let place = random.below(bytes.count + 1)
    bytes.insert(contentsOf: random.bytes(1 + random.below(random.pick([2, 9, 40]))), at: place)
  }

  private mutating func delete(_ bytes: inout [UInt8]) { bytes.removeSubrange(range(bytes.count)) }

  private mutating func duplicate(_ bytes: inout [UInt8]) {
    let part = Array(bytes[range(bytes.count)])
    let times = random.once(in: 10) ? 2 + random.below(60) : 1
    guard bytes.count + part.count * times <= Mutator.largest else { return }
    let place = random.below(bytes.count + 1)
    for _ in 0..<times { bytes.insert(contentsOf: part, at: place) }
  }

  private mutating func splice(_ bytes: inout [UInt8], _ other: [UInt8]) {
    bytes.replaceSubrange(range(bytes.count), with: other[range(other.count)])
  }

  private mutating func move(_ bytes: inout [UInt8]) {
    let part = range(bytes.count)
    let moved = Array(bytes[part])
    bytes.removeSubrange(part)
    bytes.insert(contentsOf: moved, at: random.below(bytes.count + 1))
  }

  private mutating func arithmetic(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    let index = random.below(bytes.count)
    let amount = UInt8(1 + random.below(16))
    bytes[index] = random.once(in: 2) ? bytes[index] &+ amount : bytes[index] &- amount
  }

  private mutating func fill(_ bytes: inout [UInt8]) {
    let value: UInt8 = random.pick([0, 0xff, 0x2f, 0x61])
    for index in range(bytes.count) { bytes[index] = value }
  }

  private mutating func cut(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    bytes.removeLast(1 + random.below(bytes.count))
  }
}
