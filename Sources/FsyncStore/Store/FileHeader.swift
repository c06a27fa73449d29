import FsyncCore
import FsyncSystem

/// The first 64 bytes of a journal, a pack or a quarantine.
/// ```
///  0  8  magic
///  8  1  version, 1
///  9  7  zero
/// 16 16  random name
/// 32  8  number of a journal, else zero
/// 40 16  zero
/// 56  8  XXH3 of bytes 0 to 55
/// ```
struct FileHeader: Hashable, Sendable {
  static let length = 64

  /// What a file is.
  enum Kind: Sendable {
    case journal, pack

    var magic: [UInt8] {
      switch self {
      case .journal: Array("FSYNCJNL".utf8)
      case .pack: Array("FSYNCPCK".utf8)
      }
    }
  }

  let kind: Kind
  let name: [UInt8]
  let number: UInt64

  var encoded: [UInt8] {
    var writer = ByteWriter(reserving: FileHeader.length)
    writer.raw(kind.magic)
    writer.byte(1)
    writer.raw([UInt8](repeating: 0, count: 7))
    writer.raw(name)
    writer.fixed(number)
    writer.raw([UInt8](repeating: 0, count: 16))
    writer.fixed(Checksum.xxh3(writer.bytes))
    return writer.bytes
  }

  init(_ kind: Kind, name: [UInt8], number: UInt64 = 0) {
    precondition(name.count == 16)
    self.kind = kind
    self.name = name
    self.number = number
  }

  /// Reads and checks the header of an open file.
  init(_ kind: Kind, of file: borrowing File, path: [UInt8]) throws(StoreError) {
    let bytes: [UInt8]
    do throws(SystemError) { bytes = try file.read(FileHeader.length, at: 0) } catch {
      throw .system(error, file: path)
    }
    try self.init(kind, decoding: bytes, path: path)
  }

  /// Decodes a header.
  init(_ kind: Kind, decoding bytes: [UInt8], path: [UInt8]) throws(StoreError) {
    guard bytes.count == FileHeader.length, bytes.starts(with: kind.magic),
      Checksum.xxh3(bytes[..<56]) == FileHeader.word(bytes, at: 56)
    else { throw .damaged(file: path) }
    guard bytes[8] == 1 else { throw .version(file: path) }
    self.kind = kind
    name = Array(bytes[16..<32])
    number = FileHeader.word(bytes, at: 32)
  }

  private static func word(_ bytes: [UInt8], at offset: Int) -> UInt64 {
    bytes.withUnsafeBytes {
      UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
  }
}
