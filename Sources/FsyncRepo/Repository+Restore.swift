package import FsyncCore
internal import FsyncStore

extension Repository {
  /// Brings paths back to what they were at a moment, as a new commit.
  ///
  /// What is only missing in the folder comes back without one.
  /// - Parameters:
  ///   - paths: files or folders; empty for everything.
  ///   - moment: when.
  ///   - folder: a folder to write into instead, outside of history; what is there is never
  ///     overwritten. Nil for the working tree.
  /// - Throws: `.uncommitted` where that would overwrite a change that no commit holds,
  ///   `.noSuchPath` where nothing was at a path then and nothing is there now.
  package func restore(
    _ paths: [Path], at moment: Moment, to folder: [UInt8]? = nil, dryRun: Bool = false
  ) throws(RepositoryError) -> RestoreResult {
    let then = try snapshot(at: moment)
    if let folder { return try extract(paths, of: then, to: folder, dryRun: dryRun) }
    if isBare { throw .bare }
    let source = then.tree
    let base = try state().base
    var edits: [(path: Path, entry: Entry?)] = []
    for path in paths.isEmpty ? [.root] : paths.sorted() {
      if path.isRoot {
        edits += try differences(from: base?.tree, to: source)
        continue
      }
      let old = try stored(path, in: source)
      let current = try stored(path, in: base?.tree)
      if old == nil, current == nil { throw .noSuchPath(path) }
      if old != current { edits.append((path, old)) }
    }
    try requireContent(edits.compactMap(\.entry), of: then)
    let words = paths.isEmpty ? "everything" : paths.map { "\($0)" }.joined(separator: ", ")
    var edit = RecordedEdit(
      edits: edits, kind: .restore, message: Array("restore \(words)".utf8))
    edit.revives = paths.isEmpty ? [.root] : paths
    let done = try record(edit, dryRun: dryRun)
    var result = RestoreResult()
    result.changes = done.changes
    result.commits = done.commits
    result.problems = done.problems
    return result
  }

  /// The edits of the root's own entries that make one tree of another.
  private func differences(
    from old: ObjectID?, to new: ObjectID?
  ) throws(RepositoryError) -> [(path: Path, entry: Entry?)] {
    try readingObjects { () throws(ObjectError) in
      var edits: [(path: Path, entry: Entry?)] = []
      try TreeDiff.forEachChange(from: old, to: new, store) { change throws(ObjectError) in
        edits.append((change.path, change.new))
        return false
      }
      return edits
    }
  }
}

extension Repository {
  /// Deletes tracked paths, everywhere, in one commit.
  ///
  /// A file that is ignored stays in this folder, and is untracked from then on. One that is gone
  /// from the folder already is no obstacle.
  /// - Parameters:
  ///   - keepFiles: leave every file in this folder, untracked; one that is not ignored is taken
  ///     again by the next commit.
  ///   - recursive: whether folders may be deleted with all they hold.
  package func remove(
    _ paths: [Path], keepFiles: Bool = false, recursive: Bool = false, dryRun: Bool = false
  ) throws(RepositoryError) -> CommitResult {
    guard let root else { throw .bare }
    let base = try state().base
    var edits: [(path: Path, entry: Entry?)] = []
    var ignored = IgnoredPaths(below: root)
    var leaves = keepFiles ? paths : []
    for path in paths {
      guard !path.isRoot else { throw .invalidPath(path.bytes) }
      let entry = try stored(path, in: base?.tree)
      guard let entry else { throw .noSuchPath(path) }
      if entry.kind == .directory, !recursive { throw .wrongKind(path, .directory) }
      edits.append((path, nil))
      for (path, entry) in try files(at: path, entry)
      where try ignored.contains(path, isDirectory: entry.kind == .directory) {
        leaves.append(path)
      }
    }
    let words = paths.map { "\($0)" }.joined(separator: ", ")
    var edit = RecordedEdit(edits: edits, kind: .manual, message: Array("remove \(words)".utf8))
    edit.leaves = leaves
    edit.deletes = true
    return try record(edit, dryRun: dryRun)
  }

  /// What a stored entry holds, itself included.
  private func files(
    at path: Path, _ entry: Entry
  ) throws(RepositoryError) -> [(Path, Entry)] {
    guard entry.kind == .directory else { return [(path, entry)] }
    return try readingObjects { () throws(ObjectError) in
      try TreeDiff.changes(from: nil, to: entry.content, store).compactMap { change in
        guard !change.path.isRoot, let entry = change.new else { return nil }
        return (path.appending(change.path), entry)
      }
    }
  }

  /// Moves a tracked path, and records the rename whatever the content becomes later.
  package func move(
    _ from: Path, to: Path, dryRun: Bool = false
  ) throws(RepositoryError) -> CommitResult {
    let base = try state().base
    guard let entry = try stored(from, in: base?.tree) else { throw .noSuchPath(from) }
    var target = to
    if let there = try stored(to, in: base?.tree), there.kind == .directory, let name = from.name {
      target = to.appending(name)
    }
    if to.isRoot, let name = from.name { target = .root.appending(name) }
    guard target != from, !target.isEqualOrBelow(from) else { throw .invalidPath(to.bytes) }
    if try stored(target, in: base?.tree) != nil { throw .occupied(target) }
    return try record(
      RecordedEdit(
        edits: [(from, nil), (target, entry)], kind: .manual,
        message: Array("move \(from) to \(target)".utf8),
        renames: [RenameRecords.Record(from: from, to: target, isExact: true)]), dryRun: dryRun)
  }

  /// The entry at a path of a stored tree.
  func stored(_ path: Path, in tree: ObjectID?) throws(RepositoryError) -> Entry? {
    guard let tree else { return nil }
    do { return try store.entry(at: path, in: tree) } catch { throw .object(error) }
  }
}
