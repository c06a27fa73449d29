extension ConflictTable {
  /// Returns the table that the next commit carries: what is still open of its base's conflicts.
  ///
  /// This is how a person closes a conflict by plain work in the folder: a version that is gone
  /// leaves the conflict, and a conflict with one version is none. A version that was edited stays
  /// as its edit, and remembers what it supersedes.
  ///
  /// The receiver is the base's table; for a base of one commit, resolved by that commit.
  /// - Parameters:
  ///   - tree: the commit's tree.
  ///   - renames: the commit's own renames; versions are followed through them.
  ///   - keepsNotices: true where the base is a view of several heads, false for one: a notice is
  ///     carried for one commit.
  package func carried(
    onto tree: ObjectID, renames: RenameRecords, keepsNotices: Bool, _ reader: any ObjectReader
  ) throws(ObjectError) -> ConflictTable {
    let moves = RenameRelation(renames)
    var result = keepsNotices ? notices : []
    for conflict in open {
      var next = conflict
      next.path = moves.locate(conflict.path)[0]
      next.sides = []
      for side in conflict.sides {
        guard let now = try ConflictTable.carried(side, moves, tree, reader) else { continue }
        let isKnown = next.sides.contains {
          $0.path == now.path || $0.entry.hasSameContent(as: now.entry)
        }
        if !isKnown { next.sides.append(now) }
      }
      next.sides.sort()
      if next.sides.count > 1 { result.append(next) }
    }
    return ConflictTable(result)
  }

  /// What became of one version; nil where it is gone.
  private static func carried(
    _ side: Conflict.Side, _ moves: RenameRelation, _ tree: ObjectID, _ reader: any ObjectReader
  ) throws(ObjectError) -> Conflict.Side? {
    for path in moves.locate(side.path) {
      guard let entry = try reader.entry(at: path, in: tree),
        (entry.kind == .directory) == (side.entry.kind == .directory)
      else { continue }
      if entry.kind == .directory || entry.hasSameContent(as: side.entry) {
        return Conflict.Side(
          path: path, entry: entry, commit: side.commit, supersedes: side.supersedes)
      }
      let older = [side.entry.content] + side.supersedes
      return Conflict.Side(
        path: path, entry: entry, commit: nil, supersedes: older.filter { $0 != entry.content })
    }
    return nil
  }
}
