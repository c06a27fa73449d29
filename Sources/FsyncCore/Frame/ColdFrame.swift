/// A frame of a cold pack: objects of one kind, whose ids stand in the pack's index alone.
///
/// What `gc` writes. It has no prefix; and in objects that name others, an id that the same pack
/// holds is shortened to its number there (see `IDCoding`). On disk only, never on a wire:
/// ```
///  0  4  "FSFR"
///  4  1  version, 1
///  5  1  codec
///  6  1  kind of all objects, which other frames do not have here
///  7  1  1 where ids are shortened, else 0
///  8  4  bytes of table          (little-endian, as all below)
/// 12  4  bytes of raw content
/// 16  4  bytes of payload
/// 20  4  number of the first object in the pack
/// 24  8  XXH3 of table and payload, seeded with the XXH3 of bytes 0 to 23
/// ```
/// The table: a count, and the length of each object in the raw content.
package struct ColdFrame: Sendable {
  /// The codec of the payload.
  package let codec: Codec
  /// What all objects are.
  package let kind: ObjectKind
  /// Whether ids in the objects are shortened.
  package let isShortened: Bool
  /// The number of the first object in the pack.
  package let firstOrdinal: Int
  /// Bytes of each object in the raw content, in order.
  package let lengths: [Int]
  /// Bytes of raw content.
  package let rawLength: Int
  /// Bytes of the whole frame.
  package let length: Int
  /// The compressed content.
  package let payload: [UInt8]

  /// Decodes the frame at the start of a buffer, which may be longer; verifies its checksum.
  package init(decoding bytes: UnsafeRawBufferPointer) throws(FrameError) {
    let head = try Frame.head(of: bytes)
    guard let kind = head.coldKind else { throw .notAFrame }
    var reader = ByteReader(try head.table(in: bytes))
    var lengths: [Int] = []
    do throws(DecodeError) {
      let count = try reader.elements(atMost: Limits.frameObjects, eachAtLeast: 1)
      lengths.reserveCapacity(count)
      var total = 0
      for _ in 0..<count {
        let length = try reader.count(atMost: Limits.frame)
        total += length
        lengths.append(length)
      }
      guard total == head.rawLength else { throw .notCanonical }
      try reader.finish()
    } catch { throw .table(error) }
    self.kind = kind
    self.lengths = lengths
    codec = head.codec
    isShortened = head.isShortened
    firstOrdinal = head.firstOrdinal
    rawLength = head.rawLength
    length = head.frameLength
    payload = Array(bytes[Frame.headLength + head.tableLength..<head.frameLength])
  }

  /// The same content as a frame that names its objects, for a wire; nil where ids are shortened.
  /// - Parameter ids: the ids of the objects, in order.
  package func named(_ ids: [ObjectID]) -> Frame? {
    guard !isShortened, ids.count == lengths.count else { return nil }
    let objects = zip(ids, lengths).map { FrameObject(id: $0, kind: kind, length: $1) }
    return Frame(
      codec: codec, objects: objects, prefix: [], rawLength: rawLength, payload: payload)
  }
}

/// Compresses cold frames.
package final class ColdFrameEncoder {
  private let compressor: Compressor

  /// Makes an encoder for a repository's codec.
  package init(_ compression: Compression) {
    compressor = Compressor(compression)
  }

  /// Says whether compression gains nothing on an object's content by itself.
  package func isIncompressible(_ content: ArraySlice<UInt8>) -> Bool {
    compressor.isIncompressible(content)
  }

  /// Compresses content at each of some levels and returns the payloads, in order.
  package func compress(_ content: [UInt8], level: Int32?) -> (Codec, [UInt8]) {
    compressor.compressCold(content, level: level)
  }

  /// Puts a frame together.
  package static func frame(
    _ kind: ObjectKind, isShortened: Bool, firstOrdinal: Int, lengths: [Int],
    _ compressed: (codec: Codec, payload: [UInt8])
  ) -> [UInt8] {
    var table = ByteWriter(reserving: lengths.count * 3 + 4)
    table.count(lengths.count)
    for length in lengths { table.count(length) }
    var head = ByteWriter(reserving: 24)
    head.fixed(Frame.magic)
    head.byte(1)
    head.byte(compressed.codec.rawValue)
    head.byte(kind.rawValue)
    head.byte(isShortened ? 1 : 0)
    head.fixed(UInt32(table.bytes.count))
    head.fixed(UInt32(lengths.reduce(0, +)))
    head.fixed(UInt32(compressed.payload.count))
    head.fixed(UInt32(firstOrdinal))
    return Frame.Head.seal(head.bytes, table.bytes, compressed.payload)
  }
}
