internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem
internal import FsyncTree

/// What a snapshot makes of the paths that lag behind the base.
///
/// A lagging path that is absent is never a deletion. Seen again, content equal to the base's
/// ends the lag, content equal to the state that the path was last brought to is no edit, and
/// anything else is an edit of that older state.
struct Settlement: Sendable {
  /// An edit of an older state.
  struct Edit: Sendable {
    let path: Path
    let since: [ObjectID]
    let old: Entry?
    let found: FoundContent

    /// The entry that the edit makes of the path.
    var entry: Entry {
      let stat = found.stat.stat
      let mtime = Timestamp(stat.mtime)
      if found.kind == .symlink { return .symlink(found.content, size: found.size, mtime: mtime) }
      return .file(found.content, size: found.size, mode: stat.mode, mtime: mtime)
    }
  }

  /// Paths for which the snapshot keeps the base's entry.
  var kept: [Path] = []
  /// Records to set or, where nil, to remove.
  var lagging: [Path: Lag?] = [:]
  /// Edits, in order of path.
  var edits: [Edit] = []

  /// Judges each lagging path by what was read there.
  init(
    _ lagging: [Path: Lag], _ contents: [Path: FoundContent], _ index: Index
  ) throws(TreeError) {
    for (path, lag) in lagging.sorted(by: { $0.key < $1.key }) {
      guard let found = contents[path] else {
        kept.append(path)
        continue
      }
      if let entry = try index.entry(at: path), found.matches(entry) {
        self.lagging[path] = .some(nil)
        continue
      }
      kept.append(path)
      if let old = lag.entry, found.matches(old) { continue }
      edits.append(Edit(path: path, since: lag.since, old: lag.entry, found: found))
    }
  }
}

extension Repository {
  /// Commits edits of older states, one commit a state, each on the set that it is an edit of.
  func commitOlder(
    _ edits: [Settlement.Edit], _ options: CommitOptions, _ ingest: Ingest?
  ) throws(RepositoryError) -> [ObjectID] {
    var commits: [ObjectID] = []
    var rest = ingest
    for (since, group) in Dictionary(grouping: edits, by: \.since).sorted(by: {
      $0.key.lexicographicallyPrecedes($1.key)
    }) {
      let overlay = ObjectOverlay(over: store)
      let graph = graph()
      let tree: ObjectID
      let view: View
      do {
        view =
          since.isEmpty
          ? View(tree: TreeNode.build([]) { overlay.put($0, $1) })
          : try Views.view(of: since, graph: graph, objects: overlay)
      } catch { throw RepositoryError(error) }
      do {
        tree = try TreeEdit.apply(
          group.map { ($0.path, $0.entry) }, to: view.tree, objects: overlay)
      } catch { throw .object(error) }
      let draft = CommitDraft(
        base: try state().base, parents: since,
        parentsView: Commit.BaseView(
          tree: view.tree, conflicts: view.conflicts, renames: view.renames), tree: tree,
        conflicts: view.conflicts, renames: nil, kind: options.kind,
        message: options.message.isEmpty
          ? CommitMessage.generated(
            for: ChangeSummary(
              group.map { PathChange(path: $0.path, kind: .modified, old: $0.old) }))
          : options.message, author: options.author)
      let target: Ingest
      if let first = rest { target = first } else { target = try begin([]) }
      rest = nil
      try put(overlay.new, into: target)
      guard
        let id = try commit(
          draft, target, .folderFollows, edited: group.map { ($0.path, $0.entry) })
      else { throw .contended }
      commits.append(id)
    }
    return commits
  }

  /// Records changes of lagging paths alone.
  func note(_ lagging: [Path: Lag?]) throws(RepositoryError) {
    do {
      try store.transact { (_, transaction) throws(Never) in
        transaction.command = Array("note".utf8)
        transaction.lagging = lagging
      }
    } catch { throw RepositoryError(error) }
  }
}
