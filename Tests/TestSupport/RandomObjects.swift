package import FsyncCore

/// Random values of the object model, valid ones.
extension SplitMix {
  /// Returns an id of nothing.
  package mutating func objectID() -> ObjectID {
    Digest.sha256(bytes(8))
  }

  /// Returns a name, now and then the longest.
  package mutating func name() -> Name {
    while true {
      let length = once(in: 20) ? 255 : 1 + below(20)
      if let name = try? Name(bytes(length)) { return name }
    }
  }

  /// Returns a path of a few names.
  package mutating func path() -> Path {
    (0...below(5)).reduce(Path.root) { path, _ in path.appending(name()) }
  }

  /// Returns a time, now and then a strange one.
  package mutating func timestamp() -> Timestamp {
    let seconds = once(in: 5) ? Int64(truncatingIfNeeded: next()) : Int64(below(1 << 32))
    return Timestamp(seconds: seconds, nanoseconds: UInt32(below(1_000_000_000)))
  }

  /// Returns an entry of any kind.
  package mutating func entry() -> Entry {
    var entry: Entry
    switch below(4) {
    case 0: entry = .directory(objectID(), mode: UInt16(below(0o1000)))
    case 1:
      entry = .symlink(objectID(), size: UInt64(below(Limits.path)), mtime: timestamp())
    default:
      let size = once(in: 4) ? next() >> 1 : UInt64(below(1 << 20))
      entry = .file(objectID(), size: size, mode: UInt16(below(0o1000)), mtime: timestamp())
    }
    if once(in: 6) { entry.attributes = objectID() }
    return entry
  }

  /// Returns entries in order of name.
  package mutating func entries(_ count: Int) -> [TreeEntry] {
    var names: Set<Name> = []
    while names.count < count { names.insert(name()) }
    return names.sorted().map { TreeEntry($0, entry()) }
  }

  /// Returns a commit that names nothing that there is.
  package mutating func commit() -> Commit {
    let parents = Set((0..<below(4)).map { _ in objectID() })
    var baseView: Commit.BaseView?
    if parents.count > 1 {
      baseView = Commit.BaseView(
        tree: objectID(), conflicts: once(in: 2) ? objectID() : nil,
        renames: once(in: 2) ? objectID() : nil)
    }
    guard let replica = ReplicaID(bytes(16)), let kind = Commit.Kind(rawValue: UInt8(1 + below(5)))
    else { preconditionFailure("16 bytes and a number of a kind") }
    return Commit(
      tree: objectID(), parents: Array(parents), baseView: baseView, replica: replica,
      replicaName: bytes(below(256)), sequence: 1 + next() >> 1 % 1000, author: bytes(below(300)),
      time: timestamp(), zone: Int16(below(2881) - 1440), message: bytes(below(400)), kind: kind,
      renames: once(in: 2) ? objectID() : nil, conflicts: once(in: 2) ? objectID() : nil,
      engine: once(in: 2) ? 1 : next())
  }

  /// Returns rename records.
  package mutating func renames() -> RenameRecords {
    RenameRecords(
      (0..<below(8)).map { _ in
        RenameRecords.Record(from: path(), to: path(), isExact: once(in: 2))
      })
  }

  /// Returns a conflict table.
  package mutating func conflictTable() -> ConflictTable {
    let kinds: [Conflict.Kind] = [
      .edits, .additions, .kinds, .editKept, .renameKept, .moveDropped, .strategyUnknown,
    ]
    return ConflictTable(
      (0..<below(5)).map { _ in
        let sides = (0..<below(4)).map { _ in
          Conflict.Side(
            path: path(), entry: entry(), commit: once(in: 3) ? nil : objectID(),
            supersedes: (0..<below(3)).map { _ in objectID() })
        }
        return Conflict(
          path: path(), kind: pick(kinds), base: once(in: 2) ? entry() : nil, sides: sides)
      })
  }

  /// Returns a node whose neighbours differ, as the format demands.
  package mutating func listNode() -> ListNode {
    let level = UInt8(once(in: 2) ? 0 : below(4))
    return ListNode(
      level: level,
      elements: (0..<1 + below(40)).map { _ in
        ListNode.Element(
          id: objectID(), length: UInt64(1 + below(level == 0 ? Limits.chunk : 1 << 40)),
          repeats: once(in: 5) ? UInt64(1 + below(1 << 10)) : 1)
      })
  }

  /// Returns a node above the leaves of a large folder.
  package mutating func innerNode() -> TreeNode {
    let names = Set((0..<1 + below(40)).map { _ in name() }).sorted()
    return .inner(
      level: UInt8(1 + below(12)),
      names.map { TreeNode.Child(first: $0, count: UInt64(1 + below(1 << 20)), node: objectID()) })
  }
}
