/// A three-way merge of trees name by name, for paths that are at the same place on all sides.
///
/// It knows neither renames nor open conflicts: `MergeStep` takes both out before and puts them
/// back after. What cannot be made one is gathered in `groups`; the tree then holds one of the
/// versions for the time being. Symmetric: exchanging left and right changes nothing.
final class TreeMerge {
  let objects: ObjectOverlay
  let order: CommitOrder
  /// Versions from which each side's texts were merged earlier in the same view.
  private let earlier: (left: [Path: MergedText], right: [Path: MergedText])
  /// Clashes by path in the merged tree.
  var groups: [Path: ConflictGroup] = [:]
  /// What people should know.
  var notices: [Conflict] = []
  /// Texts that were merged here, by path in the merged tree.
  var merged: [Path: MergedText] = [:]
  /// Contents that went into a merge by lines.
  var inputs: Set<ObjectID> = []
  /// Contents that were looked for and are not here.
  var missingContents: Set<ObjectID> = []

  /// Prepares a merge of two sides.
  init(
    _ objects: ObjectOverlay, order: CommitOrder,
    earlier: (left: [Path: MergedText], right: [Path: MergedText])
  ) {
    self.objects = objects
    self.order = order
    self.earlier = earlier
  }

  /// The three entries of one place.
  struct Sides {
    /// What both sides were made from.
    var base: Entry?
    /// The left side's.
    var left: Entry?
    /// The right side's.
    var right: Entry?
    /// Whether the left side moved it here.
    var isMovedByLeft = false
    /// Whether the right side moved it here.
    var isMovedByRight = false
  }

  /// Merges the entries of one place; nil where nothing stays.
  func merge(
    _ sides: Sides, at place: MergePlace, _ rules: AttributeRules, depth: Int = 0
  ) throws(ObjectError) -> Entry? {
    guard let left = sides.left else {
      guard let right = sides.right else { return nil }
      return try survivor(
        right, of: sides.base, isMoved: sides.isMovedByRight, isLeft: false, place, rules, depth)
    }
    guard let right = sides.right else {
      return try survivor(
        left, of: sides.base, isMoved: sides.isMovedByLeft, isLeft: true, place, rules, depth)
    }
    if left == right { return left }
    let base = sides.base
    if left.hasSameContent(as: right) { return EntryMerge.merge(base: base, left, right) }
    if let base {
      // Content that one side left alone is the other side's to decide.
      if left.hasSameContent(as: base) {
        return EntryMerge.withFields(base: base, right, of: left, right)
      }
      if right.hasSameContent(as: base) {
        return EntryMerge.withFields(base: base, left, of: left, right)
      }
    }
    switch (left.kind == .directory, right.kind == .directory) {
    case (true, true):
      var result = EntryMerge.withFields(base: base, left, of: left, right)
      let folder = try mergeFolders(
        base: base?.folder, left.content, right.content, at: place, rules, depth: depth)
      result.content = folder.tree
      return result
    case (true, false):
      return try folderAgainst(right, folder: left, isFolderLeft: true, base, place, rules, depth)
    case (false, true):
      return try folderAgainst(left, folder: right, isFolderLeft: false, base, place, rules, depth)
    case (false, false):
      return try mergeFiles(base: base, left, right, at: place, rules)
    }
  }

