/// How a frame's payload is compressed; the raw value is the byte of the encoding.
package enum Codec: UInt8, Hashable, Sendable, CaseIterable {
  /// Not at all.
  case stored = 0
  /// A zlib stream (RFC 1950).
  case zlib = 1
  /// A zstd frame (RFC 8878).
  case zstd = 2
}

/// A codec and its level, as a repository chooses them.
package struct Compression: Hashable, Sendable {
  /// The codec.
  package var codec: Codec
  /// Its own level: zlib 1 to 9, zstd 1 to 19, or 0 for the lowest and more where that costs no
  /// time (`AdaptiveLevel`); unused for `stored`.
  package var level: Int32

  /// Pairs a codec with a level.
  package init(codec: Codec, level: Int32) {
    self.codec = codec
    self.level = level
  }

  /// zstd at a level that adapts.
  package static let standard = Compression(codec: .zstd, level: 0)

  /// Says whether the level is left to whoever compresses.
  package var isAdaptive: Bool { codec == .zstd && level == 0 }
}

/// Why bytes are not a frame that can be used.
package enum FrameError: Error, Hashable, Sendable {
  /// The bytes end inside the frame.
  case truncated
  /// The bytes do not begin as a frame of this version does.
  case notAFrame
  /// A declared size exceeds its bound.
  case tooLarge
  /// The checksum does not match.
  case checksum
  /// The table of objects does not decode.
  case table(DecodeError)
  /// The payload does not decompress to what the frame declares.
  case payload
}

/// One object of a frame.
package struct FrameObject: Hashable, Sendable {
  /// Its identity, as the frame claims it.
  package let id: ObjectID
  /// What it is.
  package let kind: ObjectKind
  /// The number of its bytes in the raw content.
  package let length: Int

  /// Makes a table row.
  package init(id: ObjectID, kind: ObjectKind, length: Int) {
    self.id = id
    self.kind = kind
    self.length = length
  }
}

