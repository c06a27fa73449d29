import Crypto

/// SHA-256 identities.
///
/// The only file that names the hash.
package enum Digest {
  /// The identity of an object: SHA-256 over `"fsync1" 0x00 kind length64le bytes`.
  package static func object(_ kind: ObjectKind, _ bytes: [UInt8]) -> ObjectID {
    bytes.withUnsafeBytes { object(kind, $0) }
  }

  /// The identity of an object whose canonical bytes lie in a buffer.
  package static func object(_ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer) -> ObjectID {
    var hash = SHA256()
    var header: (UInt64, UInt64) = (
      0x0031_636e_7973_66 | UInt64(kind.rawValue) << 56,  // "fsync1", zero, kind
      UInt64(bytes.count).littleEndian
    )
    header.0 = header.0.littleEndian
    withUnsafeBytes(of: &header) { hash.update(bufferPointer: $0) }
    hash.update(bufferPointer: bytes)
    return id(hash.finalize())
  }

  /// Plain SHA-256, for what is not an object: the gear table's seed, view keys.
  package static func sha256(_ bytes: [UInt8]) -> ObjectID {
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return id(hash.finalize())
  }

  fileprivate static func id(_ digest: SHA256.Digest) -> ObjectID {
    digest.withUnsafeBytes { ObjectID(loading: $0) }
  }

  /// Plain SHA-256 of bytes that come in pieces.
  package struct Running: Sendable {
    private var hash = SHA256()

    /// Makes the hash of nothing.
    package init() {}

    /// Takes the next bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
      hash.update(bufferPointer: bytes)
    }

    /// The hash of all bytes so far; more may follow.
    package var value: ObjectID { Digest.id(hash.finalize()) }
  }
}
