internal import FsyncCore

/// Looks at commits one after the other, parents first, and collects which of their objects are
/// missing.
struct ContentWalk {
  private let graph: CommitGraph
  private let holdings: any Holdings
  private let gaps: Connectivity.Gaps
  private var whole: TreeWalk<Checker>
  // A walk of its own, since walks pass over what they have seen.
  private var partial: TreeWalk<Checker>
  /// The last tree of which everything was looked at: as good to compare with as a parent's.
  private var known: ObjectID?

  init(_ check: Connectivity) {
    graph = check.graph
    holdings = check.holdings
    gaps = check.gaps
    whole = TreeWalk(holdings, Checker(holdings: holdings))
    partial = TreeWalk(holdings, Checker(holdings: holdings, passesChunks: true))
  }

  /// What is missing.
  var missing: [ObjectID] {
    whole.visitor.missing.ids
      + partial.visitor.missing.ids.filter { !whole.visitor.missing.contains($0) }
  }

  /// Says whether as much is missing as can be asked for at once.
  var isFull: Bool { missing.count >= WireLimits.need }

  /// Looks at what a commit brings.
  /// - Parameter isPartial: whether its chunks may be absent.
  mutating func check(_ commit: Commit, isPartial: Bool) throws(WireError) {
    var trees: [ObjectID] = []
    for parent in commit.parents where isPartial || !gaps.contains(parent) {
      trees.append(try reading { () throws(ObjectError) in try graph.commit(parent).tree })
    }
    if isPartial {
      try ContentWalk.walk(commit, since: trees, &partial, holdings)
    } else {
      if trees.isEmpty, let known { trees.append(known) }
      try ContentWalk.walk(commit, since: trees, &whole, holdings)
      known = commit.tree
      if !gaps.isEmpty { try checkConflicts(of: commit) }
    }
  }

  private static func walk(
    _ commit: Commit, since references: [ObjectID], _ walk: inout TreeWalk<Checker>,
    _ holdings: any Holdings
  ) throws(WireError) {
    var trees = references
    try walk.visitor.visit(commit.renames, .renames, holdings)
    try walk.visitor.visit(commit.conflicts, .conflicts, holdings)
    if let view = commit.baseView {
      try walk.visitor.visit(view.renames, .renames, holdings)
      try walk.visitor.visit(view.conflicts, .conflicts, holdings)
      try walk.walk(tree: view.tree, since: trees)
      trees.append(view.tree)
    }
    try walk.walk(tree: commit.tree, since: trees)
  }

  /// What conflicts started from is in older commits, which need not be whole.
  private mutating func checkConflicts(of commit: Commit) throws(WireError) {
    for id in [commit.conflicts, commit.baseView?.conflicts] {
      guard let id, !whole.visitor.missing.contains(id) else { continue }
      let table = try reading { () throws(ObjectError) in try holdings.conflicts(id) }
      for conflict in table.conflicts {
        for entry in [conflict.base].compactMap(\.self) + conflict.sides.map(\.entry) {
          switch entry.kind {
          case .directory: try whole.walk(tree: entry.content, since: [])
          case .symlink: try whole.visitor.visit(entry.content, .chunk, length: nil, like: nil)
          case .file:
            if entry.contentKind == .list {
              try whole.list(entry, since: nil)
            } else {
              try whole.visitor.visit(entry.content, .chunk, length: nil, like: nil)
            }
          }
        }
      }
    }
  }
}

/// Finds what is missing, and whether what came is what its place says.
struct Checker: TreeVisitor {
  let holdings: any Holdings
  /// Whether chunks may be absent.
  var passesChunks = false
  var missing = IDTable()

  mutating func visit(
    _ id: ObjectID, _ kind: ObjectKind, length: UInt64?, like: ObjectID?
  ) throws(WireError) {
    guard try reading({ () throws(ObjectError) in try holdings.contains(id) }) else {
      if passesChunks, kind == .chunk { return }
      return try absent(id, kind)
    }
    if let found = holdings.kind(of: id), found != kind { throw .kind(id) }
    guard let length, holdings.hasArrived(id) else { return }
    // What we had before was measured when it came; what came now is measured now.
    let found: Int
    if let known = holdings.length(of: id) { found = known } else { found = try read(id, kind) }
    guard UInt64(found) == length else { throw .object(id, .notCanonical) }
  }

  private func read(_ id: ObjectID, _ kind: ObjectKind) throws(WireError) -> Int {
    try reading { () throws(ObjectError) in try holdings.bytes(id, kind).count }
  }

  /// Takes an object that a commit names, which must decode.
  mutating func visit(
    _ id: ObjectID?, _ kind: ObjectKind, _ reader: any ObjectReader
  ) throws(WireError) {
    guard let id else { return }
    try visit(id, kind, length: nil, like: nil)
    guard !missing.contains(id) else { return }
    try reading { () throws(ObjectError) in
      if kind == .renames { _ = try reader.renames(id) } else { _ = try reader.conflicts(id) }
    }
  }

  mutating func absent(_ id: ObjectID, _ kind: ObjectKind) throws(WireError) {
    if missing.count < WireLimits.need { missing.insert(id) }
  }
}
