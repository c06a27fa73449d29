package import FsyncCore
package import FsyncSystem

/// Which replica a folder is, and which folder the replica is: the content of `replica`.
package struct Replica: Hashable, Sendable {
  /// This replica's identity.
  package var id: ReplicaID
  /// Its name, for people and conflict copies; UTF-8.
  package var name: [UInt8]
  /// The root of the working tree and `.fsync`, as they were when the file was written; nil for
  /// a bare repository.
  package var place: Place?

  /// What tells a folder from a copy of it: inode numbers and birth times.
  ///
  /// Device and file-system numbers change over reboots, so they only add words to a message.
  package struct Place: Hashable, Sendable {
    /// The root's inode and birth time.
    package var root: Identity
    /// The inode and birth time of `.fsync`.
    package var folder: Identity

    /// Reads the identities of a root and its `.fsync`.
    package init(root: [UInt8], folder: [UInt8]) throws(SystemError) {
      self.root = Identity(try Stat(path: root))
      self.folder = Identity(try Stat(path: folder))
    }

    init(root: Identity, folder: Identity) {
      self.root = root
      self.folder = folder
    }
  }

  /// An inode's number and birth time.
  package struct Identity: Hashable, Sendable {
    /// The inode.
    package var inode: UInt64
    /// When it was made; nil where the file system does not know.
    package var birth: FileTime?

    init(_ stat: Stat) {
      inode = stat.inode
      birth = stat.birth
    }

    init(inode: UInt64, birth: FileTime?) {
      self.inode = inode
      self.birth = birth
    }
  }

  /// The file's name in `.fsync`.
  package static let fileName = Array("replica".utf8)

  /// Makes a replica.
  package init(id: ReplicaID, name: [UInt8], place: Place?) {
    self.id = id
    self.name = name
    self.place = place
  }

  /// A new random identity.
  package static func randomID() -> ReplicaID {
    while true {
      if let id = ReplicaID(Host.randomBytes(ReplicaID.byteCount)) { return id }
    }
  }

  /// A name made of what conflict copies allow: letters, digits, `-`, `_`, at most 32 bytes.
  package static func cleanName(_ bytes: [UInt8]) -> [UInt8] {
    let clean = bytes.map { byte -> UInt8 in
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f: byte
      default: 0x2d
      }
    }
    return clean.isEmpty ? Array("replica".utf8) : Array(clean.prefix(32))
  }
}

extension Replica {
  private static let magic = Array("FSRP".utf8)

  /// The file's bytes: magic, version, id, name, place, XXH3 of all before.
  package var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.raw(Replica.magic)
    writer.byte(1)
    writer.raw(id.bytes)
    writer.string(name)
    writer.byte(place == nil ? 0 : 1)
    if let place {
      for identity in [place.root, place.folder] {
        writer.fixed(identity.inode)
        writer.byte(identity.birth == nil ? 0 : 1)
        if let birth = identity.birth {
          writer.fixed(birth.seconds)
          writer.fixed(birth.nanoseconds)
        }
      }
    }
    writer.fixed(Checksum.xxh3(writer.bytes))
    return writer.bytes
  }

  /// Decodes the file's bytes.
  package init(decoding bytes: [UInt8]) throws(DecodeError) {
    guard bytes.count > 8 else { throw .truncated }
    var tail = ByteReader(bytes, bytes.count - 8..<bytes.count)
    guard try tail.fixed(UInt64.self) == Checksum.xxh3(bytes[..<(bytes.count - 8)]) else {
      throw .notCanonical
    }
    var reader = ByteReader(bytes, 0..<bytes.count - 8)
    guard try Array(reader.raw(4)) == Replica.magic else { throw .notCanonical }
    let version = try reader.byte()
    guard version == 1 else { throw .tag(version) }
    guard let id = ReplicaID(try reader.raw(ReplicaID.byteCount)) else { throw .truncated }
    let name = try reader.string(atMost: 255)
    var place: Place?
    if try Replica.flag(&reader) {
      place = Place(root: try Replica.identity(&reader), folder: try Replica.identity(&reader))
    }
    try reader.finish()
    self.init(id: id, name: name, place: place)
  }

  private static func flag(_ reader: inout ByteReader) throws(DecodeError) -> Bool {
    let byte = try reader.byte()
    guard byte <= 1 else { throw .notCanonical }
    return byte == 1
  }

  private static func identity(_ reader: inout ByteReader) throws(DecodeError) -> Identity {
    let inode = try reader.fixed(UInt64.self)
    var birth: FileTime?
    if try flag(&reader) {
      let seconds = try reader.fixed(Int64.self)
      let nanoseconds = try reader.fixed(UInt32.self)
      guard nanoseconds < 1_000_000_000 else { throw .number }
      birth = FileTime(seconds: seconds, nanoseconds: nanoseconds)
    }
    return Identity(inode: inode, birth: birth)
  }
}
