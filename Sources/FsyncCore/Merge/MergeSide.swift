/// What a set of commits looks like as one side, or the base, of a merge.
struct MergeSide {
  /// The tree; nil for the empty base of sides without common history.
  var tree: ObjectID?
  /// Conflicts that are open, by the path of the plain name.
  var open: [Path: Conflict] = [:]
  /// The commits.
  var heads: [ObjectID] = []
  /// Texts that this very computation merged, by path.
  var merged: [Path: MergedText] = [:]
  /// Where each head's paths are in the tree.
  var moves: [ObjectID: RenameRelation] = [:]
  /// What people should know of the merges that made this side.
  var notices: [Conflict] = []

  /// What there is before the first commit.
  static let empty = MergeSide()

  /// Makes a side with the open conflicts of a table.
  init(
    tree: ObjectID? = nil, table: ConflictTable = .empty, heads: [ObjectID] = []
  ) {
    self.tree = tree
    self.heads = heads
    for conflict in table.open { open[conflict.path] = conflict }
  }

  /// The paths of all conflict copies.
  var copies: Set<Path> {
    var result: Set<Path> = []
    for conflict in open.values {
      for side in conflict.sides where side.path != conflict.path { result.insert(side.path) }
    }
    return result
  }
}

/// Where one entry is in each of the trees of a merge.
struct MergePlace {
  /// Where it is in the left tree.
  let left: Path
  /// Where it is in the right tree.
  let right: Path
  /// Where it is in the merged tree.
  let merged: Path

  /// The root of all three.
  static let root = MergePlace(left: .root, right: .root, merged: .root)

  /// Makes a place.
  init(left: Path, right: Path, merged: Path) {
    self.left = left
    self.right = right
    self.merged = merged
  }

  /// The place of a child.
  func appending(_ name: Name) -> MergePlace {
    MergePlace(
      left: left.appending(name), right: right.appending(name), merged: merged.appending(name))
  }
}
