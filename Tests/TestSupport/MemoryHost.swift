package import FsyncCore
package import FsyncWire

/// A replica's id that begins with some bytes.
package func identity(_ bytes: [UInt8]) -> ReplicaID {
  let padding = [UInt8](repeating: 0, count: max(0, ReplicaID.byteCount - bytes.count))
  guard let id = ReplicaID(bytes + padding) else {
    preconditionFailure("an id has \(ReplicaID.byteCount) bytes, and not all are zero")
  }
  return id
}

/// A repository in memory.
package final class MemoryHost: ExchangeHost {
  /// Its objects.
  package let store = MemoryStore()
  /// Its heads.
  package var current: [ObjectID] = []
  /// Which repository it belongs to; nil for one that takes the peer's.
  package var repository: RepositoryID?
  /// Which replica it is.
  package let replica: (id: ReplicaID, name: [UInt8])
  /// The number of its last commit.
  package var sequence: UInt64 = 0
  /// How it compresses frames for a peer.
  package var compression = Compression.standard
  /// How often it was asked to prepare.
  package var prepared = 0
  /// How often it joined.
  package var joins = 0
  /// The peers that it met, in order.
  package var metPeers: [Standing] = []
  /// Commits whose content is not all here.
  package var gaps: Set<ObjectID> = []
  /// Whether the view of its heads needs what is not here.
  package var isWanting = false
  /// Called by `prepare`, as a folder that has changed.
  package var onPrepare: () -> Void = {}

  /// Makes an empty repository; the number stands for its id.
  package init(_ name: String, repository: UInt8? = 1) {
    replica = (identity(Array(name.utf8)), Array(name.utf8))
    self.repository = repository.flatMap { RepositoryID([UInt8](repeating: $0, count: 16)) }
  }

  /// See `ExchangeHost`.
  package var holdings: any Holdings { store }
  /// See `ExchangeHost`.
  package var source: any FrameSource { store }
  /// See `ExchangeHost`.
  package var delivered: UInt64 {
    UInt64(store.arrived.values.reduce(0) { $0 + $1.bytes.count })
  }
  /// See `ExchangeHost`.
  package func heads() -> [ObjectID] { current }
  /// See `ExchangeHost`.
  package func completeness() -> Completeness {
    gaps.isEmpty ? .whole : isWanting ? .wanting : .pruned
  }
  /// See `ExchangeHost`.
  package func absent() -> Set<ObjectID> { gaps }
  /// See `ExchangeHost`.
  package func graph(over reader: any ObjectReader) -> CommitGraph { CommitGraph(reader) }
  /// See `ExchangeHost`.
  package func prepare(for peer: Standing) {
    prepared += 1
    onPrepare()
  }
  /// See `ExchangeHost`.
  package func met(_ peer: Standing) { metPeers.append(peer) }
  /// See `ExchangeHost`.
  package func keep(_ frame: VerifiedFrame, encoded: [UInt8]) {
    frame.forEach { object, bytes in
      store.arrived[object.id] = StoredObject(kind: object.kind, bytes: Array(bytes))
    }
  }
  /// See `ExchangeHost`.
  package func join(
    _ heads: [ObjectID], repository: RepositoryID?, absent: Set<ObjectID>
  ) throws(HostError) -> Joined {
    joins += 1
    do {
      let new = try CommitGraph(store).missing(from: heads, having: current)
      gaps.formUnion(absent.intersection(new))
    } catch { throw HostError(Failure(.damaged), error) }
    store.store(store.arrived.values.map { $0 })
    store.arrived = [:]
    if let repository { self.repository = repository }
    do {
      current = try CommitGraph(store).join(current, heads)
    } catch { throw HostError(Failure(.damaged), error) }
    return Joined(heads: current, view: current.first, conflicts: 0)
  }

  /// Makes another one with the same objects and heads, which goes its own way.
  package func copy() -> MemoryHost {
    let copy = MemoryHost(self)
    copy.store.stored = store.stored
    copy.store.arrived = store.arrived
    copy.store.frames = store.frames
    copy.store.places = store.places
    copy.current = current
    copy.sequence = sequence
    copy.gaps = gaps
    copy.isWanting = isWanting
    return copy
  }

  private init(_ other: MemoryHost) {
    replica = other.replica
    repository = other.repository
    compression = other.compression
  }

  /// Commits edits on the view of all heads; a nil content removes.
  @discardableResult
  package func commit(
    _ edits: [(String, [UInt8]?)], renames: [(String, String)] = []
  ) throws -> ObjectID {
    let overlay = ObjectOverlay(over: store)
    let entries = edits.map { path, content in
      (
        path,
        content.map { content in
          Entry.file(
            ContentWriter.write(content, to: overlay), size: UInt64(content.count), mode: 0o644,
            mtime: Timestamp(seconds: Int64(1000 + sequence)))
        }
      )
    }
    return try commit(entries, renames: renames, overlay)
  }

  /// Commits entries whose objects are stored already.
  @discardableResult
  package func commit(entries: [(String, Entry?)]) throws -> ObjectID {
    try commit(entries, renames: [], ObjectOverlay(over: store))
  }

  private func commit(
    _ entries: [(String, Entry?)], renames: [(String, String)], _ overlay: ObjectOverlay
  ) throws -> ObjectID {
    var base: ObjectID?
    var baseView: Commit.BaseView?
    if current.count == 1 {
      base = try store.commit(current[0]).tree
    } else if current.count > 1 {
      let view = try Views.view(of: current, graph: CommitGraph(store), objects: overlay)
      base = view.tree
      baseView = Commit.BaseView(
        tree: view.tree, conflicts: view.conflicts, renames: view.renames)
    }
    let tree = try TreeEdit.apply(
      entries.map { (path: path($0.0), entry: $0.1) }, to: base, objects: overlay)
    var records: ObjectID?
    if !renames.isEmpty {
      records = overlay.put(
        .renames,
        RenameRecords(
          renames.map { RenameRecords.Record(from: path($0), to: path($1), isExact: true) }
        ).encoded)
    }
    sequence += 1
    let commit = Commit(
      tree: tree, parents: current, baseView: baseView, replica: replica.id,
      replicaName: replica.name, sequence: sequence, author: [0x61],
      time: Timestamp(seconds: Int64(1000 + sequence)), message: [], kind: .manual,
      renames: records)
    let id = overlay.put(.commit, commit.encoded)
    store.store(overlay.new)
    current = [id]
    return id
  }

  /// Every file of the heads' view, by path.
  package func files() throws -> [String: [UInt8]] {
    guard !current.isEmpty else { return [:] }
    let overlay = ObjectOverlay(over: store)
    let view = try Views.view(of: current, graph: CommitGraph(store), objects: overlay)
    var result: [String: [UInt8]] = [:]
    func walk(_ tree: ObjectID, _ prefix: String) throws {
      for element in try overlay.entries(ofTree: tree) {
        let path = prefix + String(decoding: element.name.bytes, as: UTF8.self)
        if element.entry.kind == .directory {
          try walk(element.entry.content, path + "/")
        } else {
          var content: [UInt8] = []
          try overlay.forEachChunk(of: element.entry) { (id, length, repeats) throws(ObjectError) in
            let bytes = try overlay.bytes(id, .chunk)
            for _ in 0..<repeats { content.append(contentsOf: bytes) }
          }
          result[path] = content
        }
      }
    }
    try walk(view.tree, "")
    return result
  }
}
