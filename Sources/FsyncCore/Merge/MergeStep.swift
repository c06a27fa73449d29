/// One three-way merge of two sides of the history: renames and open conflicts are taken out of
/// all three trees, what is left merges name by name, and then they are put back.
final class MergeStep {
  /// A tree of the merge: as it is, and as it is cut.
  struct Tree {
    /// The whole tree, for looking things up.
    let whole: TreeEditor
    /// The tree out of which moved and conflicted paths are taken.
    let rest: TreeEditor
    /// What was taken out, by its path on this side.
    var cut: [Path: Entry] = [:]
  }

  let objects: ObjectOverlay
  private let memory: MergeMemory
  let base: MergeSide
  let left: MergeSide
  let right: MergeSide
  let order: CommitOrder
  let plan: MergePlan
  let merge: TreeMerge
  var baseTree: Tree
  var leftTree: Tree
  var rightTree: Tree
  /// What the merge makes of the rest, and into which everything is put back.
  var result: TreeEditor
  /// Open conflicts that one side alone has touched, as they are.
  var untouched: [Path: Conflict] = [:]
  /// Where each side's moved paths have come to be.
  var moves: (left: [(from: Path, to: Path)], right: [(from: Path, to: Path)]) = ([], [])

  /// Prepares the merge of two sides.
  init(
    _ graph: CommitGraph, _ objects: ObjectOverlay, base: MergeSide, left: MergeSide,
    right: MergeSide, memory: MergeMemory
  ) throws(ObjectError) {
    self.objects = objects
    self.memory = memory
    self.base = base
    self.left = left
    self.right = right
    order = CommitOrder(
      graph, objects, heads: left.heads + right.heads, bases: base.heads,
      memory: memory)
    let history = RenameHistory(graph: graph, objects: objects, memory: memory)
    plan = MergePlan(
      left: try history.relation(from: base, to: left),
      right: try history.relation(from: base, to: right))
    merge = TreeMerge(objects, order: order, earlier: (left.merged, right.merged))
    func tree(_ side: MergeSide) -> Tree {
      Tree(whole: TreeEditor(side.tree, objects), rest: TreeEditor(side.tree, objects))
    }
    baseTree = tree(base)
    leftTree = tree(left)
    rightTree = tree(right)
    result = TreeEditor(nil, objects)
  }

  /// Merges, and returns the merged side.
  func run() throws(ObjectError) -> MergeSide {
    let conflicts = try contestedConflicts()
    let slots = moveSlots(without: conflicts)
    try cutOut(slots, conflicts)
    let folder = try merge.mergeFolders(
      base: baseTree.rest.finish(), leftTree.rest.finish(), rightTree.rest.finish(),
      at: .root, AttributeRules(), depth: 0)
    result = TreeEditor(folder.tree, objects)
    for slot in slots { try mergeSlot(slot) }
    for conflict in conflicts { try mergeVersions(of: conflict) }
    for move in plan.dropped { try noteDropped(move) }
    let placed = try placeGroups()
    return try mergedSide(placed)
  }

  private func noteDropped(_ move: (from: Path, to: Path)) throws(ObjectError) {
    for path in plan.locate(move.from) {
      guard let entry = try result.entry(at: path) else { continue }
      try merge.note(.moveDropped, entry, nil, at: path)
    }
  }

  /// Gathers what the merge made.
  private func mergedSide(_ placed: [Conflict]) throws(ObjectError) -> MergeSide {
    var side = MergeSide(
      tree: result.finish(), table: ConflictTable(placed), heads: left.heads + right.heads)
    for (path, conflict) in untouched where side.open[path] == nil {
      if let current = try refreshed(conflict) { side.open[path] = current }
    }
    side.notices = left.notices + right.notices + merge.notices
    side.merged = merge.merged
    try carryMerged(left, isLeft: true, into: &side)
    try carryMerged(right, isLeft: false, into: &side)
    let (leftMoves, rightMoves) = (RenameRelation(moves.left), RenameRelation(moves.right))
    for (old, moves) in [(left, leftMoves), (right, rightMoves)] {
      for (head, relation) in old.moves {
        side.moves[head] = memory.relations.composed(relation, with: moves)
      }
    }
    return side
  }

  /// Keeps the versions behind texts that were merged earlier and are still there.
  private func carryMerged(
    _ from: MergeSide, isLeft: Bool, into side: inout MergeSide
  ) throws(ObjectError) {
    for (path, text) in from.merged {
      for place in try finals(of: path, isLeft: isLeft) where side.merged[place] == nil {
        if try result.entry(at: place)?.content == text.content { side.merged[place] = text }
      }
    }
  }

  /// Where a path of one side comes to be: with what the base knows of, or where it was added.
  func finals(of path: Path, isLeft: Bool) throws(ObjectError) -> [Path] {
    let relation = isLeft ? plan.left : plan.right
    guard !plan.isEmpty, let origin = relation.origin(path),
      try baseTree.whole.entry(at: origin) != nil
    else { return [path] }
    return plan.locate(origin)
  }

  /// A conflict whose entries are those of the tree; nil where fewer than two versions are left.
  private func refreshed(_ conflict: Conflict) throws(ObjectError) -> Conflict? {
    var current = conflict
    current.sides = []
    for side in conflict.sides {
      guard let entry = try result.entry(at: side.path), entry.kind == side.entry.kind,
        entry.kind == .directory || entry.hasSameContent(as: side.entry)
      else { continue }
      var side = side
      side.entry = entry
      current.sides.append(side)
    }
    return current.sides.count > 1 ? current : nil
  }
}
