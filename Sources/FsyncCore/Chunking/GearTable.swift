/// The 256 random words of the gear hash.
///
/// Word i is little-endian bytes 8·(i mod 4) of SHA-256("fsync gear table 1" ‖ u8(i / 4)), so
/// the table can be made again from its description. It belongs to format version 1: another
/// table would cut other chunks and share nothing with what is stored.
package struct GearTable: Sendable {
  /// The words, one a byte value.
  package let words: [UInt64]

  /// The table of format version 1.
  package static let standard = GearTable()

  private init() {
    var words: [UInt64] = []
    words.reserveCapacity(256)
    for block in UInt8(0)..<64 {
      let digest = Digest.sha256(Array("fsync gear table 1".utf8) + [block])
      let bytes = digest.bytes
      for start in stride(from: 0, to: 32, by: 8) {
        words.append((0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) })
      }
    }
    self.words = words
  }
}
