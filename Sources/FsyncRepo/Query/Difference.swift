package import FsyncCore

/// A path that differs between two states, with both versions at hand.
package struct Difference {
  /// The path.
  package var path: Path
  /// How it differs.
  package var kind: ChangeKind
  /// Where it was, for `renamed`.
  package var from: Path?
  /// The version before; nil for none.
  package var old: FileVersion?
  /// The version after; nil for none.
  package var new: FileVersion?
}

extension Repository {
  /// Returns what differs between two states of history at or below some paths.
  package func differences(
    from old: Snapshot, to new: Snapshot, paths: [Path]
  ) throws(RepositoryError) -> [Difference] {
    try changes(from: old, to: new, paths: paths).map { change in
      Difference(
        path: change.path, kind: change.kind, from: change.from,
        old: change.old.map { FileVersion($0, reader: old.reader) },
        new: change.new.map { FileVersion($0, reader: new.reader) })
    }
  }

  /// Returns what differs between a state of history and the working tree at or below some
  /// paths.
  package func differences(
    from old: Snapshot, toFolder paths: [Path]
  ) throws(RepositoryError) -> [Difference] {
    guard let root else { throw .bare }
    let base = try snapshot(at: .base)
    let committed = try differences(from: old, to: base, paths: paths)
    var table = Dictionary(uniqueKeysWithValues: committed.map { ($0.path, $0) })
    for change in try status().changes {
      guard paths.isEmpty || paths.contains(where: { change.path.isEqualOrBelow($0) }) else {
        continue
      }
      let before = table[change.path]
      var difference = Difference(
        path: change.path, kind: change.kind, from: before?.from ?? change.from,
        old: before?.old, new: nil)
      if before == nil {
        let entry = try readingObjects { () throws(ObjectError) in
          try old.entry(at: change.from ?? change.path)
        }
        difference.old = entry.map { FileVersion($0, reader: old.reader) }
      }
      if change.kind != .deleted {
        difference.new = try FileVersion(at: RepositoryPlace.join(root, change.path.bytes))
      }
      difference.kind = Repository.kind(difference, change.kind)
      table[change.path] = difference.old == nil && difference.new == nil ? nil : difference
    }
    return table.values.sorted { $0.path < $1.path }
  }

  private static func kind(_ difference: Difference, _ kind: ChangeKind) -> ChangeKind {
    guard let old = difference.old else { return .added }
    guard let new = difference.new else { return .deleted }
    if old.kind != new.kind { return .retyped }
    if difference.from != nil { return .renamed }
    return kind == .mode ? .mode : .modified
  }
}

extension Repository {
  /// Returns a commit and what it changed at or below some paths, against the state that it was
  /// made on.
  package func differences(
    of id: ObjectID, paths: [Path]
  ) throws(RepositoryError) -> (entry: LogEntry, differences: [Difference]) {
    let history = try history()
    let store = store
    return try readingObjects { () throws(ObjectError) in
      let commit = try history.graph.commit(id)
      let changes = try history.changes(of: commit, paths: paths)
      let differences = changes.map { change in
        Difference(
          path: change.path, kind: change.kind, from: change.from,
          old: change.old.map { FileVersion($0, reader: store) },
          new: change.new.map { FileVersion($0, reader: store) })
      }
      return (LogEntry(id: id, commit: commit, changes: changes), differences)
    }
  }
}
