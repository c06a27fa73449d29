import FsyncCore

/// Where the parts of an index are, and the footer that tells it.
///
/// An index is the end of a pack, or a file beside a journal. From its first byte, which lies
/// on a multiple of 64 in its file:
/// ```
/// filter     64 bytes a block
/// fan-out    256 times 4: how many ids have a first byte of at most this
/// checksums  256 times 8: of the ids and slots that begin with this byte
/// frames     8 a frame: its offset in the file that holds the frames; and the end of the last
/// ids        32 an object, in rising order
/// slots      8 an object, in the same order
/// footer     96
/// ```
struct IndexLayout: Hashable, Sendable {
  static let magic = Array("FSYNCIDX".utf8)
  static let footerLength = 96
  static let alignment = 64

  /// The number of objects.
  let objects: Int
  /// The number of frames.
  let frames: Int
  /// The number of blocks of filter.
  let blocks: Int
  /// The offset of the index's first byte in its file.
  let start: UInt64
  /// The file that the frames are in: a pack's name, or a journal's nonce.
  let name: [UInt8]

  var filterOffset: Int { 0 }
  var fanOutOffset: Int { blocks * 64 }
  var checksumsOffset: Int { fanOutOffset + 1024 }
  var framesOffset: Int { checksumsOffset + 2048 }
  var idsOffset: Int { framesOffset + (frames + 1) * 8 }
  var slotsOffset: Int { idsOffset + objects * 32 }
  var footerOffset: Int { slotsOffset + objects * 8 }
  var length: Int { footerOffset + IndexLayout.footerLength }

  /// The footer of an index whose head (filter to frames) has this checksum.
  func footer(headChecksum: UInt64) -> [UInt8] {
    var writer = ByteWriter(reserving: IndexLayout.footerLength)
    writer.raw(IndexLayout.magic)
    writer.fixed(UInt32(1))
    writer.fixed(UInt32(0))
    writer.fixed(UInt64(objects))
    writer.fixed(UInt64(frames))
    writer.fixed(UInt64(blocks))
    writer.fixed(start)
    writer.raw(name)
    writer.fixed(UInt64(0))
    writer.fixed(UInt64(0))
    writer.fixed(headChecksum)
    writer.fixed(Checksum.xxh3(writer.bytes))
    return writer.bytes
  }

  /// Decodes a footer; nil where the bytes are not one, or it does not end a file of this size.
  /// - Returns: the layout, and the checksum of filter to frames.
  static func decode(
    footer: [UInt8], fileSize: UInt64
  ) -> (layout: IndexLayout, headChecksum: UInt64)? {
    guard footer.count == footerLength,
      let fields = try? fields(footer),
      fields.checksum == Checksum.xxh3(footer[..<(footerLength - 8)])
    else { return nil }
    // No sum below can overflow once every count is known to fit the file.
    let bound = fileSize / 8
    guard fields.objects <= bound, fields.frames <= bound, fields.blocks <= bound,
      fields.objects <= UInt64(UInt32.max), fields.frames <= UInt64(UInt32.max),
      fields.start <= fileSize, fields.start % UInt64(alignment) == 0, fields.blocks >= 1
    else { return nil }
    let layout = IndexLayout(
      objects: Int(fields.objects), frames: Int(fields.frames), blocks: Int(fields.blocks),
      start: fields.start, name: fields.name)
    guard layout.start + UInt64(layout.length) == fileSize else { return nil }
    return (layout, fields.headChecksum)
  }

  private struct Fields {
    var objects, frames, blocks, start, headChecksum, checksum: UInt64
    var name: [UInt8]
  }

  private static func fields(_ bytes: [UInt8]) throws(DecodeError) -> Fields? {
    var reader = ByteReader(bytes)
    guard try Array(reader.raw(8)) == magic, try reader.fixed(UInt32.self) == 1,
      try reader.fixed(UInt32.self) == 0
    else { return nil }
    let objects = try reader.fixed(UInt64.self)
    let frames = try reader.fixed(UInt64.self)
    let blocks = try reader.fixed(UInt64.self)
    let start = try reader.fixed(UInt64.self)
    let name = Array(try reader.raw(16))
    guard try reader.fixed(UInt64.self) == 0, try reader.fixed(UInt64.self) == 0 else {
      return nil
    }
    return Fields(
      objects: objects, frames: frames, blocks: blocks, start: start,
      headChecksum: try reader.fixed(), checksum: try reader.fixed(), name: name)
  }
}
