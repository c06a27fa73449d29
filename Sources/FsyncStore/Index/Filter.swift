import FsyncCore

/// A blocked Bloom filter: whatever it is asked costs one cache line.
///
/// With h the id's first eight bytes as a big-endian number, the block is the upper half of h
/// times the number of blocks; the six bits in it are the six nine-bit groups at the top of h
/// times 0x9e3779b97f4a7c15.
enum Filter {
  static let bitsPerObject = 12

  /// The number of blocks for a number of objects.
  static func blocks(for objects: Int) -> Int {
    max(1, (objects * bitsPerObject + 511) / 512)
  }

  @inline(__always)
  private static func block(of id: ObjectID, in blocks: Int) -> Int {
    Int(id.prefix64.multipliedFullWidth(by: UInt64(blocks)).high)
  }

  @inline(__always)
  private static func mix(_ id: ObjectID) -> UInt64 { id.prefix64 &* 0x9e37_79b9_7f4a_7c15 }

  /// Notes an id in a filter.
  static func insert(_ id: ObjectID, into filter: UnsafeMutableRawPointer, blocks: Int) {
    let block = filter + self.block(of: id, in: blocks) * 64
    let bits = mix(id)
    for group in 0..<6 {
      let bit = Int(bits >> UInt64(55 - 9 * group) & 511)
      let byte = block.load(fromByteOffset: bit >> 3, as: UInt8.self)
      block.storeBytes(of: byte | 1 << UInt8(bit & 7), toByteOffset: bit >> 3, as: UInt8.self)
    }
  }

  /// Says whether an id may have been noted; false is certain.
  @inline(__always)
  static func mayContain(_ id: ObjectID, in filter: UnsafeRawPointer, blocks: Int) -> Bool {
    let block = filter + self.block(of: id, in: blocks) * 64
    let bits = mix(id)
    for group in 0..<6 {
      let bit = Int(bits >> UInt64(55 - 9 * group) & 511)
      let byte = block.load(fromByteOffset: bit >> 3, as: UInt8.self)
      if byte & 1 << UInt8(bit & 7) == 0 { return false }
    }
    return true
  }
}
