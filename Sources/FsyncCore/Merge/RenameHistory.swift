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
  /// - Returns: numbers of relations in the memory.
  private func relations(
    from bases: [ObjectID], to heads: [ObjectID]
  ) throws(ObjectError) -> [ObjectID: Int] {
    let table = memory.relations
    var known: [ObjectID: Int] = [:]
    for base in bases { known[base] = RelationTable.identity }
    // Parents come first. A commit that descends from no base has nothing to say.
    for id in try graph.missing(from: heads, having: bases) {
      let commit = try graph.commit(id)
      var merged: Int?
      for parent in commit.parents {
        guard var way = known[parent] else { continue }
        if let view = commit.baseView?.renames {
          way = table.composed(way, with: try movesIntoView(view, from: parent))
        }
        merged = merged.map { table.union($0, way) } ?? way
      }
      guard var relation = merged else { continue }
      if let renames = commit.renames {
        let own = RenameRelation(try objects.renames(renames))
        relation = table.composed(relation, with: table.number(of: own))
      }
      known[id] = relation
    }
    return known
  }

  /// What a view's merge moved of one parent's paths: what that parent has, and not yet there.
  private func movesIntoView(
    _ records: ObjectID, from parent: ObjectID
  ) throws(ObjectError) -> Int {
    let question = MergeMemory.Move(records: records, parent: parent)
    if let answer = memory.moves[question] { return answer }
    let tree = try graph.commit(parent).tree
    let moves = try RenameRelation(try objects.renames(records)).filter {
      from, to throws(ObjectError) -> Bool in
      guard try objects.entry(at: from, in: tree) != nil else { return false }
      return try objects.entry(at: to, in: tree) == nil
    }
    let answer = memory.relations.number(of: moves)
    memory.moves[question] = answer
    return answer
  }

  /// Returns where the paths of a base are on a side: what was recorded, completed by exact
  /// matches between the two trees.
  func relation(
    from base: MergeSide, to side: MergeSide
  ) throws(ObjectError) -> RenameRelation {
    guard let old = base.tree, let new = side.tree, old != new else { return .identity }
    let table = memory.relations
    let ways = try relations(from: base.heads, to: side.heads)
    var all = RelationTable.identity
    for head in side.heads {
      let moved = table.number(of: side.moves[head] ?? .identity)
      all = table.union(all, table.composed(ways[head] ?? RelationTable.identity, with: moved))
    }
    let recorded = try table[all].filter { from, to throws(ObjectError) -> Bool in
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
