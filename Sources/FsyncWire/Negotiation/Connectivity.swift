package import FsyncCore

/// What a receiver knows of objects: those that arrived, over those that it had.
package protocol Holdings: ObjectReader {
  /// Says whether an object is here, without reading it.
  func contains(_ id: ObjectID) throws(ObjectError) -> Bool
  /// Says whether an object came from the other side, in this session or an interrupted one.
  func hasArrived(_ id: ObjectID) -> Bool
  /// The kind of an object that is here; nil where only reading it would tell.
  func kind(of id: ObjectID) -> ObjectKind?
  /// The length of an object that is here; nil where only reading it would tell.
  func length(of id: ObjectID) -> Int?
}

/// Finds out whether everything under a peer's heads is here and fits together, so that joining
/// them can leave no hole.
///
/// Looks at all commits that our own heads do not descend from, at what their trees hold and
/// their parents' trees do not, and at every chunk of it.
package struct Connectivity {
  private let graph: CommitGraph
  private let holdings: any Holdings
  private let ours: [ObjectID]

  /// Makes the check.
  /// - Parameters:
  ///   - graph: over the holdings.
  ///   - ours: our own heads, under which everything is known to be here.
  package init(graph: CommitGraph, holdings: any Holdings, ours: [ObjectID]) {
    self.graph = graph
    self.holdings = holdings
    self.ours = ours
  }

  /// Returns what is missing under heads; nil where nothing is.
  package func missing(under heads: [ObjectID]) throws(WireError) -> Need? {
    let history = try history(of: heads)
    guard history.missing.isEmpty else {
      return Need(commits: Array(history.missing.prefix(WireLimits.need)), objects: [])
    }
    let new = try reading { () throws(ObjectError) in
      try graph.missing(from: heads, having: history.boundary)
    }
    try checkSequences(new)
    var walk = TreeWalk(holdings, Checker(holdings: holdings))
    for id in new {
      let commit = try commit(id)
      try check(commit, &walk)
      if walk.visitor.missing.count >= WireLimits.need { break }
    }
    let missing = walk.visitor.missing
    return missing.count == 0 ? nil : Need(commits: [], objects: missing.ids)
  }

  /// The commits that are not here, and those of ours where the search ended.
  private func history(
    of heads: [ObjectID]
  ) throws(WireError) -> (missing: [ObjectID], boundary: [ObjectID]) {
    var seen = IDTable()
    var missing: [ObjectID] = []
    var boundary: [ObjectID] = []
    var stack = heads
    try reading { () throws(ObjectError) in try graph.load(ours) }
    while let id = stack.popLast() {
      guard seen.insert(id) else { continue }
      guard try reading({ () throws(ObjectError) in try holdings.contains(id) }) else {
        missing.append(id)
        continue
      }
      // What has arrived may be ours all the same, where a kill came between a join and the removal
      // of what was joined; else its history may have holes.
      if graph.knows(id), try isOurs(id) {
        boundary.append(id)
        continue
      }
      let commit = try commit(id)
      for parent in commit.parents where parent != id { stack.append(parent) }
    }
    return (missing, boundary)
  }

  private func isOurs(_ id: ObjectID) throws(WireError) -> Bool {
    for head in ours {
      if try reading({ () throws(ObjectError) in try graph.isAncestor(id, of: head) }) {
        return true
      }
    }
    return false
  }

  private func commit(_ id: ObjectID) throws(WireError) -> Commit {
    try reading { () throws(ObjectError) in try graph.commit(id) }
  }

  /// A replica's numbers rise along its history: what vectors rely on.
  private func checkSequences(_ new: [ObjectID]) throws(WireError) {
    guard !new.isEmpty else { return }
    let vector = try reading { () throws(ObjectError) in
      ours.isEmpty ? VersionVector() : try graph.vector(of: ours)
    }
    var latest: [ReplicaID: [VersionVector.Tip]] = vector.tips
    for id in new {
      let commit = try commit(id)
      var ends: [VersionVector.Tip] = []
      for tip in latest[commit.replica] ?? [] {
        let isEarlier = try reading { () throws(ObjectError) in
          try graph.isAncestor(tip.commit, of: id)
        }
        if isEarlier {
          guard tip.sequence < commit.sequence else { throw .sequence(id) }
        } else {
          ends.append(tip)
        }
      }
      ends.append(VersionVector.Tip(sequence: commit.sequence, commit: id))
      // A chain that was forked this often is nobody's honest history.
      guard ends.count <= Limits.heads else { throw .sequence(id) }
      latest[commit.replica] = ends
    }
  }

  private func check(_ commit: Commit, _ walk: inout TreeWalk<Checker>) throws(WireError) {
    var trees: [ObjectID] = []
    for parent in commit.parents { trees.append(try self.commit(parent).tree) }
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

  private struct Checker: TreeVisitor {
    let holdings: any Holdings
    var missing = IDTable()

    mutating func visit(
      _ id: ObjectID, _ kind: ObjectKind, length: UInt64?, like: ObjectID?
    ) throws(WireError) {
      guard try reading({ () throws(ObjectError) in try holdings.contains(id) }) else {
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
}