  /// Merges two directories, and what is in them; nil for one that a side does not have.
  /// - Returns: the merged tree, and whether nothing is in it.
  func mergeFolders(
    base: ObjectID?, _ left: ObjectID?, _ right: ObjectID?, at place: MergePlace,
    _ outerRules: AttributeRules, depth: Int
  ) throws(ObjectError) -> (tree: ObjectID, isEmpty: Bool) {
    guard depth <= Limits.depth else { throw .malformed(left ?? right ?? .none, .tooLarge) }
    let folders = try FolderTriple(base, left, right, objects)
    var rules = outerRules
    var controls: [Name: Entry] = [:]
    for name in ControlFiles.names {
      let entry = try merge(
        folders.sides(of: name), at: place.appending(name), rules, depth: depth + 1)
      controls[name] = entry
      guard let entry, name == ControlFiles.attributes else { continue }
      try ControlFiles.add(entry, in: place.merged, to: &rules, self)
    }
    var result: [TreeEntry] = []
    result.reserveCapacity(max(folders.left.count, folders.right.count))
    try folders.forEach { name, sides throws(ObjectError) in
      let entry: Entry?
      if ControlFiles.names.contains(name) {
        entry = controls[name]
      } else if sides.left == sides.right {
        entry = sides.left
      } else if sides.left == sides.base, sides.base != nil, sides.right != nil {
        entry = sides.right
      } else if sides.right == sides.base, sides.base != nil, sides.left != nil {
        entry = sides.left
      } else {
        entry = try merge(sides, at: place.appending(name), rules, depth: depth + 1)
      }
      if let entry { result.append(TreeEntry(name, entry)) }
    }
    return (TreeNode.build(result) { objects.put($0, $1) }, result.isEmpty)
  }

  /// Merges what one side has and the other does not.
  private func survivor(
    _ entry: Entry, of base: Entry?, isMoved: Bool, isLeft: Bool, _ place: MergePlace,
    _ rules: AttributeRules, _ depth: Int
  ) throws(ObjectError) -> Entry? {
    guard let base else { return entry }
    if isMoved {
      try note(.renameKept, entry, base, at: place.merged)
      return entry
    }
    // A change of metadata alone is no edit: the deletion wins.
    if entry.hasSameContent(as: base) { return nil }
    if entry.kind == .directory, base.kind == .directory {
      return try remains(of: entry, base: base, isLeft: isLeft, place, rules, depth)
    }
    try note(.editKept, entry, base, at: place.merged)
    return entry
  }

  /// What stays of a directory that the other side has deleted: changed and new files with their
  /// parents; nil where nothing does.
  private func remains(
    of folder: Entry, base: Entry, isLeft: Bool, _ place: MergePlace, _ rules: AttributeRules,
    _ depth: Int
  ) throws(ObjectError) -> Entry? {
    let merged = try mergeFolders(
      base: base.folder, isLeft ? folder.content : nil, isLeft ? nil : folder.content, at: place,
      rules, depth: depth)
    guard !merged.isEmpty else { return nil }
    var result = folder
    result.content = merged.tree
    return result
  }

  /// Merges a directory with a file or link; both are changed, or new.
  private func folderAgainst(
    _ other: Entry, folder: Entry, isFolderLeft: Bool, _ base: Entry?, _ place: MergePlace,
    _ rules: AttributeRules, _ depth: Int
  ) throws(ObjectError) -> Entry? {
    var folder = folder
    if let base, base.kind == .directory {
      // The other side has deleted the directory, and then taken its name.
      guard
        let rest = try remains(
          of: folder, base: base, isLeft: isFolderLeft, place, rules, depth)
      else { return other }
      folder = rest
    }
    var group = ConflictGroup(base: base?.kind == .directory ? nil : base)
    group.hasDirectory = true
    for version in try versions(of: other, isLeft: !isFolderLeft, at: place) {
      try group.add(version, order: order)
    }
    try add(group, at: place.merged)
    return folder
  }

  /// Merges two files or links with different contents; both are changed, or new.
  private func mergeFiles(
    base: Entry?, _ left: Entry, _ right: Entry, at place: MergePlace, _ rules: AttributeRules
  ) throws(ObjectError) -> Entry? {
    let base = base?.kind == .directory ? nil : base
    if let name = place.merged.name, ControlFiles.names.contains(name),
      let union = try ControlFiles.union(base: base, left, right, self)
    {
      return union
    }
    if let base, try isText(place.merged, rules, at: place),
      let text = try mergeText(base: base, left, right)
    {
      let versions =
        try versions(of: left, isLeft: true, at: place)
        + versions(of: right, isLeft: false, at: place)
      merged[place.merged] = MergedText(content: text.content, versions: versions)
      return text
    }
    var group = ConflictGroup(base: base)
    for version in try versions(of: left, isLeft: true, at: place)
      + versions(of: right, isLeft: false, at: place)
    {
      try group.add(version, order: order)
    }
    try add(group, at: place.merged)
    // The later version stands in until the group is placed.
    return Version.keepsName(left, over: right) ? left : right
  }

