import FsyncCore
import FsyncWire

/// Objects in memory, those that arrived apart from those that are stored.
final class MemoryStore: Holdings, FrameSource {
  var stored: [ObjectID: StoredObject] = [:]
  var arrived: [ObjectID: StoredObject] = [:]
  /// Stored frames, and the frame that each object lies in.
  var frames: [[UInt8]] = []
  var places: [ObjectID: Int] = [:]

  func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? { stored[id] ?? arrived[id] }
  func contains(_ id: ObjectID) throws(ObjectError) -> Bool {
    stored[id] != nil || arrived[id] != nil
  }
  func hasArrived(_ id: ObjectID) -> Bool { arrived[id] != nil }
  func kind(of id: ObjectID) -> ObjectKind? { (arrived[id] ?? stored[id])?.kind }
  func length(of id: ObjectID) -> Int? { arrived[id]?.bytes.count }
  func place(of id: ObjectID) throws(ObjectError) -> FramePlace? {
    places[id].map { FramePlace(file: 0, offset: UInt64($0)) }
  }
  func frame(holding id: ObjectID) throws(ObjectError) -> [UInt8]? {
    places[id].map { frames[$0] }
  }

  /// Stores objects in frames of some size.
  func store(_ objects: [StoredObject], frameBound: Int = 100_000) {
    let encoder = FrameEncoder(.standard)
    var pending: [ObjectID] = []
    func flush() {
      guard !encoder.isEmpty else { return }
      for id in pending { places[id] = frames.count }
      frames.append(encoder.finish().encoded)
      pending = []
    }
    for object in objects where stored[object.id] == nil {
      if encoder.rawLength + object.bytes.count > frameBound { flush() }
      encoder.add(object.id, object.kind, object.bytes)
      pending.append(object.id)
      stored[object.id] = object
    }
    flush()
  }
}

/// A replica's id that begins with some bytes.
func identity(_ bytes: [UInt8]) -> ReplicaID {
  let padding = [UInt8](repeating: 0, count: max(0, ReplicaID.byteCount - bytes.count))
  guard let id = ReplicaID(bytes + padding) else {
    preconditionFailure("an id has \(ReplicaID.byteCount) bytes, and not all are zero")
  }
  return id
}

/// A repository in memory.
final class MemoryHost: ExchangeHost {
  let store = MemoryStore()
  var current: [ObjectID] = []
  var repository: RepositoryID?
  let replica: (id: ReplicaID, name: [UInt8])
  var sequence: UInt64 = 0
  var compression = Compression.standard
  var prepared = 0
  var joins = 0
  var metPeers: [Standing] = []
  /// Commits whose content is not all here.
  var gaps: Set<ObjectID> = []
  var isWanting = false
  /// Called by `prepare`, as a folder that has changed.
  var onPrepare: () -> Void = {}

  init(_ name: String, repository: UInt8? = 1) {
    replica = (identity(Array(name.utf8)), Array(name.utf8))
    self.repository = repository.flatMap { RepositoryID([UInt8](repeating: $0, count: 16)) }
  }

  var holdings: any Holdings { store }
  var source: any FrameSource { store }
  var delivered: UInt64 { UInt64(store.arrived.values.reduce(0) { $0 + $1.bytes.count }) }
  func heads() -> [ObjectID] { current }
  func completeness() -> Completeness { gaps.isEmpty ? .whole : isWanting ? .wanting : .pruned }
  func absent() -> Set<ObjectID> { gaps }
  func graph(over reader: any ObjectReader) -> CommitGraph { CommitGraph(reader) }
  func prepare(for peer: Standing) {
    prepared += 1
    onPrepare()
  }
  func met(_ peer: Standing) { metPeers.append(peer) }
  func keep(_ frame: VerifiedFrame, encoded: [UInt8]) {
    frame.forEach { object, bytes in
      store.arrived[object.id] = StoredObject(kind: object.kind, bytes: Array(bytes))
    }
  }
  func join(
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

  /// Commits edits on the view of all heads; a nil content removes.
  @discardableResult
  func commit(_ edits: [(String, [UInt8]?)], renames: [(String, String)] = []) throws -> ObjectID {
    let overlay = ObjectOverlay(over: store)
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
    let list = try edits.map { path, content in
      (
        path: try Path(Array(path.utf8)),
        entry: content.map { content -> Entry in
          var builder = ContentBuilder()
          let put = { (kind: ObjectKind, bytes: UnsafeRawBufferPointer) in
            overlay.put(kind, Array(bytes))
          }
          content.withUnsafeBytes { builder.append($0, put: put) }
          let id = builder.finish(put: put)
          return .file(
            id, size: UInt64(content.count), mode: 0o644,
            mtime: Timestamp(seconds: Int64(1000 + sequence)))
        }
      )
    }
    let tree = try TreeEdit.apply(list, to: base, objects: overlay)
    var records: ObjectID?
    if !renames.isEmpty {
      records = overlay.put(
        .renames,
        RenameRecords(
          try renames.map {
            RenameRecords.Record(
              from: try Path(Array($0.utf8)), to: try Path(Array($1.utf8)), isExact: true)
          }
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
  func files() throws -> [String: [UInt8]] {
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
