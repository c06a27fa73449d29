import FsyncCore

/// Where the parts of an index are, and the footer that tells it.
///
/// An index is the end of a pack, or a file beside a journal. From its first byte, which lies
/// on a multiple of 64 in its file:
/// ```
/// filter     64 bytes a block
/// fan-out    4 for each value of the first bits of an id: how many ids have at most this
/// checksums  8 for each 32 KiB of ids and rows
/// frames     8 a frame: its offset in the file that holds the frames, with flags in the two top
///            bits; and the end of the last
/// firsts     4 a frame: the number of its first object; and the number of all
/// ids        32 an object, in the order of the file
/// rows       4 an object, in rising order of ids: its number in the low 28 bits, its kind in the
///            high 4
/// footer     96
/// ```
/// Objects are numbered in the order of the file. One that lies in several frames has a number
/// for each, and one row.
struct IndexLayout: Hashable, Sendable {
  static let magic = Array("FSYNCIDX".utf8)
  static let footerLength = 96
  static let alignment = 64
  /// Bytes under one checksum.
  static let blockLength = 32 << 10
  /// The most objects in one file.
  static let maximumObjects = 1 << 28

  /// The number of rows.
  let rows: Int
  /// The number of objects in the order of the file.
  let objects: Int
  /// The number of frames.
  let frames: Int
  /// The number of blocks of filter.
  let blocks: Int
  /// How many first bits of an id choose its bucket.
  let bits: Int
  /// The offset of the index's first byte in its file.
  let start: UInt64
  /// The file that the frames are in: a pack's name, or a journal's nonce.
  let name: [UInt8]

  var filterOffset: Int { 0 }
  var fanOutOffset: Int { blocks * 64 }
  var checksumsOffset: Int { fanOutOffset + 4 << bits }
  var framesOffset: Int { checksumsOffset + bodyBlocks * 8 }
  var firstsOffset: Int { framesOffset + (frames + 1) * 8 }
  /// The end of the head, which one checksum covers, and the start of the body.
  var idsOffset: Int { firstsOffset + (frames + 1) * 4 }
  var rowsOffset: Int { idsOffset + objects * 32 }
  var footerOffset: Int { rowsOffset + rows * 4 }
  var length: Int { footerOffset + IndexLayout.footerLength }
  /// The number of checksums of the body.
  var bodyBlocks: Int {
    (objects * 32 + rows * 4 + IndexLayout.blockLength - 1) / IndexLayout.blockLength
  }

  /// Bits of fan-out for a number of ids: few enough ids in a bucket to look at all.
  static func bits(for rows: Int) -> Int {
    var bits = 8
    while bits < maximumBits, rows >> bits > 16 { bits += 1 }
    return bits
  }
  private static let maximumBits = 24

  /// The footer of an index whose head (filter to firsts) has this checksum.
  func footer(headChecksum: UInt64) -> [UInt8] {
    var writer = ByteWriter(reserving: IndexLayout.footerLength)
    writer.raw(IndexLayout.magic)
    writer.fixed(UInt32(1))
    writer.fixed(UInt32(bits))
    writer.fixed(UInt64(rows))
    writer.fixed(UInt64(frames))
    writer.fixed(UInt64(blocks))
    writer.fixed(start)
    writer.raw(name)
    writer.fixed(UInt64(objects))
    writer.fixed(UInt64(0))
    writer.fixed(headChecksum)
    writer.fixed(Checksum.xxh3(writer.bytes))
    return writer.bytes
  }

  /// Decodes a footer; nil where the bytes are not one, or it does not end a file of this size.
  /// - Returns: the layout, and the checksum of filter to firsts.
  static func decode(
    footer: [UInt8], fileSize: UInt64
  ) -> (layout: IndexLayout, headChecksum: UInt64)? {
    guard footer.count == footerLength,
      let fields = try? fields(footer),
      fields.checksum == Checksum.xxh3(footer[..<(footerLength - 8)])
    else { return nil }
    // No sum below can overflow once every count is known to fit the file.
    let bound = fileSize / 4
    guard fields.objects <= bound, fields.rows <= fields.objects, fields.frames <= bound,
      fields.blocks <= bound, fields.objects <= UInt64(maximumObjects),
      fields.frames <= UInt64(UInt32.max), (8...maximumBits).contains(Int(fields.bits)),
      fields.start <= fileSize, fields.start % UInt64(alignment) == 0, fields.blocks >= 1
    else { return nil }
    let layout = IndexLayout(
      rows: Int(fields.rows), objects: Int(fields.objects), frames: Int(fields.frames),
      blocks: Int(fields.blocks), bits: Int(fields.bits), start: fields.start, name: fields.name)
    guard layout.start + UInt64(layout.length) == fileSize else { return nil }
    return (layout, fields.headChecksum)
  }

  private struct Fields {
    var bits: UInt32
    var rows, frames, blocks, start, objects, headChecksum, checksum: UInt64
    var name: [UInt8]
  }

  private static func fields(_ bytes: [UInt8]) throws(DecodeError) -> Fields? {
    var reader = ByteReader(bytes)
    guard try Array(reader.raw(8)) == magic, try reader.fixed(UInt32.self) == 1 else {
      return nil
    }
    let bits = try reader.fixed(UInt32.self)
    let rows = try reader.fixed(UInt64.self)
    let frames = try reader.fixed(UInt64.self)
    let blocks = try reader.fixed(UInt64.self)
    let start = try reader.fixed(UInt64.self)
    let name = Array(try reader.raw(16))
    let objects = try reader.fixed(UInt64.self)
    guard try reader.fixed(UInt64.self) == 0 else { return nil }
    return Fields(
      bits: bits, rows: rows, frames: frames, blocks: blocks, start: start, objects: objects,
      headChecksum: try reader.fixed(), checksum: try reader.fixed(), name: name)
  }
}
