package import FsyncCore

/// The objects that commits bring and the other side lacks: their ids in the order in which they
/// were met, parents first, and what each most likely replaced.
package struct Listing: Sendable {
  private var table = IDTable()
  private var likes: [Int32] = []
  private var hints: [ObjectID] = []
  private var ends: [Bool] = []
  /// An estimate of the bytes of all objects.
  package private(set) var bytes: UInt64 = 0

  /// Makes an empty listing.
  package init() {}

  /// The number of objects.
  package var count: Int { table.count }
  /// The ids.
  package var ids: [ObjectID] { table.ids }
  /// An object that the other side holds and that resembles this one; nil for none.
  package func like(_ index: Int) -> ObjectID? {
    likes[index] < 0 ? nil : hints[Int(likes[index])]
  }
  /// Returns the ids from a position on, at most a number of them.
  package func ids(from start: Int, atMost bound: Int) -> [ObjectID] {
    Array(table.ids[start..<min(table.count, start + bound)])
  }
  /// An object's position; nil where it is not listed.
  package func index(of id: ObjectID) -> Int? { table.index(of: id) }

  /// Lists an object; one that is listed is passed over.
  package mutating func add(_ id: ObjectID, length: UInt64? = nil, like: ObjectID? = nil) {
    let hint = like.flatMap(resolved)
    guard hint != id, table.insert(id) else { return }
    // A node's size is not known before it is read; what counts is file content.
    bytes += min(length ?? 256, UInt64(Limits.object))
    ends.append(false)
    likes.append(hint == nil ? -1 : Int32(hints.count))
    if let hint { hints.append(hint) }
  }

  /// Notes that the objects from a position on are those of a file.
  mutating func noteFile(from start: Int) {
    guard count > start else { return }
    ends[count - 1] = true
  }

  /// Says whether an object is the last of a file's.
  func endsFile(_ index: Int) -> Bool { ends[index] }

  /// Follows what is itself new to the older version that the other side holds.
  private func resolved(_ id: ObjectID) -> ObjectID? {
    guard let index = table.index(of: id) else { return id }
    return like(index)
  }
}

/// Lists what a peer lacks, one commit at a time.
package struct Lister {
  private let graph: CommitGraph
  private let commits: [ObjectID]
  private let fallback: [ObjectID]
  private var next = 0
  private var walk: TreeWalk<Collector>

  private let absent: Set<ObjectID>

  private struct Collector: TreeVisitor {
    let source: any FrameSource
    var listing = Listing()
    /// Whether chunks of this commit may be absent, and are then passed over.
    var isPartial = false
    private var start = 0

    init(source: any FrameSource) { self.source = source }

    mutating func beginFile() { start = listing.count }
    mutating func endFile() { listing.noteFile(from: start) }

    mutating func visit(
      _ id: ObjectID, _ kind: ObjectKind, length: UInt64?, like: ObjectID?
    ) throws(WireError) {
      if isPartial, kind == .chunk {
        guard try reading({ () throws(ObjectError) in try source.contains(id) }) else { return }
      }
      listing.add(id, length: length, like: like)
    }
    mutating func absent(_ id: ObjectID, _ kind: ObjectKind) throws(WireError) {
      throw .unavailable(id)
    }
  }

  /// Makes the lister of commits.
  /// - Parameters:
  ///   - commits: what the peer lacks, parents first: every parent is among them or held.
  ///   - held: commits that the peer holds, for those of `commits` that have no parents.
  ///   - absent: commits whose chunks may be absent, and are sent as far as they are here.
  package init(
    _ commits: [ObjectID], held: [ObjectID], graph: CommitGraph, source: any FrameSource,
    absent: Set<ObjectID> = []
  ) {
    self.commits = commits
    self.graph = graph
    self.absent = absent
    fallback = Array(held.prefix(8))
    walk = TreeWalk(source, Collector(source: source))
  }

  /// What has been listed so far.
  package var listing: Listing {
    _read { yield walk.visitor.listing }
    _modify { yield &walk.visitor.listing }
  }
  /// Says whether everything has been listed.
  package var isDone: Bool { next == commits.count }

  /// Lists what the next commit brings.
  package mutating func advance() throws(WireError) {
    guard !isDone else { return }
    let id = commits[next]
    next += 1
    let commit = try commit(id)
    walk.visitor.isPartial = absent.contains(id)
    var older: [(id: ObjectID, commit: Commit)] = []
    for parent in commit.parents.isEmpty ? fallback : commit.parents {
      older.append((parent, try self.commit(parent)))
    }
    try list(id, .commit, like: older.first?.id)
    let trees = older.map(\.commit.tree)
    walk.origin = nil
    if let view = commit.baseView {
      try list(view.renames, .renames, like: nil)
      try list(view.conflicts, .conflicts, like: older.lazy.compactMap(\.commit.conflicts).first)
      try walk.walk(tree: view.tree, since: trees)
    }
    try list(commit.renames, .renames, like: nil)
    try list(commit.conflicts, .conflicts, like: older.lazy.compactMap(\.commit.conflicts).first)
    let base = commit.baseView.map { [$0.tree] } ?? []
    let parentTree = base.first ?? trees.first
    if let renames = commit.renames, let parentTree {
      walk.origin = try origins(renames, in: parentTree)
    }
    try walk.walk(tree: commit.tree, since: base + trees)
  }

  private mutating func list(
    _ id: ObjectID?, _ kind: ObjectKind, like: ObjectID?
  ) throws(WireError) {
    if let id { try walk.visitor.visit(id, kind, length: nil, like: like) }
  }

  private func commit(_ id: ObjectID) throws(WireError) -> Commit {
    try reading { () throws(ObjectError) in try graph.commit(id) }
  }

  /// Where renamed paths were in a tree: what was moved is not sent again, and what was edited
  /// while it moved has something to resemble.
  private func origins(
    _ records: ObjectID, in tree: ObjectID
  ) throws(WireError) -> (Path) -> Entry? {
    let reader = walk.reader
    let records = try reading { () throws(ObjectError) in try reader.renames(records).records }
    var sources: [Path: Path] = [:]
    for record in records { sources[record.to] = record.from }
    return { path in
      guard let from = sources[path] else { return nil }
      return try? reader.entry(at: from, in: tree)
    }
  }
}
