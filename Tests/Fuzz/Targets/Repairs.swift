import FsyncCore
import TestSupport

/// Makes journals whole again: chain and checksums of every record, frames' too.
enum JournalRepair {
  static func repair(_ bytes: inout [UInt8], _ random: inout SplitMix) {
    guard bytes.count > 64 else { return }
    header(&bytes, "FSYNCJNL")
    let nonce = word(bytes, 16)
    var chain = Checksum.xxh3(bytes[..<64])
    var (offset, last) = (64, 64)
    while offset + 40 <= bytes.count {
      if bytes[offset...].starts(with: Array("FSTX".utf8)) {
        let rest = bytes.count - offset - 40
        // A body that seems too long ends with the file.
        let body = min(Bytes.number(bytes, at: offset + 8, width: 4), rest)
        Bytes.put(&bytes, UInt64(body), at: offset + 8, width: 4)
        Bytes.put(&bytes, UInt64(offset - last), at: offset + 16, width: 8)
        Bytes.put(&bytes, chain, at: offset + 24, width: 8)
        let seed = Checksum.xxh3(bytes[offset..<offset + 32], seed: nonce)
        chain = Checksum.xxh3(bytes[offset + 40..<offset + 40 + body], seed: seed)
        Bytes.put(&bytes, chain, at: offset + 32, width: 8)
        offset += 40 + body
        last = offset
      } else if bytes[offset...].starts(with: Array("FSFR".utf8)) {
        let length =
          32 + Bytes.number(bytes, at: offset + 8, width: 4)
          + Bytes.number(bytes, at: offset + 16, width: 4)
        guard offset + length <= bytes.count else { return }
        if !random.once(in: 4) { FrameRepair.seal(&bytes, at: offset) }
        chain = Checksum.xxh3(bytes[offset..<offset + 32], seed: chain)
        offset += length
      } else {
        offset += 1
      }
    }
  }

  /// Sets a file's magic and the checksum of its header.
  static func header(_ bytes: inout [UInt8], _ magic: String) {
    bytes.replaceSubrange(0..<8, with: Array(magic.utf8))
    bytes[8] = 1
    Bytes.put(&bytes, Checksum.xxh3(bytes[..<56]), at: 56, width: 8)
  }

  private static func word(_ bytes: [UInt8], _ start: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64($1 * 8) }
  }
}

/// Makes packs whole again: their frames, and the index at their end.
enum PackRepair {
  static func repair(_ bytes: inout [UInt8], _ random: inout SplitMix) {
    guard bytes.count > 64 + 96 else { return }
    let name = Array(bytes[16..<32])
    JournalRepair.header(&bytes, "FSYNCPCK")
    if random.once(in: 2) { frames(&bytes) }
    index(&bytes, name: name, &random)
  }

  private static func frames(_ bytes: inout [UInt8]) {
    var offset = 64
    while offset + 32 <= bytes.count, bytes[offset...].starts(with: Array("FSFR".utf8)) {
      let length =
        32 + Bytes.number(bytes, at: offset + 8, width: 4)
        + Bytes.number(bytes, at: offset + 16, width: 4)
      guard offset + length <= bytes.count else { return }
      FrameRepair.seal(&bytes, at: offset)
      offset += length
    }
  }

  /// Sets the checksums of the index that ends a file, and what its footer says of its place.
  static func index(_ bytes: inout [UInt8], name: [UInt8], _ random: inout SplitMix) {
    let footer = bytes.count - 96
    guard footer > 0 else { return }
    func field(_ offset: Int, _ width: Int) -> Int {
      Bytes.number(bytes, at: footer + offset, width: width)
    }
    let (bits, rows, frames) = (field(12, 4), field(16, 8), field(24, 8))
    let (blocks, objects) = (field(32, 8), field(64, 8))
    let bound = bytes.count
    guard bits <= 24, rows <= bound, frames <= bound, blocks <= bound, objects <= bound else {
      return
    }
    let body = objects * 32 + rows * 4
    let checks = (body + (32 << 10) - 1) / (32 << 10)
    let head = blocks * 64 + (4 << bits) + checks * 8 + (frames + 1) * 12
    let start = footer - body - head
    guard start >= 0 else { return }
    bytes.replaceSubrange(footer..<footer + 12, with: Array("FSYNCIDX".utf8) + [1, 0, 0, 0])
    Bytes.put(&bytes, UInt64(start), at: footer + 40, width: 8)
    bytes.replaceSubrange(footer + 48..<footer + 64, with: name)
    Bytes.put(&bytes, 0, at: footer + 72, width: 8)
    let sums = start + blocks * 64 + (4 << bits)
    for check in 0..<checks where !random.once(in: 16) {
      let from = start + head + check * (32 << 10)
      let to = min(from + (32 << 10), footer)
      Bytes.put(&bytes, Checksum.xxh3(bytes[from..<to]), at: sums + check * 8, width: 8)
    }
    Bytes.put(&bytes, Checksum.xxh3(bytes[start..<start + head]), at: footer + 80, width: 8)
    Bytes.put(&bytes, Checksum.xxh3(bytes[footer..<footer + 88]), at: footer + 88, width: 8)
  }
}

/// Makes side indexes, and makes them whole again.
enum SideRepair {
  /// A side index of a journal's first transaction, with the index that a pack has.
  static func side(journal: [UInt8], pack: [UInt8], boot: String) -> [UInt8] {
    let end = journal.count
    let length = Bytes.number(journal, at: 72, width: 4)
    var bytes = Array("FSYNCSIX".utf8) + [1, 0, 0, 0] + [UInt8](repeating: 0, count: 52)
    Bytes.put(&bytes, UInt64(length), at: 12, width: 4)
    Bytes.put(&bytes, UInt64(end), at: 32, width: 8)
    bytes += journal[104..<104 + length]
    bytes += [UInt8](repeating: 0, count: (64 - bytes.count % 64) % 64)
    bytes += pack[Bytes.number(pack, at: pack.count - 96 + 40, width: 8)...]
    var random = SplitMix(seed: 0)
    repair(&bytes, journal: journal, boot: boot, &random)
    return bytes
  }

  static func repair(
    _ bytes: inout [UInt8], journal: [UInt8], boot: String, _ random: inout SplitMix
  ) {
    guard bytes.count > 64 + 96 else { return }
    bytes.replaceSubrange(0..<12, with: Array("FSYNCSIX".utf8) + [1, 0, 0, 0])
    bytes.replaceSubrange(16..<32, with: journal[16..<32])
    let length = min(Bytes.number(bytes, at: 12, width: 4), bytes.count - 64)
    Bytes.put(&bytes, UInt64(length), at: 12, width: 4)
    Bytes.put(&bytes, Checksum.xxh3(Array(boot.utf8)), at: 48, width: 8)
    let seed = Checksum.xxh3(bytes[..<56])
    Bytes.put(&bytes, Checksum.xxh3(bytes[64..<64 + length], seed: seed), at: 56, width: 8)
    PackRepair.index(&bytes, name: Array(journal[16..<32]), &random)
  }
}
