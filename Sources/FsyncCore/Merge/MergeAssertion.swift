/// Checks after every merge, before it is used, that nothing was lost in it.
///
/// The content of each side must be in the merged tree, or have been the base's (so the other
/// side was free to change it), or have gone into a merge by lines, or be in the conflict table.
/// The cost follows the change: only what differs between the trees is looked at.
struct MergeAssertion {
  /// Objects of all trees.
  let objects: ObjectOverlay
  /// What both sides were made from.
  let base: MergeSide
  /// What the merge made.
  let result: MergeSide
  /// Contents that went into merges by lines.
  let inputs: Set<ObjectID>

  /// Returns a content of a side that the merge lost; nil where it lost none.
  func firstLost(of side: MergeSide) throws(ObjectError) -> ObjectID? {
    let made = try contents(from: base.tree, to: side.tree)
    let seen = try contents(from: side.tree, to: result.tree)
    var lost = made.new.subtracting(made.old).intersection(seen.old).subtracting(seen.new)
    // A text that an earlier step of the same view made is no commit's: what it was made of is.
    for text in side.merged.values where lost.contains(text.content) {
      lost.remove(text.content)
      if inputs.contains(text.content) { continue }
      // Of those, too, a version that the base had may have been changed by the other side.
      lost.formUnion(text.versions.lazy.map(\.entry.content).filter { !made.old.contains($0) })
    }
    lost.subtract(seen.new)
    lost.subtract(inputs)
    // Versions of the base that changed their names are still the base's.
    for conflict in base.open.values { lost.subtract(conflict.sides.map(\.entry.content)) }
    for conflict in result.open.values { lost.subtract(conflict.sides.map(\.entry.content)) }
    guard !lost.isEmpty else { return nil }
    // The same content may have been at several paths: only now is the whole tree looked at.
    let all = try contents(from: nil, to: result.tree)
    return lost.subtracting(all.new).min()
  }

  private func contents(
    from old: ObjectID?, to new: ObjectID?
  ) throws(ObjectError) -> (old: Set<ObjectID>, new: Set<ObjectID>) {
    var (before, after): (Set<ObjectID>, Set<ObjectID>) = ([], [])
    try TreeDiff.forEachChange(from: old, to: new, objects) { change throws(ObjectError) in
      if let left = change.old, let right = change.new, left.hasSameContent(as: right) {
        return true
      }
      if let entry = change.old, entry.kind != .directory { before.insert(entry.content) }
      if let entry = change.new, entry.kind != .directory { after.insert(entry.content) }
      return true
    }
    return (before, after)
  }
}
