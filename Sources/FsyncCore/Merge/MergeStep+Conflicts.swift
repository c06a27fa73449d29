/// An open conflict that is merged version by version: both sides changed it, or it moves.
struct ContestedConflict {
  /// A version's path on a side, and what the side's table says of it.
  struct Place {
    /// Where it is.
    let path: Path
    /// The table's side; nil for the one version of a path that is not in conflict there.
    let side: Conflict.Side?
  }

  /// Where the plain name comes to be.
  let target: Path
  /// What all versions started from.
  let entry: Entry?
  /// Where the base has versions.
  let base: [Place]
  /// Where the left side has versions.
  let left: [Place]
  /// Where the right side has versions.
  let right: [Place]
  /// The plain name on each side; nil where the base has none.
  let plain: (base: Path?, left: Path, right: Path)
  /// Whether each side's table has it.
  let isOpen: (base: Bool, left: Bool, right: Bool)
  /// Paths of the base that belong to it, whether or not it was in conflict there.
  let basePaths: [Path]
}

extension MergeStep {
  /// A conflict's place: the path in the base, or the path at which it was added.
  private enum Key: Hashable, Comparable {
    case known(Path)
    case added(Path)

    var path: Path {
      switch self {
      case .known(let path), .added(let path): path
      }
    }
  }

  /// Sorts open conflicts into those that one side alone touched, which merge path by path as
  /// everything does, and those whose versions must be merged apart.
  func contestedConflicts() throws(ObjectError) -> [ContestedConflict] {
    var keys: Set<Key> = []
    for path in base.open.keys { keys.insert(.known(path)) }
    for (isLeft, side) in [(true, left), (false, right)] {
      for path in side.open.keys {
        let origin = (isLeft ? plan.left : plan.right).origin(path)
        if let origin, try baseTree.whole.entry(at: origin) != nil || base.open[origin] != nil {
          keys.insert(.known(origin))
        } else {
          keys.insert(.added(path))
        }
      }
    }
    var result: [ContestedConflict] = []
    for key in keys.sorted() {
      if let contested = try contested(key) { result.append(contested) }
    }
    return result
  }

  private func contested(_ key: Key) throws(ObjectError) -> ContestedConflict? {
    var plain: (base: Path?, left: Path, right: Path) = (nil, key.path, key.path)
    var target = key.path
    if case .known(let path) = key {
      plain = (path, plan.left.locate(path)[0], plan.right.locate(path)[0])
      target = plan.locate(path)[0]
    }
    let open = (
      base: plain.base.flatMap { base.open[$0] }, left: left.open[plain.left],
      right: right.open[plain.right]
    )
    if try isSettled(open, plain, target) { return nil }
    func places(_ conflict: Conflict?, _ plain: Path) -> [ContestedConflict.Place] {
      guard let conflict else { return [.init(path: plain, side: nil)] }
      return conflict.sides.map { .init(path: $0.path, side: $0) }
    }
    let (leftPlaces, rightPlaces) = (
      places(open.left, plain.left), places(open.right, plain.right)
    )
    let basePlaces = plain.base.map { places(open.base, $0) } ?? []
    var entry = open.base?.base
    if open.base == nil {
      if let path = plain.base { entry = try baseTree.whole.entry(at: path) }
      if entry?.kind == .directory { entry = nil }
      if plain.base == nil { entry = open.left?.base ?? open.right?.base }
    }
    return ContestedConflict(
      target: target, entry: entry, base: basePlaces, left: leftPlaces, right: rightPlaces,
      plain: plain, isOpen: (open.base != nil, open.left != nil, open.right != nil),
      basePaths: basePlaces.map(\.path) + leftPlaces.compactMap { plan.left.origin($0.path) }
        + rightPlaces.compactMap { plan.right.origin($0.path) })
  }

  /// Says whether a conflict needs no merge of versions, and if so keeps it where it is open.
  private func isSettled(
    _ open: (base: Conflict?, left: Conflict?, right: Conflict?),
    _ plain: (base: Path?, left: Path, right: Path), _ target: Path
  ) throws(ObjectError) -> Bool {
    guard plain.left == target, plain.right == target, plain.base ?? target == target,
      try isUnmoved(open.base, isLeft: nil), try isUnmoved(open.left, isLeft: true),
      try isUnmoved(open.right, isLeft: false)
    else { return false }
    let kept: Conflict?
    if open.left == open.right, open.left != nil {
      kept = open.left
    } else if try isUntouched(open.left, plain.left, leftTree, since: open.base, plain.base) {
      kept = open.right
    } else if try isUntouched(open.right, plain.right, rightTree, since: open.base, plain.base) {
      kept = open.left
    } else {
      return false
    }
    untouched[target] = kept
    return true
  }

  private func isUnmoved(_ conflict: Conflict?, isLeft: Bool?) throws(ObjectError) -> Bool {
    guard !plan.isEmpty, let conflict else { return true }
    for side in conflict.sides {
      if let isLeft {
        if try finals(of: side.path, isLeft: isLeft) != [side.path] { return false }
      } else if plan.locate(side.path) != [side.path] {
        return false
      }
    }
    return true
  }

