/// Changes between two trees, found without looking at what is equal by id.
package enum TreeDiff {
  /// One path whose entry differs, or is in one tree only.
  package struct Change: Hashable, Sendable {
    /// The path.
    package let path: Path
    /// What the first tree has there.
    package let old: Entry?
    /// What the second tree has there.
    package let new: Entry?

    /// Makes a change.
    package init(path: Path, old: Entry?, new: Entry?) {
      self.path = path
      self.old = old
      self.new = new
    }
  }

  /// Calls back for every path whose entries differ, parents before children, in order of name.
  ///
  /// A directory is itself a change where it is in one tree only, or its own fields differ; else
  /// only what is inside it. The callback's answer says whether to go into a directory that is
  /// in one tree only (or is one in one tree only); where both have it, the walk always goes in.
  /// Equal directories, and equal segments of large ones, are skipped by id, so the cost follows
  /// the change.
  /// - Parameter isEnough: asked before each step whether to look no further.
  package static func forEachChange(
    from old: ObjectID?, to new: ObjectID?, _ reader: any ObjectReader,
    until isEnough: () -> Bool = { false }, _ visit: (Change) throws(ObjectError) -> Bool
  ) throws(ObjectError) {
    try walk(old, new, at: .root, depth: 0, reader, isEnough, visit)
  }

  /// Returns all changes, going into every directory.
  package static func changes(
    from old: ObjectID?, to new: ObjectID?, _ reader: any ObjectReader
  ) throws(ObjectError) -> [Change] {
    var result: [Change] = []
    try forEachChange(from: old, to: new, reader) { change throws(ObjectError) in
      result.append(change)
      return true
    }
    return result
  }

  private static func walk(
    _ old: ObjectID?, _ new: ObjectID?, at path: Path, depth: Int, _ reader: any ObjectReader,
    _ isEnough: () -> Bool, _ visit: (Change) throws(ObjectError) -> Bool
  ) throws(ObjectError) {
    guard old != new else { return }
    // A real tree is bounded by the length of its paths; only a forged one is deeper.
    guard depth <= Limits.depth else { throw .malformed(new ?? old ?? .none, .tooLarge) }
    var left = EntryCursor(old, reader)
    var right = EntryCursor(new, reader)
    while !isEnough() {
      try EntryCursor.skipEqual(&left, &right)
      let (l, r) = (try left.peek(), try right.peek())
      guard l != nil || r != nil else { return }
      var (before, after) = (l, r)
      if let l, let r, l.name != r.name {
        if l.name < r.name { after = nil } else { before = nil }
      }
      if before != nil { left.advance() }
      if after != nil { right.advance() }
      guard before?.entry != after?.entry, let name = before?.name ?? after?.name else {
        continue
      }
      let child = path.appending(name)
      let (oldFolder, newFolder) = (before?.entry.folder, after?.entry.folder)
      var goesIn = oldFolder != nil && newFolder != nil
      if !goesIn || !isSameShell(before?.entry, after?.entry) {
        let answer = try visit(
          Change(path: child, old: before?.entry, new: after?.entry))
        goesIn = goesIn || answer
      }
      if goesIn, oldFolder != nil || newFolder != nil {
        try walk(oldFolder, newFolder, at: child, depth: depth + 1, reader, isEnough, visit)
      }
    }
  }

  /// Says whether two directories differ at most in what is inside them.
  private static func isSameShell(_ old: Entry?, _ new: Entry?) -> Bool {
    guard var old, let new else { return false }
    old.content = new.content
    return old == new
  }
}

extension Entry {
  /// The tree of a directory; nil for what is none.
  var folder: ObjectID? { kind == .directory ? content : nil }
}

extension ObjectID {
  /// An id that no object has been found for: what errors without an id carry.
  static let none = ObjectID(0, 0, 0, 0)
}