/// A run of objects compressed together, optionally against a prefix that the reader holds.
///
/// On disk and on the wire alike: a head of 32 bytes, a table, a payload.
/// ```
///  0  4  "FSFR"
///  4  1  version, 1
///  5  1  codec
///  6  2  zero
///  8  4  bytes of table          (little-endian, as all below)
/// 12  4  bytes of raw content
/// 16  4  bytes of payload
/// 20  4  zero
/// 24  8  XXH3 of table and payload, seeded with the XXH3 of bytes 0 to 23
/// ```
/// The table: a count and for each object its kind byte, length and id; a count and the ids of
/// the prefix objects, whose raw bytes, one after the other, precede the content for the codec.
package struct Frame: Hashable, Sendable {
  /// The bytes of the head.
  package static let headLength = 32
  /// The most bytes of a table.
  package static let maximumTable = Limits.frameObjects * 40 + Limits.prefixObjects * 32 + 16
  /// The first four bytes, read little-endian.
  package static let magic: UInt32 = 0x5246_5346  // "FSFR" read little-endian

  /// The codec of the payload.
  package let codec: Codec
  /// The objects, in the order of their bytes.
  package let objects: [FrameObject]
  /// The prefix, in order; empty for none.
  package let prefix: [ObjectID]
  /// Bytes of all objects together.
  package let rawLength: Int
  /// The compressed content.
  package let payload: [UInt8]

  /// The sizes that a head declares, bounds-checked.
  package struct Head: Hashable, Sendable {
    let codec: Codec
    /// What all objects of a cold frame are; nil for any other frame, whose table says it.
    let coldKind: ObjectKind?
    /// Whether ids in the objects of a cold frame are shortened.
    let isShortened: Bool
    /// The number of a cold frame's first object in its pack; else 0.
    let firstOrdinal: Int
    /// Bytes of table.
    package let tableLength: Int
    /// Bytes of raw content.
    package let rawLength: Int
    /// Bytes of payload.
    package let payloadLength: Int
    let checksum: UInt64
    let seed: UInt64
    /// Bytes of the whole frame.
    package var frameLength: Int { Frame.headLength + tableLength + payloadLength }
    /// Says whether the frame is one of `ColdFrame`.
    package var isCold: Bool { coldKind != nil }
  }

  /// Decodes a head, of a cold frame too, from the first 32 bytes of a buffer.
  package static func head(
    of bytes: UnsafeRawBufferPointer
  ) throws(FrameError) -> Head {
    guard bytes.count >= headLength else { throw .truncated }
    func word(_ offset: Int) -> UInt32 {
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
    let coldKind = ObjectKind(rawValue: bytes[6])
    guard word(0) == magic, bytes[4] == 1, let codec = Codec(rawValue: bytes[5]),
      coldKind == nil ? bytes[6] == 0 && bytes[7] == 0 && word(20) == 0 : bytes[7] <= 1
    else { throw .notAFrame }
    let (table, raw, payload) = (Int(word(8)), Int(word(12)), Int(word(16)))
    guard table <= maximumTable, raw <= Limits.frame, payload <= raw + raw / 128 + 1024 else {
      throw .tooLarge
    }
    return Head(
      codec: codec, coldKind: coldKind, isShortened: bytes[7] == 1, firstOrdinal: Int(word(20)),
      tableLength: table, rawLength: raw, payloadLength: payload,
      checksum: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)),
      seed: Checksum.xxh3(UnsafeRawBufferPointer(rebasing: bytes[0..<24])))
  }

  /// What a frame says about itself, without its payload.
  package struct Summary: Hashable, Sendable {
    /// The objects, in the order of their bytes.
    package let objects: [FrameObject]
    /// The prefix, in order; empty for none.
    package let prefix: [ObjectID]
    /// Bytes of the whole frame.
    package let length: Int
    /// Bytes of all objects together.
    package var rawLength: Int { head.rawLength }
    let head: Head

    /// Decodes the table of the frame at the start of a buffer, which may be longer; verifies
    /// the checksum of the whole frame.
    package init(decoding bytes: UnsafeRawBufferPointer) throws(FrameError) {
      head = try Frame.head(of: bytes)
      guard !head.isCold else { throw .notAFrame }
      length = head.frameLength
      var reader = ByteReader(try head.table(in: bytes))
      do throws(DecodeError) {
        let count = try reader.elements(atMost: Limits.frameObjects, eachAtLeast: 34)
        var objects: [FrameObject] = []
        objects.reserveCapacity(count)
        var total = 0
        for _ in 0..<count {
          let kindByte = try reader.byte()
          guard let kind = ObjectKind(rawValue: kindByte) else { throw .tag(kindByte) }
          let length = try reader.count(atMost: Limits.object)
          total += length
          objects.append(FrameObject(id: try reader.id(), kind: kind, length: length))
        }
        guard total == head.rawLength else { throw .notCanonical }
        let prefixCount = try reader.elements(
          atMost: Limits.prefixObjects, eachAtLeast: ObjectID.byteCount)
        var prefix: [ObjectID] = []
        for _ in 0..<prefixCount { prefix.append(try reader.id()) }
        try reader.finish()
        self.objects = objects
        self.prefix = prefix
      } catch { throw .table(error) }
    }
  }

  /// Decodes a frame from the start of a buffer, which may be longer; verifies its checksum.
  package init(decoding bytes: UnsafeRawBufferPointer) throws(FrameError) {
    let summary = try Summary(decoding: bytes)
    objects = summary.objects
    prefix = summary.prefix
    codec = summary.head.codec
    rawLength = summary.head.rawLength
    payload = Array(bytes[Frame.headLength + summary.head.tableLength..<summary.length])
  }

  init(codec: Codec, objects: [FrameObject], prefix: [ObjectID], rawLength: Int, payload: [UInt8]) {
    self.codec = codec
    self.objects = objects
    self.prefix = prefix
    self.rawLength = rawLength
    self.payload = payload
  }

  /// The frame's bytes.
  package var encoded: [UInt8] {
    var table = ByteWriter(reserving: objects.count * 40 + prefix.count * 32 + 16)
    table.count(objects.count)
    for object in objects {
      table.byte(object.kind.rawValue)
      table.count(object.length)
      table.id(object.id)
    }
    table.count(prefix.count)
    for id in prefix { table.id(id) }
    var head = ByteWriter(reserving: 24)
    head.fixed(Frame.magic)
    head.byte(1)
    head.byte(codec.rawValue)
    head.fixed(UInt16(0))
    head.fixed(UInt32(table.bytes.count))
    head.fixed(UInt32(rawLength))
    head.fixed(UInt32(payload.count))
    head.fixed(UInt32(0))
    return Head.seal(head.bytes, table.bytes, payload)
  }
}

extension Frame {
  /// Says whether bytes are a whole frame, cold or not, with the right checksum.
  package static func isIntact(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { buffer in
      guard let head = try? Frame.head(of: buffer) else { return false }
      return (try? head.table(in: buffer)) != nil
    }
  }
}

extension Frame.Head {
  /// Verifies the checksum of the frame at the start of a buffer, and returns its table.
  func table(in bytes: UnsafeRawBufferPointer) throws(FrameError) -> [UInt8] {
    guard bytes.count >= frameLength else { throw .truncated }
    let body = UnsafeRawBufferPointer(rebasing: bytes[Frame.headLength..<frameLength])
    guard Checksum.xxh3(body, seed: seed) == checksum else { throw .checksum }
    return Array(body[..<tableLength])
  }

  /// Puts a frame's bytes together: a head without its checksum, a table, a payload.
  static func seal(_ head: [UInt8], _ table: [UInt8], _ payload: [UInt8]) -> [UInt8] {
    // One hash over table and payload: they lie together once the frame is written. The frame is
    // made where it stays, for payloads are large.
    let length = Frame.headLength + table.count + payload.count
    return [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
      let frame = UnsafeMutableRawBufferPointer(buffer)
      let body = UnsafeMutableRawBufferPointer(rebasing: frame[Frame.headLength..<length])
      frame.copyBytes(from: head)
      body.copyBytes(from: table)
      UnsafeMutableRawBufferPointer(rebasing: body[table.count...]).copyBytes(from: payload)
      frame.storeBytes(
        of: Checksum.xxh3(UnsafeRawBufferPointer(body), seed: Checksum.xxh3(head)).littleEndian,
        toByteOffset: Frame.headLength - 8, as: UInt64.self)
      count = length
    }
  }
}