  /// Adds what clashes at a path to what is known to clash there.
  func add(_ group: ConflictGroup, at path: Path) throws(ObjectError) {
    guard var known = groups[path] else {
      groups[path] = group
      return
    }
    for version in group.versions { try known.add(version, order: order) }
    known.hasDirectory = known.hasDirectory || group.hasDirectory
    known.base = known.base ?? group.base
    groups[path] = known
  }

  /// Says whether a path merges by lines where its versions are text.
  private func isText(
    _ path: Path, _ rules: AttributeRules, at place: MergePlace
  ) throws(ObjectError) -> Bool {
    switch rules.strategy(for: path) {
    case .automatic, .text: return true
    case .keepBoth: return false
    case .unknown:
      notices.append(Conflict(path: path, kind: .strategyUnknown, base: nil, sides: []))
      return true
    }
  }

  /// Merges two edits of a text by lines; nil where they clash, or one is not text.
  func mergeText(
    base: Entry, _ left: Entry, _ right: Entry
  ) throws(ObjectError) -> Entry? {
    guard base.kind == .file, left.kind == .file, right.kind == .file,
      let old = try text(of: base), let ours = try text(of: left),
      let theirs = try text(of: right),
      let bytes = TextMerge.merge(base: old, left: ours, right: theirs)
    else { return nil }
    return written(bytes, base: base, left, right)
  }

  /// Writes content that was merged from two files and returns its entry.
  func written(_ bytes: [UInt8], base: Entry?, _ left: Entry, _ right: Entry) -> Entry {
    inputs.insert(left.content)
    inputs.insert(right.content)
    let result = Entry.file(
      ContentWriter.write(bytes, to: objects), size: UInt64(bytes.count), mode: left.mode,
      mtime: max(left.mtime, right.mtime))
    return EntryMerge.withFields(base: base, result, of: left, right)
  }

  /// Returns a file's content; nil where it is not text.
  private func text(of entry: Entry) throws(ObjectError) -> [UInt8]? {
    guard let bytes = try content(of: entry, atMost: TextMerge.maximumSize) else { return nil }
    return TextMerge.isText(bytes) ? bytes : nil
  }

  /// Returns a file's content; nil where it is larger than a bound.
  func content(of entry: Entry, atMost bound: Int) throws(ObjectError) -> [UInt8]? {
    do {
      return try objects.content(of: entry, atMost: bound)
    } catch {
      if case .missing(let id) = error { missingContents.insert(id) }
      throw error
    }
  }

  /// The versions behind a side's entry: those it was merged from earlier in this view, else the
  /// entry itself.
  func versions(
    of entry: Entry, isLeft: Bool, at place: MergePlace
  ) throws(ObjectError) -> [Version] {
    let known = isLeft ? earlier.left[place.left] : earlier.right[place.right]
    for text in [known, merged[place.merged]] {
      if let text, text.content == entry.content { return text.versions }
    }
    return [Version(entry: entry, commit: try order.introducer(of: entry.content))]
  }

  /// Adds a notice about one entry.
  func note(
    _ kind: Conflict.Kind, _ entry: Entry, _ base: Entry?, at path: Path
  ) throws(ObjectError) {
    let commit = try order.introducer(of: entry.content)
    notices.append(
      Conflict(
        path: path, kind: kind, base: base,
        sides: [Conflict.Side(path: path, entry: entry, commit: commit)]))
  }
}