  /// Says whether a side has a path, and the versions in conflict there, as the base has them.
  private func isUntouched(
    _ conflict: Conflict?, _ path: Path, _ tree: Tree, since old: Conflict?, _ oldPath: Path?
  ) throws(ObjectError) -> Bool {
    if let conflict, let old {
      return conflict.sides.count == old.sides.count
        && zip(conflict.sides, old.sides).allSatisfy { new, old in
          new.path == old.path && new.entry.hasSameContent(as: old.entry)
        }
    }
    guard conflict == nil, old == nil else { return false }
    let now = try tree.whole.entry(at: path)
    guard let oldPath, let before = try baseTree.whole.entry(at: oldPath) else {
      return now == nil
    }
    return now?.hasSameContent(as: before) ?? false
  }

  /// Merges the versions of one conflict and puts what stays into the merged tree.
  func mergeVersions(of conflict: ContestedConflict) throws(ObjectError) {
    let place = MergePlace(
      left: conflict.plain.left, right: conflict.plain.right, merged: conflict.target)
    let base = try versions(conflict.base, baseTree, isLeft: nil, place, conflict)
    let left = try versions(conflict.left, leftTree, isLeft: true, place, conflict)
    let right = try versions(conflict.right, rightTree, isLeft: false, place, conflict)
    var versions = VersionMerge(
      base: .init(versions: base, isOpen: conflict.isOpen.base),
      left: .init(versions: left, isOpen: conflict.isOpen.left),
      right: .init(versions: right, isOpen: conflict.isOpen.right), of: conflict.entry, merge)
    var group = try versions.run()
    let rules = try ControlFiles.rules(for: conflict.target.parent ?? .root, in: result, merge)
    let folders = TreeMerge.Sides(
      base: conflict.plain.base.flatMap { folder(at: $0, baseTree) },
      left: folder(at: conflict.plain.left, leftTree),
      right: folder(at: conflict.plain.right, rightTree))
    if let folder = try merge.merge(folders, at: place, rules, depth: conflict.target.depth) {
      group.hasDirectory = true
      try put(folder, at: conflict.target, rules)
    }
    guard !group.versions.isEmpty else { return }
    if group.versions.count == 1, !group.hasDirectory {
      if let edit = versions.keptEdit {
        try merge.note(.editKept, edit.entry, conflict.entry, at: conflict.target)
      }
      try put(group.versions[0].entry, at: conflict.target, rules)
    } else {
      try stand(group, at: conflict.target)
    }
    if conflict.plain.left != conflict.target {
      moves.left.append((conflict.plain.left, conflict.target))
    }
    if conflict.plain.right != conflict.target {
      moves.right.append((conflict.plain.right, conflict.target))
    }
  }

  /// Adds a group, with what already has its name, and lets a version stand in for it.
  private func stand(_ group: ConflictGroup, at path: Path) throws(ObjectError) {
    var group = group
    try makeFolder(path.parent ?? .root)
    if let occupant = try result.entry(at: path) {
      if occupant.kind == .directory {
        group.hasDirectory = true
      } else {
        let place = MergePlace(left: path, right: path, merged: path)
        for version in try merge.versions(of: occupant, isLeft: true, at: place) {
          try group.add(version, order: order)
        }
      }
    }
    try merge.add(group, at: path)
    if !group.hasDirectory { try result.put(group.versions[0].entry, at: path) }
  }

  private func folder(at path: Path, _ tree: Tree) -> Entry? {
    let entry = tree.cut[path]
    return entry?.kind == .directory ? entry : nil
  }

  /// The versions that one side has, with the places they keep where both sides agree.
  private func versions(
    _ places: [ContestedConflict.Place], _ tree: Tree, isLeft: Bool?, _ place: MergePlace,
    _ conflict: ContestedConflict
  ) throws(ObjectError) -> [Version] {
    var result: [Version] = []
    for known in places {
      guard let entry = tree.cut[known.path], entry.kind != .directory else { continue }
      let isPlain: Bool
      switch isLeft {
      case nil: isPlain = known.path == conflict.plain.base
      case true?: isPlain = known.path == place.left
      case false?: isPlain = known.path == place.right
      }
      let name = known.path.name
      var kept: Path?
      if let isLeft {
        let folder = (isLeft ? place.left : place.right).parent
        kept =
          isPlain
          ? place.merged
          : known.path.parent == folder
            ? name.flatMap { place.merged.parent?.appending($0) } : known.path
      } else {
        kept = isPlain ? nil : known.path
      }
      if let side = known.side, let commit = side.commit {
        result.append(
          Version(entry: entry, commit: commit, supersedes: side.supersedes, place: kept))
      } else if let isLeft {
        for var version in try merge.versions(of: entry, isLeft: isLeft, at: place) {
          version.place = kept
          result.append(version)
        }
      } else {
        result.append(Version(entry: entry, commit: .none, place: kept))
      }
    }
    return result
  }
}
