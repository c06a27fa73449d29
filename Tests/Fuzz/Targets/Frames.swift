import FsyncCore
import FsyncWire
import TestSupport

/// What reads objects that a fuzzed frame may name as its prefix.
private struct Prefixes: ObjectReader {
  let objects: [ObjectID: StoredObject]

  func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? { objects[id] }
}

extension Target {
  /// Frames, cold ones too, as they lie on disk and come from a peer.
  static var frames: Target {
    var random = SplitMix(seed: 3)
    let prefix = StoredObject(kind: .chunk, bytes: random.bytes(900))
    let prefixes = Prefixes(objects: [prefix.id: prefix])
    return Target(
      name: "frames", seeds: frameSeeds(prefix, &random), repair: { FrameRepair.frame(&$0, &$1) }
    ) { input in
      let cold = try coldFrame(input)
      do {
        let frame = try decoded(input)
        guard input.starts(with: frame.encoded) else {
          throw Violation("a frame that is not canonical")
        }
        let content = try frame.content(prefixBytes: frame.prefix.isEmpty ? [] : prefix.bytes)
        guard content.count == frame.rawLength else { throw Violation("content of another length") }
      } catch let error as FrameError { return cold ?? .refused(error) }
      do {
        guard case .verified(let verified) = try FrameVerifier.verify(input, reader: prefixes)
        else { return .accepted(0) }
        try verified.forEach { (object, bytes) throws(Violation) in
          guard Digest.object(object.kind, bytes) == object.id, object.kind != .operation,
            object.kind != .absences
          else { throw Violation("an object that is not what its id says") }
        }
        return .accepted(verified.frame.objects.count, verified.content.count)
      } catch let error as WireError { return .refused(error) }
    }
  }

  private static func decoded(_ bytes: [UInt8]) throws(FrameError) -> Frame {
    try bytes.withUnsafeBytes { buffer -> Result<Frame, FrameError> in
      do throws(FrameError) { return .success(try Frame(decoding: buffer)) } catch {
        return .failure(error)
      }
    }.get()
  }

  /// Reads a cold frame piece by piece; nil where the bytes are none.
  private static func coldFrame(_ input: [UInt8]) throws -> Outcome? {
    guard let frame = input.withUnsafeBytes({ try? ColdFrame(decoding: $0) }) else { return nil }
    do {
      var decoder = try ContentDecoder(
        frame.payload, codec: frame.codec, rawLength: frame.rawLength)
      var start = 0
      for length in frame.lengths {
        let bytes = try decoder.bytes(start..<start + length)
        guard bytes.count == length else { throw Violation("content of another length") }
        start += length
      }
    } catch let error as FrameError { return .refused(error) }
    return .accepted(frame.lengths.count, frame.rawLength)
  }

  private static func frameSeeds(_ prefix: StoredObject, _ random: inout SplitMix) -> [[UInt8]] {
    let codecs = [
      Compression.standard, Compression(codec: .zlib, level: 6),
      Compression(codec: .stored, level: 0),
    ]
    var seeds: [[UInt8]] = []
    for codec in codecs {
      for hasPrefix in [false, true] {
        let encoder = FrameEncoder(codec)
        let objects = [
          StoredObject(kind: .chunk, bytes: prefix.bytes + random.bytes(3)),
          StoredObject(kind: .tree, bytes: TreeNode.leaf(random.entries(3)).encoded),
          StoredObject(kind: .commit, bytes: random.commit().encoded),
        ]
        for object in objects { encoder.add(object.id, object.kind, object.bytes) }
        seeds.append(
          hasPrefix
            ? encoder.finish(prefix: [prefix.id], prefixBytes: prefix.bytes).encoded
            : encoder.finish().encoded)
      }
      let content = (0..<40).flatMap { _ in prefix.bytes.prefix(30) }
      seeds.append(
        ColdFrameEncoder.frame(
          .chunk, isShortened: false, firstOrdinal: 7, lengths: [30, 0, 30, content.count - 60],
          ColdFrameEncoder(codec).compress(content, level: nil)))
    }
    // Large enough to be decompressed piece by piece.
    let large = [UInt8](repeating: 7, count: 600 << 10)
    seeds.append(
      ColdFrameEncoder.frame(
        .chunk, isShortened: true, firstOrdinal: 0, lengths: [300 << 10, 300 << 10],
        ColdFrameEncoder(.standard).compress(large, level: nil)))
    return seeds
  }
}

/// Makes frames whole again.
enum FrameRepair {
  /// Sets lengths and checksum of the frame that the input should be.
  static func frame(_ bytes: inout [UInt8], _ random: inout SplitMix) {
    guard bytes.count >= Frame.headLength else { return }
    let rest = bytes.count - Frame.headLength
    let table = min(Bytes.number(bytes, at: 8, width: 4), rest)
    bytes.replaceSubrange(0..<5, with: Array("FSFR".utf8) + [1])
    Bytes.put(&bytes, UInt64(table), at: 8, width: 4)
    Bytes.put(&bytes, UInt64(rest - table), at: 16, width: 4)
    let total = rawLength(Array(bytes[Frame.headLength..<Frame.headLength + table]), bytes[6] != 0)
    if !random.once(in: 8), let total { Bytes.put(&bytes, total, at: 12, width: 4) }
    seal(&bytes, at: 0)
  }

  /// Sets the checksum of the frame at a place.
  static func seal(_ bytes: inout [UInt8], at start: Int) {
    let head = Array(bytes[start..<start + 24])
    let (table, payload) = (
      Bytes.number(head, at: 8, width: 4), Bytes.number(head, at: 16, width: 4)
    )
    let end = start + Frame.headLength + table + payload
    guard end <= bytes.count else { return }
    let sum = Checksum.xxh3(
      Array(bytes[start + Frame.headLength..<end]), seed: Checksum.xxh3(head))
    Bytes.put(&bytes, sum, at: start + 24, width: 8)
  }

  /// The sum of the lengths in a table; nil where it is none.
  private static func rawLength(_ table: [UInt8], _ isCold: Bool) -> UInt64? {
    var reader = ByteReader(table)
    guard let count = try? reader.varint() else { return nil }
    var total: UInt64 = 0
    for _ in 0..<min(count, 1 << 16) {
      if !isCold { _ = try? reader.byte() }
      guard let length = try? reader.varint() else { return nil }
      total &+= length
      if !isCold { _ = try? reader.id() }
    }
    return total & 0xffff_ffff
  }
}

/// Numbers in bytes, little-endian.
enum Bytes {
  static func number(_ bytes: [UInt8], at start: Int, width: Int) -> Int {
    var result: UInt64 = 0
    for index in 0..<width { result |= UInt64(bytes[start + index]) << UInt64(index * 8) }
    return Int(clamping: result)
  }

  static func put(_ bytes: inout [UInt8], _ value: UInt64, at start: Int, width: Int) {
    for index in 0..<width {
      bytes[start + index] = UInt8(truncatingIfNeeded: value >> UInt64(index * 8))
    }
  }
}
