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
    if !options.dryRun {
      try settleCompression()
      try finishUpdate()
    }
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
    let tree = try look(state.base, settled: true, lagging: state.lagging)
    progress.report(.scanning, tree.index.count, nil, 0)
    if tree.scan.isClean, state.lagging.isEmpty, state.base != nil {
      if !options.dryRun {
        try note(mounts: tree.scan.mounts, state)
        note(tree)
      }
      var result = CommitResult()
      result.problems = tree.scan.problems.map(PathProblem.init)
      return result
    }
    let ingest: Ingest?
    do { ingest = options.dryRun ? nil : try store.ingest() } catch { throw RepositoryError(error) }
    let taken = try take(tree, state.lagging, into: ingest)
    if !options.dryRun { try note(mounts: taken.mounts, state) }
    return try finish(taken, state.base, ingest, options)
  }

  /// Reads candidates into an ingest, or to know their ids only.
  func read(
    _ candidates: [Candidate], below root: borrowing Directory, into ingest: Ingest?
  ) throws(RepositoryError) -> PipelineResult {
    try ContentPipeline.run(
      candidates, below: root, into: ingest,
      threads: configuration.threads ?? Workers.processors, progress: progress, stop: stop)
  }

  /// Makes the commits of what was taken; nil where the base has moved.
  private func finish(
    _ taken: TakenFolder, _ base: Base?, _ ingest: Ingest?, _ options: CommitOptions
  ) throws(RepositoryError) -> CommitResult? {
    var result = CommitResult()
    result.problems = taken.problems
    result.bytesRead = taken.bytes
    // An empty folder is the same as no commit at all.
    let before = base?.tree ?? TreeNode.build([]) { Digest.object($0, $1) }
    let isSameTree = taken.tree == before
    var renames = RenameRecords([])
    var table = base?.conflicts
    if !isSameTree {
      do throws(ObjectError) {
        renames = try RenameDetector.detect(
          from: base?.tree, to: taken.tree, taken.overlay)
        table = try conflictTable(
          after: base, tree: taken.tree, renames: renames, closing: [], taken.overlay)
        try TreeChanges.forEach(
          base?.tree, taken.tree, renames: renames, reader: taken.overlay
        ) {
          result.note($0, isListed: options.listsChanges)
        }
      } catch { throw .object(error) }
    }
    if options.dryRun { return result }
    guard let ingest else { return result }
    var lagging = taken.settlement.lagging
    if !isSameTree {
      let draft = CommitDraft(
        base: base, tree: taken.tree, conflicts: table,
        renames: renames.records.isEmpty ? nil : taken.overlay.put(.renames, renames.encoded),
        kind: options.kind,
        message: options.message.isEmpty
          ? CommitMessage.generated(for: result.summary) : options.message,
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
    publishIndex()
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
