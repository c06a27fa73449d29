import FsyncCore

/// A transaction's head in a journal: what makes the transaction valid.
/// ```
///  0  4  "FSTX"
///  4  1  version, 1
///  5  1  1 for a checkpoint, else 0
///  6  2  zero
///  8  4  bytes of body
/// 12  4  zero
/// 16  8  bytes between the end of the previous transaction (or of the header) and this one
/// 24  8  the chain
/// 32  8  XXH3 of the body, seeded with the XXH3 of bytes 0 to 31, seeded with the nonce
/// 40     body
/// ```
/// The nonce as a seed is the first eight bytes of the journal's name, little-endian. The chain
/// begins with the XXH3 of the journal's header. Each frame replaces it by the XXH3 of its head,
/// seeded with the chain so far; the head holds the checksum of the rest of the frame, so the
/// chain covers every byte. A transaction holds the chain after the frames before it, and its own
/// checksum is the chain after it.
struct TransactionRecord: Hashable, Sendable {
  static let headLength = 40
  static let magic: UInt32 = 0x5854_5346  // "FSTX" read little-endian

  let isCheckpoint: Bool
  let bodyLength: Int
  let gap: UInt64
  /// The chain after the frames before the record.
  let chain: UInt64
  /// The record's own checksum, and the chain after it.
  let checksum: UInt64
  private let seed: UInt64

  /// Bytes of head and body.
  var length: Int { TransactionRecord.headLength + bodyLength }

  /// Decodes a head; nil where the bytes are not one.
  init?(head bytes: UnsafeRawBufferPointer, nonce: UInt64) {
    guard bytes.count >= TransactionRecord.headLength else { return nil }
    func word(_ offset: Int) -> UInt32 {
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
    func long(_ offset: Int) -> UInt64 {
      UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    guard word(0) == TransactionRecord.magic, bytes[4] == 1, bytes[5] <= 1, bytes[6] == 0,
      bytes[7] == 0, word(12) == 0, Int(word(8)) <= TransactionLimits.body
    else { return nil }
    isCheckpoint = bytes[5] == 1
    bodyLength = Int(word(8))
    gap = long(16)
    chain = long(24)
    checksum = long(32)
    seed = Checksum.xxh3(UnsafeRawBufferPointer(rebasing: bytes[..<32]), seed: nonce)
  }

  /// Says whether a body is the one that the head was written for.
  func matches(_ body: UnsafeRawBufferPointer) -> Bool {
    Checksum.xxh3(body, seed: seed) == checksum
  }

  /// The chain after a frame with this head.
  static func link(_ head: UnsafeRawBufferPointer, chain: UInt64) -> UInt64 {
    Checksum.xxh3(UnsafeRawBufferPointer(rebasing: head[..<32]), seed: chain)
  }

  /// Encodes a record.
  /// - Parameter chain: the chain after the frames before it.
  /// - Returns: the bytes, and the chain after the record.
  static func encode(
    _ body: [UInt8], isCheckpoint: Bool, gap: UInt64, chain: UInt64, nonce: UInt64
  ) -> (bytes: [UInt8], chain: UInt64) {
    var writer = ByteWriter(reserving: headLength + body.count)
    writer.fixed(magic)
    writer.byte(1)
    writer.byte(isCheckpoint ? 1 : 0)
    writer.fixed(UInt16(0))
    writer.fixed(UInt32(body.count))
    writer.fixed(UInt32(0))
    writer.fixed(gap)
    writer.fixed(chain)
    let checksum = Checksum.xxh3(body, seed: Checksum.xxh3(writer.bytes, seed: nonce))
    writer.fixed(checksum)
    writer.raw(body)
    return (writer.bytes, checksum)
  }
}
