/// Numbers the lines of several texts so that two lines are equal exactly if their numbers are.
///
/// Numbers rise in order of first occurrence. Lines are found by XXH3 and confirmed by their
/// bytes, so a collision costs time and never a wrong answer; the seed is drawn once a process,
/// so that nobody can prepare collisions, and has no influence on the numbers.
struct LineTable {
  private struct Known {
    let hash: UInt64
    let text: Int32
    let start: UInt32
    let end: UInt32
  }

  private static let seed = UInt64.random(in: .min ... .max)

  private var texts: [[UInt8]] = []
  private var known: [Known] = []
  private var slots = [Int32](repeating: -1, count: 1 << 10)

  /// The number of different lines so far.
  var count: Int { known.count }

  /// Returns the number of each line of a text.
  mutating func numbers(of lines: Lines) -> [Int32] {
    texts.append(lines.bytes)
    var result: [Int32] = []
    result.reserveCapacity(lines.count)
    lines.bytes.withUnsafeBytes { bytes in
      for index in 0..<lines.count {
        let range = lines[index]
        result.append(number(UnsafeRawBufferPointer(rebasing: bytes[range]), range))
      }
    }
    return result
  }

  private mutating func number(_ line: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int32 {
    let hash = Checksum.xxh3(line, seed: LineTable.seed)
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] >= 0 {
      let candidate = known[Int(slots[slot])]
      if candidate.hash == hash, isEqual(candidate, line) { return slots[slot] }
      slot = (slot + 1) & mask
    }
    let number = Int32(known.count)
    slots[slot] = number
    known.append(
      Known(
        hash: hash, text: Int32(texts.count - 1), start: UInt32(range.lowerBound),
        end: UInt32(range.upperBound)))
    if known.count * 2 > slots.count { grow() }
    return number
  }

  private func isEqual(_ candidate: Known, _ line: UnsafeRawBufferPointer) -> Bool {
    guard Int(candidate.end - candidate.start) == line.count else { return false }
    return texts[Int(candidate.text)].withUnsafeBytes { bytes in
      let start = Int(candidate.start)
      var offset = 0
      while offset + 8 <= line.count {
        let theirs = bytes.loadUnaligned(fromByteOffset: start + offset, as: UInt64.self)
        let ours = line.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        if theirs != ours { return false }
        offset += 8
      }
      while offset < line.count {
        if bytes[start + offset] != line[offset] { return false }
        offset += 1
      }
      return true
    }
  }

  private mutating func grow() {
    let mask = slots.count * 4 - 1
    slots = [Int32](repeating: -1, count: mask + 1)
    for (number, line) in known.enumerated() {
      var slot = Int(truncatingIfNeeded: line.hash) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(number)
    }
  }
}
