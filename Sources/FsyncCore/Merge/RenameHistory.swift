/// Composes what commits recorded of renames along all ways between two points of the history.
struct RenameHistory {
  /// The commits.
  let graph: CommitGraph
  /// Their objects.
  let objects: ObjectOverlay
  /// What was found out before.
  let memory: MergeMemory

  /// Returns where the paths of merge bases are in each of some commits.
  ///
  /// What lies between is looked at once, however many heads there are. A head that descends from
  /// no base has no entry.
  func relations(
    from bases: [ObjectID], to heads: [ObjectID]
  ) throws(ObjectError) -> [ObjectID: RenameRelation] {
    var known: [ObjectID: RenameRelation] = [:]
    for base in bases { known[base] = .identity }
    // Parents come first. A commit that descends from no base has nothing to say.
    for id in try graph.missing(from: heads, having: bases) {
      let commit = try graph.commit(id)
      var merged: RenameRelation?
      for parent in commit.parents {
        guard var way = known[parent] else { continue }
        if let view = commit.baseView?.renames {
          way = way.composed(with: try movesIntoView(view, from: parent))
        }
        // Most ways to a commit of many parents are the same.
        if way == merged { continue }
        merged = merged?.union(way) ?? way
      }
      guard var relation = merged else { continue }
      if let renames = commit.renames {
        relation = relation.composed(with: RenameRelation(try objects.renames(renames)))
      }
      known[id] = relation
    }
    return known
  }

  /// What a view's merge moved of one parent's paths: what that parent has, and not yet there.
  private func movesIntoView(
    _ records: ObjectID, from parent: ObjectID
  ) throws(ObjectError) -> RenameRelation {
    let question = MergeMemory.Move(records: records, parent: parent)
    if let answer = memory.moves[question] { return answer }
    let tree = try graph.commit(parent).tree
    let answer = try RenameRelation(try objects.renames(records)).filter {
      from, to throws(ObjectError) -> Bool in
      guard try objects.entry(at: from, in: tree) != nil else { return false }
      return try objects.entry(at: to, in: tree) == nil
    }
    memory.moves[question] = answer
    return answer
  }

  /// Returns where the paths of a base are on a side: what was recorded, completed by exact
  /// matches between the two trees.
  func relation(
    from base: MergeSide, to side: MergeSide
  ) throws(ObjectError) -> RenameRelation {
    guard let old = base.tree, let new = side.tree, old != new else { return .identity }
    var recorded = RenameRelation.identity
    let ways = try relations(from: base.heads, to: side.heads)
    for head in side.heads {
      let way = ways[head] ?? .identity
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
