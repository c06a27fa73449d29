internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem

/// A change of history that starts from stored content and not from the folder: restore, resolve,
/// remove, move.
///
/// It is committed on the base, and the folder follows.
struct RecordedEdit {
  var edits: [(path: Path, entry: Entry?)]
  var kind: Commit.Kind
  var message: [UInt8]
  /// Renames that the edit makes.
  var renames: [RenameRecords.Record] = []
  /// Conflicts that the edit closes.
  var closes: [Path] = []
  /// Paths that are deleted from the tree and left in the folder, where they are untracked then.
  var leaves: [Path] = []
  /// Says whether the edit only deletes, so that what is gone from the folder is as wanted.
  var deletes = false
  /// Paths whose absence from the folder, or that of something below them, is undone.
  var revives: [Path] = []
  /// Objects that the edit needs and the store may not have.
  var objects: [StoredObject] = []
}

extension Repository {
  /// Commits an edit on the base and brings the folder to the view of the heads.
  ///
  /// Refuses with `.uncommitted` where a path that it changes has changes that no commit holds:
  /// those are never overwritten.
  func record(_ edit: RecordedEdit, dryRun: Bool) throws(RepositoryError) -> CommitResult {
    if isBare { throw .bare }
    let lock = try lockTree()
    defer { _ = lock }
    try checkPlace()
    if !dryRun { try finishUpdate() }
    try refuseUncommitted(edit)
    return try recordLocked(edit, dryRun: dryRun)
  }

  private func recordLocked(
    _ edit: RecordedEdit, dryRun: Bool
  ) throws(RepositoryError) -> CommitResult {
    for _ in 0..<8 {
      let before = try state()
      let overlay = ObjectOverlay(over: store)
      for object in edit.objects { overlay.put(object.kind, object.bytes) }
      var result = CommitResult()
      let draft: CommitDraft
      do throws(ObjectError) {
        let tree = try TreeEdit.apply(edit.edits, to: before.base?.tree, objects: overlay)
        try TreeChanges.between(
          before.base?.tree, tree, renames: RenameRecords(edit.renames), reader: overlay
        ).forEach { result.note($0) }
        let table = try conflictTable(
          after: before.base, tree: tree, renames: RenameRecords(edit.renames),
          closing: edit.closes, overlay)
        let renames = edit.renames.isEmpty ? nil : RenameRecords(edit.renames)
        draft = CommitDraft(
          base: before.base, tree: tree, conflicts: table,
          renames: renames.map { overlay.put(.renames, $0.encoded) }, kind: edit.kind,
          message: edit.message, author: nil)
      } catch { throw .object(error) }
      let isSame =
        draft.tree == before.base?.tree && draft.conflicts == before.base?.conflicts
      let revived = try absences(below: edit.revives, of: before.base)
      try revivals(revived, besides: result.changes, draft.tree, overlay)
        .forEach { result.note($0) }
      if dryRun { return result }
      if isSame {
        // Nothing to record; what lags behind the base may be brought up to it all the same.
        if !revived.isEmpty { try note(revived) }
        result.problems = try updateLocked(dryRun: false).problems
        return result
      }
      let ingest = try begin(overlay.new)
      guard let id = try commit(draft, ingest, .folderFollows, lagging: revived) else { continue }
      result.commits = [id]
      let update = try updateLocked(dryRun: false, leaving: edit.leaves)
      result.problems = update.problems
      return result
    }
    throw .contended
  }
  /// What is absent from the folder at or below some paths, as paths that lag behind the base:
  /// their absence means nothing, and they are written anew.
  private func absences(
    below paths: [Path], of base: Base?
  ) throws(RepositoryError) -> [Path: Lag?] {
    guard !paths.isEmpty, let base else { return [:] }
    let tree = try look(base, settled: true)
    return try absences(in: tree.scan, of: base).filter { absence in
      paths.contains { absence.key.isEqualOrBelow($0) }
    }
  }

  /// The changes that writing absent paths anew makes besides those of an edit; of a folder what
  /// is in it counts.
  private func revivals(
    _ absences: [Path: Lag?], besides changes: [PathChange], _ tree: ObjectID,
    _ reader: any ObjectReader
  ) throws(RepositoryError) -> [PathChange] {
    let known = Set(changes.map(\.path))
    return try readingObjects { () throws(ObjectError) in
      var result: [PathChange] = []
      for path in absences.keys.sorted() where !known.contains(path) {
        guard let entry = try reader.entry(at: path, in: tree) else { continue }
        let isFull = absences.keys.contains { $0 != path && $0.isEqualOrBelow(path) }
        if entry.kind != .directory || !isFull {
          result.append(PathChange(path: path, kind: .added, new: entry))
        }
      }
      return result
    }
  }
}
