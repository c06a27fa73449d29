internal import FsyncCore

extension Hello {
  static let magic = Array("fsyn".utf8)

  func encode(to writer: inout ByteWriter) {
    writer.raw(Hello.magic)
    writer.varint(version)
    writer.varint(oldest)
    writer.varint(capabilities)
    writer.repository(repository)
    standing.encodeIdentity(to: &writer)
    writer.ids(standing.heads)
    // After a session that left nothing to do, both sets are the same: one byte for both.
    writer.byte(shared == standing.heads ? 0 : 1)
    if shared != standing.heads { writer.ids(shared) }
    standing.encodeRest(to: &writer)
  }

  init(reading reader: inout ByteReader) throws(DecodeError) {
    guard try reader.raw(Hello.magic.count).elementsEqual(Hello.magic) else {
      throw .notCanonical
    }
    version = try reader.varint()
    oldest = try reader.varint()
    guard oldest >= 1, oldest <= version else { throw .number }
    capabilities = try reader.varint()
    repository = try reader.repository()
    var standing = try Standing(readingIdentity: &reader)
    standing.heads = try reader.risingIDs(atMost: Limits.heads)
    shared = try reader.heads(unless: standing.heads)
    try standing.readRest(&reader)
    self.standing = standing
  }
}

extension Welcome {
  /// Encodes a welcome; the heads are left out where they are those of the hello.
  func encode(to writer: inout ByteWriter, answering heads: [ObjectID]) {
    writer.varint(version)
    writer.varint(capabilities)
    writer.repository(repository)
    standing.encodeIdentity(to: &writer)
    writer.byte(standing.heads == heads ? 0 : 1)
    if standing.heads != heads { writer.ids(standing.heads) }
    writer.byte(knowsShared ? 1 : 0)
    standing.encodeRest(to: &writer)
  }

  init(reading reader: inout ByteReader, answering heads: [ObjectID]) throws(DecodeError) {
    version = try reader.varint()
    capabilities = try reader.varint()
    repository = try reader.repository()
    var standing = try Standing(readingIdentity: &reader)
    standing.heads = try reader.heads(unless: heads)
    knowsShared = try reader.flag()
    try standing.readRest(&reader)
    self.standing = standing
  }
}

extension Standing {
  func encodeIdentity(to writer: inout ByteWriter) {
    writer.raw(replica.bytes)
    writer.string(name)
  }

  func encodeRest(to writer: inout ByteWriter) {
    writer.vector(beyond, heads: heads)
    writer.byte(completeness.rawValue)
    writer.varint(delivered)
  }

  init(readingIdentity reader: inout ByteReader) throws(DecodeError) {
    guard let replica = ReplicaID(try reader.raw(ReplicaID.byteCount)) else { throw .truncated }
    self.init(
      replica: replica, name: try reader.string(atMost: WireLimits.replicaName), heads: [],
      beyond: VersionVector())
  }

  mutating func readRest(_ reader: inout ByteReader) throws(DecodeError) {
    beyond = try reader.vector(heads: heads)
    let byte = try reader.byte()
    guard let completeness = Completeness(rawValue: byte) else { throw .tag(byte) }
    self.completeness = completeness
    delivered = try reader.varint()
  }
}

extension ByteWriter {
  mutating func repository(_ id: RepositoryID?) {
    byte(id == nil ? 0 : 1)
    if let id { raw(id.bytes) }
  }

  mutating func ids(_ ids: [ObjectID]) {
    count(ids.count)
    for id in ids { self.id(id) }
  }

  /// Appends a vector.
  ///
  /// A tip that is a head, as most are, is one number and not 32 bytes.
  mutating func vector(_ vector: VersionVector, heads: [ObjectID]) {
    count(vector.tips.count)
    for (replica, tips) in vector.tips.sorted(by: { $0.key < $1.key }) {
      raw(replica.bytes)
      count(tips.count)
      for tip in tips {
        varint(tip.sequence)
        let position = heads.position(of: tip.commit)
        count(position.map { $0 + 1 } ?? 0)
        if position == nil { id(tip.commit) }
      }
    }
  }
}

extension ByteReader {
  mutating func flag() throws(DecodeError) -> Bool {
    switch try byte() {
    case 0: false
    case 1: true
    case let other: throw .tag(other)
    }
  }

  mutating func repository() throws(DecodeError) -> RepositoryID? {
    guard try flag() else { return nil }
    return RepositoryID(try raw(RepositoryID.byteCount))
  }

  mutating func vector(heads: [ObjectID]) throws(DecodeError) -> VersionVector {
    let replicas = try elements(atMost: Limits.heads, eachAtLeast: ReplicaID.byteCount + 3)
    var result: [ReplicaID: [VersionVector.Tip]] = [:]
    var last: ReplicaID?
    var total = 0
    for _ in 0..<replicas {
      guard let replica = ReplicaID(try raw(ReplicaID.byteCount)) else { throw .truncated }
      if let last, last >= replica { throw .order }
      last = replica
      let count = try elements(atMost: Limits.heads - total, eachAtLeast: 2)
      guard count >= 1 else { throw .notCanonical }
      total += count
      var tips: [VersionVector.Tip] = []
      for _ in 0..<count {
        let tip = VersionVector.Tip(sequence: try varint(), commit: try tipCommit(heads))
        guard tip.sequence >= 1 else { throw .number }
        if let last = tips.last, last >= tip { throw .order }
        tips.append(tip)
      }
      result[replica] = tips
    }
    return VersionVector(result)
  }

  private mutating func tipCommit(_ heads: [ObjectID]) throws(DecodeError) -> ObjectID {
    let position = try count(atMost: heads.count)
    if position > 0 { return heads[position - 1] }
    let id = try id()
    guard heads.position(of: id) == nil else { throw .notCanonical }
    return id
  }
}

extension [ObjectID] {
  /// The position of an id in a rising list; nil where it is not in it.
  func position(of id: ObjectID) -> Int? {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == id ? low : nil
  }
}
