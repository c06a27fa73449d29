internal import CXXHash

/// XXH3, 64 bits: integrity and in-memory keys, never identity (collisions can be made).
package enum Checksum {
  /// The XXH3 checksum of a buffer.
  package static func xxh3(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
    XXH3_64bits_withSeed(bytes.baseAddress, bytes.count, seed)
  }

  /// The XXH3 checksum of an array.
  package static func xxh3(_ bytes: [UInt8], seed: UInt64 = 0) -> UInt64 {
    bytes.withUnsafeBytes { xxh3($0, seed: seed) }
  }

  /// The XXH3 checksum of a slice.
  package static func xxh3(_ bytes: ArraySlice<UInt8>, seed: UInt64 = 0) -> UInt64 {
    bytes.withUnsafeBytes { xxh3($0, seed: seed) }
  }
}
