import FsyncCore
import TestSupport
import Testing

@Suite struct ChunkerTests {
  /// Cuts content, of which no more is shown to the chunker than it asks for, and some.
  private func cuts(_ content: [UInt8], showing extra: Int = 0) -> [Int] {
    let chunker = Chunker()
    var cuts: [Int] = []
    var start = 0
    content.withUnsafeBytes { content in
      while start < content.count {
        let end = min(content.count, start + Chunker.maximum + extra)
        start += chunker.firstCut(in: UnsafeRawBufferPointer(rebasing: content[start..<end]))
        cuts.append(start)
      }
    }
    return cuts
  }

  @Test(arguments: UInt64(0)..<4) func chunksKeepTheirBounds(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let content = random.bytes(4 << 20 + random.below(1 << 18))
    let cuts = cuts(content)
    var last = 0
    for cut in cuts.dropLast() {
      #expect(cut - last >= Chunker.minimum && cut - last <= Chunker.maximum)
      last = cut
    }
    #expect(cuts.last == content.count && content.count - last <= Chunker.maximum)
    // The mean is 64 KiB; a threshold that is off by a bit would double or halve it.
    #expect((40..<100).contains(cuts.count))
  }

  @Test(arguments: UInt64(0)..<4) func whatIsBeyondTheCutDoesNotMatter(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let content = random.bytes(2 << 20)
    #expect(cuts(content) == cuts(content, showing: 1 + random.below(1 << 20)))
  }

  @Test func smallAndUniformContent() {
    #expect(cuts([]) == [])
    #expect(cuts([1]) == [1])
    let short = [UInt8](repeating: 7, count: Chunker.minimum)
    #expect(cuts(short) == [Chunker.minimum])
    // In uniform content the hash stands still: every chunk but the last is of one length.
    for byte in [UInt8(0), 1, 0xff] {
      let content = [UInt8](repeating: byte, count: 1 << 20)
      let cuts = cuts(content)
      let lengths = zip(cuts, [0] + cuts).map { $0 - $1 }
      #expect(Set(lengths.dropLast()).count == 1)
      #expect(lengths[0] == Chunker.minimum || lengths[0] == Chunker.maximum)
    }
  }

  /// A cut depends on the 64 bytes before it, as long as the chunk is long enough.
  @Test(arguments: UInt64(0)..<6) func anInsertionMovesOnlyTheCutsNearIt(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let content = random.bytes(4 << 20)
    let place = random.below(content.count / 2)
    let inserted = random.bytes(1 + random.below(100))
    let edited = content[..<place] + inserted + content[place...]
    let before = cuts(content)
    let after = cuts(Array(edited))
    #expect(before.filter { $0 <= place } == after.filter { $0 <= place })
    let shared = Set(before).intersection(after.map { $0 - inserted.count }).filter { $0 > place }
    let resumed = shared.min() ?? .max
    #expect(resumed - place < 10 * Chunker.maximum)
    #expect(
      before.filter { $0 >= resumed } == after.map { $0 - inserted.count }.filter { $0 >= resumed })
  }

  /// The reference: the hash of every position from its definition.
  @Test func cutsAreWhereTheHashOfTheLastBytesSaysSo() {
    var random = SplitMix(seed: 99)
    let content = random.bytes(600_000)
    let gear = GearTable.standard.words
    func hash(endingAt end: Int) -> UInt64 {
      (end - Chunker.window..<end).reduce(0) { ($0 << 1) &+ gear[Int(content[$1])] }
    }
    var expected: [Int] = []
    var start = 0
    while start < content.count {
      var end = start + Chunker.minimum
      while end < min(content.count, start + Chunker.maximum),
        hash(endingAt: end) >= Chunker.threshold
      {
        end += 1
      }
      start = min(end, content.count)
      expected.append(start)
    }
    #expect(cuts(content) == expected)
  }
}

@Suite struct CutTests {
  @Test("what a buffer alone decides is cut as the whole content is", arguments: UInt64(0)..<6)
  func prefixesAreCutAlike(seed: UInt64) {
    var random = SplitMix(seed: seed)
    var content = random.bytes(1 << 20 + random.below(1 << 19))
    // Uniform content has no cut but at the maximum.
    if random.below(2) == 0 { content += [UInt8](repeating: 7, count: random.below(900_000)) }
    let chunker = Chunker()
    let whole = content.withUnsafeBytes { chunker.cuts(in: $0, isEnd: true) }
    #expect(whole.reduce(0, +) == content.count)
    for _ in 0..<20 {
      let count = random.below(content.count + 1)
      let part = content[..<count].withUnsafeBytes { chunker.cuts(in: $0, isEnd: false) }
      #expect(whole.starts(with: part), "seed \(seed), \(count) bytes")
      #expect(count - part.reduce(0, +) < Chunker.maximum)
    }
  }
}
