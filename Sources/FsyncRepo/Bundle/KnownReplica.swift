internal import FsyncCore
internal import FsyncStore

/// What is remembered of a replica whose bundle came: the ref `replica/ID`.
struct KnownReplica: Hashable, Sendable {
  /// Its name.
  var name: [UInt8]
  /// Commits that it has.
  var heads: [ObjectID]
  /// When its last bundle was imported.
  var time: Timestamp

  private static let prefix = Array("replica/".utf8)

  /// The ref's name.
  static func ref(_ id: ReplicaID) -> [UInt8] { prefix + Array(id.description.utf8) }

  /// The ref's value.
  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.byte(1)
    writer.timestamp(time)
    writer.string(name)
    writer.count(heads.count)
    for head in heads.sorted() { writer.id(head) }
    return writer.bytes
  }

  init(name: [UInt8], heads: [ObjectID], time: Timestamp) {
    self.name = name
    self.heads = heads
    self.time = time
  }

  /// Decodes a ref's value; nil for one that does not decode.
  init?(decoding bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    guard let version = try? reader.byte(), version == 1, let time = try? reader.timestamp(),
      let name = try? reader.string(atMost: 255),
      let heads = try? reader.risingIDs(atMost: Limits.heads)
    else { return nil }
    self.init(name: name, heads: heads, time: time)
  }

  /// All replicas of which something is remembered, by their ids in hexadecimal digits.
  static func all(_ refs: [[UInt8]: [UInt8]]) -> [(id: [UInt8], record: KnownReplica)] {
    refs.compactMap { name, value in
      guard name.starts(with: prefix) else { return nil }
      return KnownReplica(decoding: value).map { (Array(name.dropFirst(prefix.count)), $0) }
    }
    .sorted { $0.0.lexicographicallyPrecedes($1.0) }
  }
}

extension Repository {
  /// The commits that somebody has, as far as is known here.
  /// - Parameter name: a remote's name, a replica's name, or a replica's id.
  func known(to name: String) throws(RepositoryError) -> [ObjectID] {
    let refs = try state().refs
    if let record = RemoteRecord.read(refs, name: name) { return record.heads }
    let all = KnownReplica.all(refs)
    let word = Array(name.utf8)
    let found = all.filter { $0.id == word || $0.record.name == word }
    guard let first = found.first else {
      let remotes = configuration.remotes.map(\.name)
        .filter { RemoteRecord.read(refs, name: $0) != nil }
      throw .bundle(
        .unknownReplica(name, known: remotes.map { Array($0.utf8) } + all.map(\.record.name)))
    }
    guard found.count == 1 else {
      let ids = found.compactMap { replica in
        [UInt8](hex: String(decoding: replica.id, as: UTF8.self)).flatMap { ReplicaID($0) }
      }
      throw .bundle(.ambiguousReplica(name, ids))
    }
    return first.record.heads
  }

  /// Notes what the maker of a bundle has, all of which is here now.
  func remember(_ replica: ReplicaID, name: [UInt8], has heads: [ObjectID]) throws(RepositoryError)
  {
    guard replica != self.replica.id else { return }
    let ref = KnownReplica.ref(replica)
    let before = try state().refs[ref].flatMap { KnownReplica(decoding: $0) }
    // An older bundle may come after a newer one.
    let all = try readingObjects { () throws(ObjectError) in
      try graph().join(before?.heads ?? [], heads)
    }
    let record = KnownReplica(name: name, heads: all, time: timestamp())
    guard before?.heads.sorted() != all.sorted() || before?.name != name else { return }
    do {
      try store.transact { (_, transaction) throws(Never) in
        transaction.command = Array("bundle import".utf8)
        transaction.refs[ref] = .some(record.encoded)
      }
    } catch { throw RepositoryError(error) }
  }
}
