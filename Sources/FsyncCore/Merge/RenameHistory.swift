/// Composes what commits recorded of renames along all ways between two points of the history.
struct RenameHistory {
  /// The commits.
  let graph: CommitGraph
  /// Their objects.
  let objects: ObjectOverlay

  /// Returns where the paths of merge bases are in a commit that descends from some of them.
  func relation(
    from bases: [ObjectID], to head: ObjectID
  ) throws(ObjectError) -> RenameRelation {
    var known: [ObjectID: RenameRelation] = [:]
    for base in bases { known[base] = .identity }
    // Parents come first. A commit that descends from no base has nothing to say.
    for id in try graph.missing(from: [head], having: bases) {
      let commit = try graph.commit(id)
      var merged: RenameRelation?
      for parent in commit.parents {
        guard var way = known[parent] else { continue }
        if let view = commit.baseView?.renames {
          way = way.composed(with: try movesIntoView(view, from: parent))
        }
        merged = merged?.union(way) ?? way
      }
      guard var relation = merged else { continue }
      if let renames = commit.renames {
        relation = relation.composed(with: RenameRelation(try objects.renames(renames)))
      }
      known[id] = relation
    }
    return known[head] ?? .identity
  }

  /// What a view's merge moved of one parent's paths: what that parent has, and not yet there.
  private func movesIntoView(
    _ records: ObjectID, from parent: ObjectID
  ) throws(ObjectError) -> RenameRelation {
    let tree = try graph.commit(parent).tree
    return try RenameRelation(try objects.renames(records)).filter {
      from, to throws(ObjectError) -> Bool in
      guard try objects.entry(at: from, in: tree) != nil else { return false }
      return try objects.entry(at: to, in: tree) == nil
    }
  }

  /// Returns where the paths of a base are on a side: what was recorded, completed by exact
  /// matches between the two trees.
  func relation(
    from base: MergeSide, to side: MergeSide
  ) throws(ObjectError) -> RenameRelation {
    guard let old = base.tree, let new = side.tree, old != new else { return .identity }
    var recorded = RenameRelation.identity
    for head in side.heads {
      let way = try relation(from: base.heads, to: head)
      recorded = recorded.union(way.composed(with: side.moves[head] ?? .identity))
    }
    recorded = try recorded.filter { from, to throws(ObjectError) -> Bool in
      guard try objects.entry(at: from, in: old) != nil else { return false }
      return try objects.entry(at: to, in: new) != nil
    }
    let found = try RenameDetector.detect(
      from: old, to: new, observed: recorded.pairs, objects)
    // Which version has a copy's name is the conflict table's business: what looks like a rename
    // from or to one is a version that changed places.
    let (oldCopies, newCopies) = (base.copies, side.copies)
    return try recorded.union(RenameRelation(found)).filter { from, to in
      !oldCopies.contains(from) && !newCopies.contains(to)
    }
  }
}
