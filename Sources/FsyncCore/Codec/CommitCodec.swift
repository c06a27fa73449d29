extension Commit {
  private static let version: UInt8 = 1

  /// The canonical encoding.
  package var encoded: [UInt8] {
    var writer = ByteWriter(reserving: 256 + message.count)
    writer.byte(Commit.version)
    writer.id(tree)
    writer.count(parents.count)
    for parent in parents { writer.id(parent) }
    if parents.count > 1, let baseView {
      writer.id(baseView.tree)
      writer.optional(baseView.conflicts)
      writer.optional(baseView.renames)
    }
    writer.raw(replica.bytes)
    writer.string(replicaName)
    writer.varint(sequence)
    writer.string(author)
    writer.timestamp(time)
    writer.signed(Int64(zone))
    writer.string(message)
    writer.byte(kind.rawValue)
    writer.optional(renames)
    writer.optional(conflicts)
    writer.varint(engine)
    return writer.bytes
  }

  /// Decodes a commit; throws where the bytes are not the canonical encoding of one.
  package init(decoding bytes: [UInt8]) throws(DecodeError) {
    var reader = ByteReader(bytes)
    let version = try reader.byte()
    guard version == Commit.version else { throw .tag(version) }
    let tree = try reader.id()
    let parents = try reader.risingIDs(atMost: Limits.heads)
    var baseView: BaseView?
    if parents.count > 1 {
      baseView = BaseView(
        tree: try reader.id(), conflicts: try reader.optionalID(),
        renames: try reader.optionalID())
    }
    guard let replica = ReplicaID(try reader.raw(ReplicaID.byteCount)) else { throw .truncated }
    let replicaName = try reader.string(atMost: 255)
    let sequence = try reader.varint()
    guard sequence >= 1, sequence <= UInt64(Int64.max) else { throw .number }
    let author = try reader.string(atMost: 1024)
    let time = try reader.timestamp()
    let zone = try reader.signed()
    guard zone >= -1440, zone <= 1440 else { throw .number }
    let message = try reader.string(atMost: Limits.message)
    let kindByte = try reader.byte()
    guard let kind = Kind(rawValue: kindByte) else { throw .tag(kindByte) }
    let renames = try reader.optionalID()
    let conflicts = try reader.optionalID()
    let engine = try reader.varint()
    try reader.finish()
    self.init(
      tree: tree, parents: parents, baseView: baseView, replica: replica,
      replicaName: replicaName, sequence: sequence, author: author, time: time,
      zone: Int16(zone), message: message, kind: kind, renames: renames, conflicts: conflicts,
      engine: engine)
  }

  /// The commit's identity.
  package var id: ObjectID { Digest.object(.commit, encoded) }
}
