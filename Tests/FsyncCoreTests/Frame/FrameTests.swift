import FsyncCore
import TestSupport
import Testing

@Suite struct FrameTests {
  /// One way to make a frame.
  struct Way: Sendable, CustomTestStringConvertible {
    let compression: Compression
    let hasPrefix: Bool
    var testDescription: String { "\(compression.codec) \(hasPrefix ? "with" : "without") prefix" }

    static let all = [
      Compression(codec: .stored, level: 0), Compression(codec: .zlib, level: 6),
      Compression(codec: .zstd, level: 1), Compression(codec: .zstd, level: 12),
    ].flatMap { [Way(compression: $0, hasPrefix: false), Way(compression: $0, hasPrefix: true)] }
  }

  /// Objects that compress, and a prefix that they are an edit of.
  private struct Sample {
    var objects: [StoredObject] = []
    var prefix: [ObjectID] = []
    var prefixBytes: [UInt8] = []

    init(_ random: inout SplitMix, hasPrefix: Bool) {
      let old = random.program(functions: 200)
      if hasPrefix {
        prefixBytes = old.bytes()
        prefix = [Digest.object(.chunk, prefixBytes)]
      }
      for _ in 0..<random.below(6) {
        let edits = random.below(10)
        let bytes = random.edited(old, edits: edits).bytes()
        objects.append(StoredObject(kind: random.pick([.chunk, .tree, .commit]), bytes: bytes))
      }
      if random.once(in: 3) { objects.append(StoredObject(kind: .chunk, bytes: [])) }
      if random.once(in: 3) { objects.append(StoredObject(kind: .chunk, bytes: random.bytes(999))) }
    }

    func frame(_ encoder: FrameEncoder) -> Frame {
      for object in objects { encoder.add(object.id, object.kind, object.bytes) }
      return encoder.finish(prefix: prefix, prefixBytes: prefixBytes)
    }
  }

  private func decode(_ bytes: [UInt8]) throws(FrameError) -> Frame {
    // Bytes after the frame belong to the next.
    let result = (bytes + [1, 2, 3]).withUnsafeBytes { buffer in
      Result { () throws(FrameError) in try Frame(decoding: buffer) }
    }
    return try result.get()
  }

  @Test(arguments: Way.all, UInt64(0)..<6) func objectsComeBack(way: Way, seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let encoder = FrameEncoder(way.compression)
    for _ in 0..<3 {
      let sample = Sample(&random, hasPrefix: way.hasPrefix)
      let frame = sample.frame(encoder)
      #expect(encoder.isEmpty && encoder.rawLength == 0)
      let decoded = try decode(frame.encoded)
      #expect(decoded == frame)
      let content = try decoded.content(
        prefixBytes: decoded.prefix.isEmpty ? [] : sample.prefixBytes)
      #expect(decoded.objects.map(\.id) == sample.objects.map(\.id))
      for (range, object) in zip(decoded.ranges, sample.objects) {
        #expect(Array(content[range]) == object.bytes)
      }
      #expect(content.count == decoded.rawLength)
    }
  }

  @Test(arguments: Way.all) func aPrefixPays(way: Way) throws {
    var random = SplitMix(seed: 4)
    let old = random.program(functions: 400)
    let new = random.edited(old, edits: 2).bytes()
    let encoder = FrameEncoder(way.compression)
    let id = Digest.object(.chunk, new)
    encoder.add(id, .chunk, new)
    let plain = encoder.finish()
    encoder.add(id, .chunk, new)
    let prefix = old.bytes()
    let small = encoder.finish(prefix: [Digest.object(.chunk, prefix)], prefixBytes: prefix)
    switch way.compression.codec {
    case .stored: #expect(small.prefix.isEmpty && small.payload == new)
    // zlib looks back 32 KiB, less than the whole prefix.
    case .zlib: #expect(small.payload.count < plain.payload.count)
    case .zstd: #expect(small.payload.count * 20 < plain.payload.count)
    }
  }

