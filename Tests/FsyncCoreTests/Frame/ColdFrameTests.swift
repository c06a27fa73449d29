import FsyncCore
import TestSupport
import Testing

@Suite struct ColdFrameTests {
  private func noise(_ seed: UInt64, _ count: Int) -> [UInt8] {
    var random = SplitMix(seed: seed)
    return random.bytes(count)
  }

  private func frame(
    _ contents: [[UInt8]], _ compression: Compression = Compression(codec: .zstd, level: 3)
  ) -> [UInt8] {
    ColdFrameEncoder.frame(
      .chunk, isShortened: false, firstOrdinal: 7, lengths: contents.map(\.count),
      ColdFrameEncoder(compression).compress(contents.flatMap(\.self), level: nil))
  }

  private func decode(_ bytes: [UInt8]) throws -> ColdFrame {
    try bytes.withUnsafeBytes { buffer throws(FrameError) in try ColdFrame(decoding: buffer) }
  }

  @Test(arguments: Codec.allCases)
  func holdsItsObjects(_ codec: Codec) throws {
    var random = SplitMix(seed: 4)
    let contents = (0..<40).map { _ in
      [UInt8](repeating: UInt8(random.below(256)), count: random.below(90_000))
    }
    let found = try decode(frame(contents, Compression(codec: codec, level: 3)) + [1, 2, 3])
    #expect(found.kind == .chunk && found.firstOrdinal == 7 && !found.isShortened)
    #expect(found.lengths == contents.map(\.count))
    let ids = contents.map { Digest.object(.chunk, $0) }
    let named = try #require(found.named(ids))
    #expect(named.objects.map(\.id) == ids)
    #expect(try named.content() == contents.flatMap(\.self))
    #expect(found.named(ids.dropLast()) == nil)
  }

  @Test("content is decompressed as far as it is asked for, in any order", arguments: UInt64(0)..<8)
  func decodesInParts(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    // Larger than what is decompressed at once, and neither random nor empty.
    let content = (0..<3_000_000).map {
      UInt8(truncatingIfNeeded: $0 / 7 + $0 % 13 * random.below(2))
    }
    let found = try decode(frame([content]))
    var decoder = try ContentDecoder(
      found.payload, codec: found.codec, rawLength: found.rawLength)
    for _ in 0..<30 {
      let start = random.below(content.count)
      let range = start..<min(content.count, start + random.below(100_000))
      #expect(try decoder.bytes(range) == Array(content[range]))
    }
    #expect(try decoder.bytes(0..<content.count) == content)
    #expect(throws: FrameError.payload) { try decoder.bytes(0..<content.count + 1) }
  }

  @Test("a payload that ends early or is another one is refused")
  func badPayloads() throws {
    let content = [UInt8](repeating: 9, count: 700_000) + noise(1, 700_000)
    let found = try decode(frame([content]))
    for payload in [Array(found.payload.prefix(400_000)), [], noise(2, 50_000)] {
      #expect(throws: FrameError.payload) {
        var decoder = try ContentDecoder(payload, codec: .zstd, rawLength: content.count)
        _ = try decoder.bytes(0..<content.count)
      }
    }
    // One that declares less than the payload holds.
    #expect(throws: FrameError.payload) {
      var decoder = try ContentDecoder(found.payload, codec: .zstd, rawLength: 600_000)
      _ = try decoder.bytes(0..<600_000)
    }
  }

  @Test("no flipped bit and no cut goes unseen")
  func damage() throws {
    let whole = frame([[1, 2, 3], noise(5, 300)])
    for position in whole.indices {
      var bytes = whole
      bytes[position] ^= 1 << UInt8(position % 8)
      #expect(throws: FrameError.self) { try decode(bytes) }
      #expect(throws: FrameError.self) { try decode(Array(whole.prefix(position))) }
    }
  }

  @Test("a table that lies is refused although its checksum is right")
  func hostileTables() throws {
    let encoder = ColdFrameEncoder(Compression(codec: .stored, level: 0))
    let payload = encoder.compress([1, 2, 3, 4], level: nil)
    func frame(_ lengths: [Int]) -> [UInt8] {
      ColdFrameEncoder.frame(
        .tree, isShortened: true, firstOrdinal: 0, lengths: lengths, payload)
    }
    #expect(try decode(frame([4])).lengths == [4])
    #expect(throws: FrameError.tooLarge) { try decode(frame([Limits.frame + 1])) }
    // A wire frame's reader does not take it, nor is a wire frame a cold one.
    let cold = frame([4])
    #expect(throws: FrameError.notAFrame) {
      try cold.withUnsafeBytes { buffer throws(FrameError) in try Frame(decoding: buffer) }
    }
    let plain = FrameEncoder(.standard)
    plain.add(Digest.object(.chunk, [1]), .chunk, [1])
    #expect(throws: FrameError.notAFrame) { try decode(plain.finish().encoded) }
  }
}
