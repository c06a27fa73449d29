package import FsyncCore
internal import FsyncStore
internal import FsyncSystem

extension Repository {
  /// The history under the heads.
  package func history() throws(RepositoryError) -> CommitHistory {
    CommitHistory(reader: store, graph: graph(), heads: try state().heads)
  }

  /// Understands text that names a state: `now`, a commit, or a time.
  package func moment(_ text: String) throws(RepositoryError) -> Moment {
    switch MomentText(text, now: timestamp(), zone: .system) {
    case .base: return .base
    case .time(let time): return .time(time)
    case .commit(let digits): return .commit(try commit(digits, text))
    case nil: throw .unknownMoment(text)
    }
  }

  /// The only commit under the heads whose id begins with digits.
  private func commit(_ digits: String, _ text: String) throws(RepositoryError) -> ObjectID {
    let history = try history()
    let stored: [ObjectID]
    do { stored = try store.ids(abbreviated: digits, kind: .commit) } catch {
      throw RepositoryError(error)
    }
    var found: [ObjectID] = []
    try readingObjects { () throws(ObjectError) in
      for id in stored where try history.graph.isUnder(id, heads: history.heads) {
        found.append(id)
      }
    }
    guard let first = found.first else { throw .unknownMoment(text) }
    guard found.count == 1 else { throw .ambiguousCommit(text, found.sorted()) }
    return first
  }

  /// The state of the folder at a moment.
  package func snapshot(at moment: Moment) throws(RepositoryError) -> Snapshot {
    switch moment {
    case .base:
      let state = try state()
      if let base = state.base {
        return Snapshot(
          commits: base.commits, tree: base.tree, conflicts: base.conflicts, reader: store)
      }
      return try view(of: state.heads)
    case .commit(let id):
      let commit = try readingObjects { () throws(ObjectError) in try store.commit(id) }
      return Snapshot(
        commits: [id], tree: commit.tree, conflicts: commit.conflicts, reader: store)
    case .time(let time):
      let history = try history()
      let heads = try readingObjects { () throws(ObjectError) in
        try history.graph.heads(history.heads, by: time)
      }
      return try view(of: heads)
    }
  }

  /// The state that commits merge to.
  package func view(of heads: [ObjectID]) throws(RepositoryError) -> Snapshot {
    let overlay = ObjectOverlay(over: store)
    guard !heads.isEmpty else {
      return Snapshot(commits: [], tree: nil, conflicts: nil, reader: store)
    }
    let view: View
    do { view = try Views.view(of: heads, graph: graph(), objects: overlay) } catch {
      throw try explained(RepositoryError(error), reading: heads)
    }
    return Snapshot(
      commits: heads, tree: view.tree, conflicts: view.conflicts, reader: overlay)
  }

  /// Calls back for the commits that a query asks for, newest first, until the callback returns
  /// false.
  /// - Parameter isOrdered: every commit after all of its children.
  /// - Returns: the last commit that was looked at, where the query's patience has ended.
  @discardableResult
  package func log(
    _ query: LogQuery, isOrdered: Bool = false,
    _ visit: (LogEntry) throws(ObjectError) -> Bool
  ) throws(RepositoryError) -> ObjectID? {
    let history = try history()
    return try readingObjects { () throws(ObjectError) in
      try history.log(query, isOrdered: isOrdered, visit)
    }
  }

  /// Returns the changes between two states at or below some paths; empty paths for everything.
  package func changes(
    from old: Snapshot, to new: Snapshot, paths: [Path]
  ) throws(RepositoryError) -> [PathChange] {
    let overlay = PairReader(old.reader, new.reader)
    return try readingObjects { () throws(ObjectError) in
      let renames = try RenameDetector.detect(
        from: old.tree, to: new.tree, overlay)
      return try TreeChanges.between(
        old.tree, new.tree, paths: paths, renames: renames, reader: overlay)
    }
  }

  /// Returns the conflicts that are open in a state.
  /// - Parameter notices: what people should know as well.
  package func conflicts(
    of snapshot: Snapshot, notices: Bool = false
  ) throws(RepositoryError) -> [Conflict] {
    guard let id = snapshot.conflicts else { return [] }
    let table = try readingObjects { () throws(ObjectError) in
      try snapshot.reader.conflicts(id)
    }
    return notices ? table.conflicts : table.open
  }
}