  @Test func whatDoesNotCompressIsStored() throws {
    var random = SplitMix(seed: 5)
    for compression in Way.all.map(\.compression) {
      for length in [0, 1, 100, 70_000, 300_000] {
        let bytes = random.bytes(length)
        let encoder = FrameEncoder(compression)
        encoder.add(Digest.object(.chunk, bytes), .chunk, bytes)
        let frame = encoder.finish()
        #expect(frame.codec == .stored && frame.payload == bytes)
        #expect(try decode(frame.encoded).content() == bytes)
      }
    }
  }

  @Test(arguments: Way.all) func everyFlippedBitIsSeen(way: Way) throws {
    var random = SplitMix(seed: 6)
    let encoder = FrameEncoder(way.compression)
    let bytes = Sample(&random, hasPrefix: way.hasPrefix).frame(encoder).encoded
    let places = Set(0..<300).union((0..<200).map { _ in random.below(bytes.count) })
    for place in places where place < bytes.count {
      var damaged = bytes
      damaged[place] ^= 1 << UInt8(random.below(8))
      #expect(throws: FrameError.self, "byte \(place)") { try decode(damaged) }
    }
  }

  @Test(arguments: Way.all) func everyTruncationIsSeen(way: Way) throws {
    var random = SplitMix(seed: 7)
    let encoder = FrameEncoder(way.compression)
    let bytes = Sample(&random, hasPrefix: way.hasPrefix).frame(encoder).encoded
    let lengths = Set(0..<200).union((0..<100).map { _ in random.below(bytes.count) })
    for length in lengths where length < bytes.count {
      let result = bytes[..<length].withUnsafeBytes { buffer in
        Result { () throws(FrameError) in try Frame(decoding: buffer) }
      }
      #expect(throws: FrameError.truncated) { try result.get() }
    }
  }

  /// A frame whose checksum is right and whose content is not: what only an attacker sends.
  @Test(arguments: Way.all, UInt64(0)..<40) func forgedFramesAreRefused(way: Way, seed: UInt64)
    throws
  {
    var random = SplitMix(seed: seed)
    let encoder = FrameEncoder(way.compression)
    let sample = Sample(&random, hasPrefix: way.hasPrefix)
    let bytes = sample.frame(encoder).encoded
    for _ in 0..<10 {
      var forged = bytes
      let place = 8 + random.below(bytes.count - 8)
      forged[place] = random.once(in: 2) ? UInt8(random.below(256)) : forged[place] ^ 1
      forged = FrameTests.sealed(forged)
      guard let frame = try? decode(forged) else { continue }
      // Whatever comes out is as long as was said, and nothing crashes.
      if let content = try? frame.content(prefixBytes: sample.prefixBytes) {
        #expect(content.count == frame.rawLength)
        #expect((frame.ranges.last?.upperBound ?? 0) == content.count)
      }
    }
  }

  @Test func aTerabyteIsNotBelieved() throws {
    var head = FrameEncoder(.standard).finish().encoded
    for (offset, error) in [(8, FrameError.tooLarge), (12, .tooLarge), (16, .tooLarge)] {
      var forged = head
      for index in 0..<4 { forged[offset + index] = 0xff }
      #expect(throws: error) { try decode(FrameTests.sealed(forged)) }
    }
    head[0] ^= 0xff
    #expect(throws: FrameError.notAFrame) { try decode(head) }
  }

  /// Returns a frame with the checksum of what it holds now.
  private static func sealed(_ frame: [UInt8]) -> [UInt8] {
    let seed = Checksum.xxh3(frame[..<24])
    let checksum = Checksum.xxh3(frame[Frame.headLength...], seed: seed)
    var result = frame
    for index in 0..<8 {
      result[24 + index] = UInt8(truncatingIfNeeded: checksum >> UInt64(8 * index))
    }
    return result
  }
}
