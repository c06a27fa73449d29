package import FsyncCore

/// Why bytes are not a bundle, or not a whole one.
package enum BundleError: Error, Hashable, Sendable {
  /// They do not begin as a bundle does.
  case notABundle
  /// The bundle is of a newer version of the format.
  case version(UInt8)
  /// They end before the bundle does.
  case truncated
  /// They are not those that were written.
  case checksum
}

/// What stands around the messages of a bundle.
///
/// ```
/// head                                    trailer
/// 0  8  "FSYNCBDL"                         0  8  "FSYNCEND"
/// 8  1  version, 1                         8  8  bytes before the trailer, little-endian
/// 9  7  zero                              16 32  SHA-256 of them
///                                         48  8  XXH3 of bytes 0 to 47, little-endian
/// ```
/// Each message has its own checksum, and so is one that is damaged, lost or moved found where it
/// is. The trailer says that all of it is there, and of one piece: a medium that was unplugged may
/// hold blocks of an older bundle under the name of a newer one.
package enum BundleFormat {
  /// The bytes of the head.
  package static let headLength = 16
  /// The bytes of the trailer.
  package static let trailerLength = 56
  /// The version that this program writes, and the only one that it reads.
  package static let version: UInt8 = 1

  private static let magic = Array("FSYNCBDL".utf8)
  private static let ending = Array("FSYNCEND".utf8)

  /// The head.
  package static var head: [UInt8] {
    magic + [version] + [UInt8](repeating: 0, count: headLength - magic.count - 1)
  }

  /// Says whether bytes are the beginning of a bundle, of whatever version.
  package static func isBundle(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

  /// Checks the head.
  package static func check(head bytes: [UInt8]) throws(BundleError) {
    guard isBundle(bytes) else { throw .notABundle }
    guard bytes.count == headLength else { throw .truncated }
    guard bytes[magic.count] == version else { throw .version(bytes[magic.count]) }
    guard bytes == head else { throw .checksum }
  }

  /// The trailer of bytes.
  package static func trailer(length: UInt64, digest: ObjectID) -> [UInt8] {
    var writer = ByteWriter(reserving: trailerLength)
    writer.raw(ending)
    writer.fixed(length)
    writer.id(digest)
    writer.fixed(Checksum.xxh3(writer.bytes))
    return writer.bytes
  }

  /// Checks the trailer of bytes.
  package static func check(
    trailer bytes: [UInt8], length: UInt64, digest: ObjectID
  ) throws(BundleError) {
    if bytes == trailer(length: length, digest: digest) { return }
    // What does not end as a bundle does goes on elsewhere.
    throw bytes.starts(with: ending) ? .checksum : .truncated
  }
}

/// Takes head and trailer off a bundle that comes in arbitrary pieces, and passes on the messages.
package struct BundleStream {
  private var held: [UInt8] = []
  private var digest = Digest.Running()
  private var length: UInt64 = 0
  private var hasHead = false

  /// Makes the stream of a bundle's beginning.
  package init() {}

  /// Takes bytes, and returns those of messages: all but what may be the trailer.
  package mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(BundleError) -> [UInt8] {
    held.append(contentsOf: bytes)
    if !hasHead {
      guard held.count >= BundleFormat.headLength else { return [] }
      try BundleFormat.check(head: Array(held[..<BundleFormat.headLength]))
      hasHead = true
      take(BundleFormat.headLength)
    }
    let count = held.count - BundleFormat.trailerLength
    guard count > 0 else { return [] }
    return take(count)
  }

  /// Takes the end of the stream: what is left must be the trailer.
  package func finish() throws(BundleError) {
    guard hasHead else { throw BundleFormat.isBundle(held) ? .truncated : .notABundle }
    try BundleFormat.check(trailer: held, length: length, digest: digest.value)
  }

  @discardableResult
  private mutating func take(_ count: Int) -> [UInt8] {
    let taken = Array(held[..<count])
    held.removeFirst(count)
    taken.withUnsafeBytes { digest.update($0) }
    length += UInt64(count)
    return taken
  }
}
