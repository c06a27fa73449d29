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
/// their parents' trees do not, and at every chunk of it; of commits that the peer does not have
/// whole itself, at everything but the chunks.
package struct Connectivity {
  /// Commits whose chunks may be absent.
  package struct Gaps: Hashable, Sendable {
    /// Those that are here already.
    package var own: Set<ObjectID>
    /// Those of which the peer has said so.
    package var declared: Set<ObjectID>

    /// Joins both.
    package init(own: Set<ObjectID> = [], declared: Set<ObjectID> = []) {
      self.own = own
      self.declared = declared
    }

    /// Says whether every commit is whole.
    package var isEmpty: Bool { own.isEmpty && declared.isEmpty }

    func contains(_ id: ObjectID) -> Bool { own.contains(id) || declared.contains(id) }
  }

  let graph: CommitGraph
  let holdings: any Holdings
  let ours: [ObjectID]
  let gaps: Gaps

  /// Makes the check.
  /// - Parameters:
  ///   - graph: over the holdings.
  ///   - ours: our own heads, under which everything is known to be here, but for the gaps.
  package init(
    graph: CommitGraph, holdings: any Holdings, ours: [ObjectID], gaps: Gaps = Gaps()
  ) {
    self.gaps = gaps
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
    var contents = ContentWalk(self)
    for id in new {
      // The heads themselves must be whole, whatever the peer says of them.
      let isPartial = gaps.declared.contains(id) && !heads.contains(id)
      try contents.check(try commit(id), isPartial: isPartial)
      if contents.isFull { break }
    }
    let missing = contents.missing
    return missing.isEmpty ? nil : Need(commits: [], objects: missing)
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

  func commit(_ id: ObjectID) throws(WireError) -> Commit {
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
}
