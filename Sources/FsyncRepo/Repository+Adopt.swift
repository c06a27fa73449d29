internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem
internal import FsyncTree

extension Repository {
  /// Makes the folder, as it is here now, a replica of its own: after it was copied, restored from
  /// a backup, or moved to another disk.
  ///
  /// The folder gets a new replica id. What is missing in it, or is an older version of itself, is
  /// no deletion and no edit: it is brought up to the base. Only content that history does not
  /// know is committed, by the next commit.
  package func adopt(dryRun: Bool = false) throws(RepositoryError) -> UpdateResult {
    guard let root = place.root else { throw .bare }
    let lock = try lockTree()
    defer { _ = lock }
    let state = try state()
    let directory = try calling(place.folder) { () throws(SystemError) in
      try Directory(place.folder)
    }
    let index = try looking { () throws(TreeError) in
      guard let base = state.base else { return Index.empty() }
      return try Index.build(tree: base.tree, store)
    }
    let lagging = try behind(index, state)
    var result = UpdateResult()
    result.heads = state.heads
    result.view = state.base?.tree
    result.changes = lagging.keys.sorted().map { PathChange(path: $0, kind: .modified) }
    if dryRun { return result }
    // First what keeps missing files from being deletions, then what allows commits again.
    save(index)
    do {
      try store.transact { (_, transaction) throws(Never) in
        transaction.command = Array("adopt".utf8)
        transaction.lagging = lagging
        transaction.sequence = 0
      }
    } catch { throw RepositoryError(error) }
    try calling(place.folder) { () throws(SystemError) in
      let adopted = Replica(
        id: Replica.randomID(), name: replica.name,
        place: try Replica.Place(root: root, folder: place.folder))
      try AtomicFile.write(adopted.encoded, to: Replica.fileName, in: directory)
    }
    let update = try updateLocked(dryRun: false)
    result.problems = update.problems
    return result
  }

  /// The paths at which the folder is behind the base: missing, or an older version.
  private func behind(
    _ index: Index, _ state: ReplicaState
  ) throws(RepositoryError) -> [Path: Lag?] {
    guard let base = state.base, let path = place.root else { return [:] }
    let root = try calling(path) { () throws(SystemError) in try Directory(path) }
    let scan = try looking { () throws(TreeError) in try Scanner.scan(root, index) }
    var lagging = try absences(in: scan, of: base)
    let candidates = try looking { () throws(TreeError) in try scan.candidates(index) }
    let read = try read(candidates, below: root, into: nil)
    for candidate in candidates {
      guard let previous = candidate.previous, let found = read.contents[candidate.path],
        !found.matches(previous)
      else { continue }
      if let (commit, entry) = try olderVersion(of: candidate.path, found, state.heads) {
        lagging[candidate.path] = Lag(reason: .notWritten, since: [commit], entry: entry)
      }
    }
    return lagging
  }

  /// The tracked paths that a scan found absent, with all that is below them, as paths that have
  /// not been written yet.
  func absences(in scan: Scan, of base: Base) throws(RepositoryError) -> [Path: Lag?] {
    var lagging: [Path: Lag?] = [:]
    let nothing = Lag(reason: .notWritten, since: base.commits, entry: nil)
    var absent: [Path] = []
    scan.forEachAbsence { path, _ in absent.append(path) }
    try readingObjects { () throws(ObjectError) in
      for path in absent {
        lagging[path] = nothing
        let entry = try store.entry(at: path, in: base.tree)
        guard let entry, entry.kind == .directory else { continue }
        for change in try TreeDiff.changes(from: nil, to: entry.content, store)
        where !change.path.isRoot {
          lagging[path.appending(change.path)] = nothing
        }
      }
    }
    return lagging
  }

  /// The newest commit in which a path held a content.
  private func olderVersion(
    of path: Path, _ found: FoundContent, _ heads: [ObjectID]
  ) throws(RepositoryError) -> (ObjectID, Entry)? {
    let graph = graph()
    var result: (ObjectID, Entry)?
    try readingObjects { () throws(ObjectError) in
      try graph.forEachNewest(from: heads) { id throws(ObjectError) in
        let tree = try graph.commit(id).tree
        guard let entry = try store.entry(at: path, in: tree), found.matches(entry) else {
          return true
        }
        result = (id, entry)
        return false
      }
    }
    return result
  }
}
