internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem
internal import FsyncTree

extension Repository {
  /// Commits what the folder holds.
  ///
  /// Paths that are unknown keep what history has, and are reported. A snapshot equal to the base
  /// makes no commit.
  package func commit(_ options: CommitOptions = CommitOptions()) throws(RepositoryError)
    -> CommitResult
  {
    if isBare { throw .bare }
    let lock = try lockTree()
    defer { _ = lock }
    try checkPlace()
    if !options.dryRun { try finishUpdate() }
    return try commitLocked(options)
  }

  /// Commits while the working tree is locked; starts over where another command moved the base.
  func commitLocked(_ options: CommitOptions) throws(RepositoryError) -> CommitResult {
    for _ in 0..<8 {
      guard let result = try attempt(options) else { continue }
      if !result.commits.isEmpty { careForGraph(.glance) }
      return result
    }
    throw .contended
  }

  private func attempt(_ options: CommitOptions) throws(RepositoryError) -> CommitResult? {
    let state = try state()
    let tree = try look(state.base, settled: true)
    if !options.dryRun { try note(mounts: tree.scan.mounts, state) }
    progress.report(.scanning, tree.index.count, nil, 0)
    var result = CommitResult()
    result.problems = tree.scan.problems.map(PathProblem.init)
    let lagging = state.lagging
    if tree.scan.isClean, lagging.isEmpty, state.base != nil {
      if !options.dryRun { note(tree) }
      return result
    }
    let ingest: Ingest?
    do { ingest = options.dryRun ? nil : try store.ingest() } catch { throw RepositoryError(error) }
    let overlay = ObjectOverlay(over: store)
    let candidates = try looking { () throws(TreeError) in
      try tree.scan.candidates(tree.index)
    }
    let read = try self.read(candidates, below: tree.root, into: ingest)
    let settlement: Settlement
    let snapshot: FsyncTree.Snapshot
    do throws(TreeError) {
      settlement = try Settlement(lagging, read.contents, tree.index)
      snapshot = try FsyncTree.Snapshot.assemble(
        tree.index, tree.scan, keeping: PathSet(settlement.kept),
        contents: { read.contents[$0] }, put: { overlay.put($0, $1) })
    } catch { throw RepositoryError(error, path: place.root ?? []) }
    do {
      result.problems += read.obstacles.map {
        PathProblem(path: $0.path.bytes, reason: PathProblem.Reason($0.obstacle))
      }
      result.problems += snapshot.waiting.map { PathProblem(path: $0.bytes, reason: .unsettled) }
      result.problems.sort { $0.path.lexicographicallyPrecedes($1.path) }
      result.bytesRead = read.bytes
      return try finish(
        Taken(
          state: state, snapshot: snapshot, settlement: settlement, overlay: overlay,
          ingest: ingest), options, result)
    }
  }

  /// Reads candidates into an ingest, or to know their ids only.
  func read(
    _ candidates: [Candidate], below root: borrowing Directory, into ingest: Ingest?
  ) throws(RepositoryError) -> PipelineResult {
    let deadline = deadline
    return try ContentPipeline.run(
      candidates, below: root, into: ingest,
      threads: configuration.threads ?? Workers.processors, progress: progress
    ) {
      Interruption.isRequested || deadline.map { Clock.monotonic() > $0 } ?? false
    }
  }

  /// Everything that an attempt has found.
  private struct Taken {
    let state: ReplicaState
    let snapshot: FsyncTree.Snapshot
    let settlement: Settlement
    let overlay: ObjectOverlay
    let ingest: Ingest?
  }

  /// Makes the commits of what was taken; nil where the base has moved.
  private func finish(
    _ taken: Taken, _ options: CommitOptions, _ found: CommitResult
  ) throws(RepositoryError) -> CommitResult? {
    var result = found
    let base = taken.state.base
    // An empty folder is the same as no commit at all.
    let before = base?.tree ?? TreeNode.build([]) { Digest.object($0, $1) }
    let isSameTree = taken.snapshot.tree == before
    var renames = RenameRecords([])
    var table = base?.conflicts
    if !isSameTree {
      do throws(ObjectError) {
        renames = try RenameDetector.detect(
          from: base?.tree, to: taken.snapshot.tree, taken.overlay)
        table = try conflictTable(
          after: base, tree: taken.snapshot.tree, renames: renames, closing: [], taken.overlay)
        result.changes = try TreeChanges.between(
          base?.tree, taken.snapshot.tree, renames: renames, reader: taken.overlay)
      } catch { throw .object(error) }
    }
    if options.dryRun { return result }
    guard let ingest = taken.ingest else { return result }
    var lagging = taken.settlement.lagging
    if !isSameTree {
      let draft = CommitDraft(
        base: base, tree: taken.snapshot.tree, conflicts: table,
        renames: renames.records.isEmpty ? nil : taken.overlay.put(.renames, renames.encoded),
        kind: options.kind,
        message: options.message.isEmpty
          ? CommitMessage.generated(for: result.changes) : options.message,
        author: options.author)
      try put(taken.overlay.new, into: ingest)
      guard let id = try commit(draft, ingest, .folderShowsIt, lagging: lagging) else { return nil }
      result.bytesStored = ingest.counts.storedBytes
      result.commits.append(id)
      lagging = [:]
    }
    if !taken.settlement.edits.isEmpty {
      result.commits += try commitOlder(taken.settlement.edits, options, isSameTree ? ingest : nil)
    } else if isSameTree, !lagging.isEmpty {
      try note(lagging)
    }
    save(taken.snapshot.index)
    return result
  }

  /// Hands objects of memory to an ingest.
  func put(_ objects: [StoredObject], into ingest: Ingest) throws(RepositoryError) {
    guard !objects.isEmpty else { return }
    do throws(StoreError) {
      let worker = ingest.worker()
      for object in objects { _ = try worker.put(object.kind, object.bytes) }
      try worker.finish()
    } catch { throw RepositoryError(error) }
  }

  /// An ingest that holds objects of memory.
  func begin(_ objects: [StoredObject]) throws(RepositoryError) -> Ingest {
    let ingest: Ingest
    do { ingest = try store.ingest() } catch { throw RepositoryError(error) }
    try put(objects, into: ingest)
    return ingest
  }

  /// The conflict table that a commit on a base carries: what is still open in its tree.
  func conflictTable(
    after base: Base?, tree: ObjectID, renames: RenameRecords, closing: [Path],
    _ overlay: ObjectOverlay
  ) throws(ObjectError) -> ObjectID? {
    guard let base, let id = base.conflicts else { return nil }
    var table = try overlay.conflicts(id)
    if base.commits.count == 1 { table = table.resolved(by: base.commits[0]) }
    table = ConflictTable(table.conflicts.filter { $0.isNotice || !closing.contains($0.path) })
    let carried = try table.carried(
      onto: tree, renames: renames, keepsNotices: base.commits.count > 1, overlay)
    return carried.conflicts.isEmpty ? nil : overlay.put(.conflicts, carried.encoded)
  }
}
