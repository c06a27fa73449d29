extension MergeStep {
  /// One moved path of the base, and where it comes to be.
  struct Slot {
    /// Where the base has it.
    let source: Path
    /// All places to which it comes.
    let targets: [Path]
    /// Where the left side has it.
    let left: [Path]
    /// Where the right side has it.
    let right: [Path]
  }

  /// Returns what is moved and is not one of the versions of a conflict that is merged apart,
  /// those first that come to be nearest the root, then in order of the hash of their source.
  func moveSlots(without conflicts: [ContestedConflict]) -> [Slot] {
    let taken = Set(conflicts.flatMap(\.basePaths))
    let slots = plan.finals.filter { !taken.contains($0.key) }.map { source, targets in
      Slot(
        source: source, targets: targets, left: plan.left.locate(source),
        right: plan.right.locate(source))
    }
    return slots.map { (slot: $0, depth: $0.depth, hash: Digest.sha256($0.source.bytes)) }
      .sorted { $0.depth != $1.depth ? $0.depth < $1.depth : $0.hash < $1.hash }
      .map(\.slot)
  }

  /// Takes moved and conflicted paths out of all three trees, the deepest first, so that a folder
  /// is taken without what moved away from inside it.
  func cutOut(_ slots: [Slot], _ conflicts: [ContestedConflict]) throws(ObjectError) {
    var base = conflicts.flatMap { $0.base.map { Cut(path: $0.path) } }
    var left = conflicts.flatMap { $0.left.map { Cut(path: $0.path) } }
    var right = conflicts.flatMap { $0.right.map { Cut(path: $0.path) } }
    for slot in slots {
      base.append(Cut(path: slot.source))
      left += slot.left.map { Cut(path: $0, source: slot.source, finals: slot.targets) }
      right += slot.right.map { Cut(path: $0, source: slot.source, finals: slot.targets) }
    }
    try cut(base, from: &baseTree)
    try cut(left, from: &leftTree)
    try cut(right, from: &rightTree)
  }

  /// A path to be taken out of one tree.
  private struct Cut {
    let path: Path
    var source: Path?
    var finals: [Path] = []
  }

  private func cut(_ cuts: [Cut], from tree: inout Tree) throws(ObjectError) {
    let deepestFirst = cuts.map { (cut: $0, depth: $0.path.depth) }.sorted {
      $0.depth != $1.depth ? $0.depth > $1.depth : $0.cut.path < $1.cut.path
    }
    for (cut, _) in deepestFirst where tree.cut[cut.path] == nil {
      guard var entry = try tree.rest.remove(cut.path) else { continue }
      // What a side added in a folder that the other side moved stays where it was added.
      if let source = cut.source, cut.finals != [cut.path], let folder = entry.folder,
        let old = baseTree.cut[source]?.folder
      {
        let parts = try split(folder, old: old, depth: 0)
        if let added = parts.added {
          var shell = entry
          shell.content = added
          try tree.rest.put(shell, at: cut.path)
          entry.content = parts.moved
        }
      }
      tree.cut[cut.path] = entry
    }
  }

  /// Splits a folder into what the base had in it and what was added since; nil for nothing.
  private func split(
    _ folder: ObjectID, old: ObjectID, depth: Int
  ) throws(ObjectError) -> (moved: ObjectID, added: ObjectID?) {
    guard folder != old else { return (folder, nil) }
    guard depth <= Limits.depth else { throw .malformed(folder, .tooLarge) }
    let before = try objects.entries(ofTree: old)
    var moved: [TreeEntry] = []
    var added: [TreeEntry] = []
    for element in try objects.entries(ofTree: folder) {
      guard let known = before.binarySearch(element.name) else {
        added.append(element)
        continue
      }
      guard let new = element.entry.folder, let old = known.entry.folder else {
        moved.append(element)
        continue
      }
      let parts = try split(new, old: old, depth: depth + 1)
      var part = element
      part.entry.content = parts.moved
      moved.append(part)
      if let inner = parts.added {
        part.entry.content = inner
        added.append(part)
      }
    }
    guard !added.isEmpty else { return (folder, nil) }
    return (
      TreeNode.build(moved) { objects.put($0, $1) }, TreeNode.build(added) { objects.put($0, $1) }
    )
  }

  /// Merges a moved path and puts it at all of its places.
  func mergeSlot(_ slot: Slot) throws(ObjectError) {
    for target in slot.targets {
      let place = MergePlace(
        left: slot.left.contains(target) ? target : slot.left[0],
        right: slot.right.contains(target) ? target : slot.right[0], merged: target)
      var sides = TreeMerge.Sides(
        base: baseTree.cut[slot.source], left: leftTree.cut[place.left],
        right: rightTree.cut[place.right])
      sides.isMovedByLeft = plan.left.targets[slot.source] != nil
      sides.isMovedByRight = plan.right.targets[slot.source] != nil
      let rules = try ControlFiles.rules(for: target.parent ?? .root, in: result, merge)
      guard let entry = try merge.merge(sides, at: place, rules, depth: target.depth) else {
        continue
      }
      try put(entry, at: target, rules)
      if sides.left != nil, place.left != target { moves.left.append((place.left, target)) }
      if sides.right != nil, place.right != target { moves.right.append((place.right, target)) }
    }
  }

  /// Puts an entry into the merged tree; what is already there is as another addition.
  func put(_ entry: Entry, at path: Path, _ rules: AttributeRules) throws(ObjectError) {
    try makeFolder(path.parent ?? .root)
    var entry = entry
    if let occupant = try result.entry(at: path) {
      let place = MergePlace(left: path, right: path, merged: path)
      let sides = TreeMerge.Sides(base: nil, left: occupant, right: entry)
      if let both = try merge.merge(sides, at: place, rules, depth: path.depth) { entry = both }
    }
    try result.put(entry, at: path)
  }

  /// Makes sure that there is a folder: where something else has its name, that becomes a copy.
  func makeFolder(_ path: Path) throws(ObjectError) {
    var folder = Path.root
    for name in path.components {
      folder = folder.appending(name)
      let occupant = try result.entry(at: folder)
      if occupant?.kind == .directory { continue }
      if let occupant {
        var group = ConflictGroup()
        group.hasDirectory = true
        let place = MergePlace(left: folder, right: folder, merged: folder)
        for isLeft in [true, false] {
          for version in try merge.versions(of: occupant, isLeft: isLeft, at: place) {
            try group.add(version, order: order)
          }
        }
        try merge.add(group, at: folder)
      }
      let empty = TreeNode.build([]) { objects.put($0, $1) }
      try result.put(.directory(empty, mode: try mode(ofFolder: folder)), at: folder)
    }
  }

  private func mode(ofFolder path: Path) throws(ObjectError) -> UInt16 {
    let left = try leftTree.whole.entry(at: path)
    let right = try rightTree.whole.entry(at: path)
    switch (left?.folder == nil ? nil : left?.mode, right?.folder == nil ? nil : right?.mode) {
    case (let mode?, nil), (nil, let mode?): return mode
    case (let left?, let right?): return EntryMerge.mode(base: nil, left, right)
    case (nil, nil): return 0o755
    }
  }
}

extension MergeStep.Slot {
  /// The least depth of a target.
  var depth: Int { targets.map(\.depth).min() ?? 0 }
}

extension Path {
  /// The number of components.
  var depth: Int { isRoot ? 0 : bytes.count { $0 == 0x2f } + 1 }
}
