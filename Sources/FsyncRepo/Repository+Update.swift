internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem
internal import FsyncTree
internal import Synchronization

extension Repository {
  /// Brings the folder to the view of the heads.
  ///
  /// A path that changed meanwhile, or cannot be here, is left alone, reported, and lags behind
  /// the base until a later commit or update settles it.
  /// - Parameter dryRun: compute and report, write nothing at all.
  package func update(dryRun: Bool = false) throws(RepositoryError) -> UpdateResult {
    if isBare { throw .bare }
    let lock = try lockTree()
    defer { _ = lock }
    try checkPlace()
    if !dryRun { try finishUpdate() }
    return try updateLocked(dryRun: dryRun)
  }

  /// Finishes an update that a kill or a power cut ended: the same changes, run again.
  func finishUpdate() throws(RepositoryError) {
    let state = try state()
    guard let intent = state.intent else { return }
    _ = try apply(intent, over: state)
  }

  /// Updates while the working tree is locked.
  /// - Parameter left: paths that stay in the folder although the view does not have them.
  func updateLocked(
    dryRun: Bool, leaving left: [Path] = []
  ) throws(RepositoryError) -> UpdateResult {
    for _ in 0..<8 {
      if let result = try attemptUpdate(dryRun: dryRun, leaving: left) { return result }
    }
    throw .contended
  }

  private func attemptUpdate(
    dryRun: Bool, leaving left: [Path]
  ) throws(RepositoryError) -> UpdateResult? {
    let state = try state()
    var result = UpdateResult()
    result.heads = state.heads
    guard !state.heads.isEmpty else { return result }
    if let base = state.base, base.commits == state.heads, state.lagging.isEmpty {
      result.view = base.tree
      result.conflicts = try openConflicts(base.conflicts)
      return result
    }
    let overlay = ObjectOverlay(over: store)
    progress.report(.merging, 0, nil, 0)
    let view: View
    do { view = try Views.view(of: state.heads, graph: graph(), objects: overlay) } catch {
      throw RepositoryError(error)
    }
    result.view = view.tree
    do throws(ObjectError) {
      let table = try view.conflicts.map { id throws(ObjectError) in try overlay.conflicts(id) }
      result.conflicts = table?.open.count ?? 0
      if dryRun {
        result.changes = try TreeChanges.between(state.base?.tree, view.tree, reader: overlay)
        return result
      }
    } catch { throw .object(error) }
    let intent = Intent(
      commits: state.heads, tree: view.tree, conflicts: view.conflicts, renames: view.renames)
    guard try announce(intent, over: state, objects: overlay.new) else { return nil }
    let done = try apply(intent, over: state, leaving: left)
    result.changes = done.changes
    result.problems = done.problems
    return result
  }

  /// Stores a view's own objects and says, durably, that its materialise begins; false where the
  /// state has moved.
  private func announce(
    _ intent: Intent, over before: ReplicaState, objects: [StoredObject]
  ) throws(RepositoryError) -> Bool {
    let ingest = try begin(objects)
    do {
      try store.transact(ingest) { (state, transaction) throws(CommitFailure) in
        guard state.heads == before.heads, state.base == before.base else { throw .moved }
        transaction.command = Array("update".utf8)
        transaction.intent = .some(intent)
      }
      return true
    } catch {
      switch error {
      case .store(let error): throw RepositoryError(error)
      case .refused(.moved): return false
      case .refused(.object(let error)): throw .object(error)
      }
    }
  }

  /// Writes an announced view into the folder and makes it the base.
  private func apply(
    _ intent: Intent, over state: ReplicaState, leaving left: [Path] = []
  ) throws(RepositoryError) -> UpdateResult {
    guard let path = place.root else { throw .bare }
    let base = state.base
    let index = try index(of: base)
    var result = UpdateResult()
    let plan: [FsyncTree.PathChange]
    do throws(ObjectError) {
      let changes = try TreeDiff.changes(from: base?.tree, to: intent.tree, store)
      result.changes = TreeChanges.told(changes)
      plan = try self.plan(changes, to: intent, lagging: state.lagging, leaving: left)
    } catch { throw .object(error) }
    var options = MaterialiseOptions()
    options.threads = configuration.threads ?? Workers.processors
    let progress = progress
    let total = plan.count
    let written = WriteCount()
    options.staged = { bytes in
      let (files, all) = written.add(bytes)
      progress.report(.writing, files, total, all)
    }
    options.shouldStop = { Interruption.isRequested }
    options.place = store.contentPlace
    let outcomes: [Outcome]
    let next: Index
    var lagging: [Path: Lag?] = [:]
    let root = try calling(path) { () throws(SystemError) in try Directory(path) }
    let stagePath = RepositoryPlace.join(place.folder, Array("stage".utf8))
    let stage = try calling(stagePath) { () throws(SystemError) in try Directory(stagePath) }
    options.stamps = StampRule.probe(in: stage)
    do throws(TreeError) {
      outcomes = try Materialiser.run(
        plan, root: root, stage: stage, index: index, reader: store, options: options)
      var stats = [Path: KnownStat?](minimumCapacity: plan.count)
      for (change, outcome) in zip(plan, outcomes) {
        switch outcome {
        case .done(let stat): stats[change.path] = .some(stat)
        case .residue: break
        default: stats[change.path] = .some(nil)
        }
      }
      next = try Index.build(tree: intent.tree, store, borrowing: index, stats: stats)
    } catch { throw RepositoryError(error, path: path) }
    if outcomes.contains(.notTried) { throw .interrupted }
    for (change, outcome) in zip(plan, outcomes) {
      if outcome.isDone {
        if state.lagging[change.path] != nil { lagging[change.path] = .some(nil) }
        continue
      }
      result.problems.append(
        PathProblem(path: change.path.bytes, reason: PathProblem.Reason(outcome)))
      lagging[change.path] =
        state.lagging[change.path].map {
          Lag(reason: outcome.lag, since: $0.since, entry: $0.entry)
        }
        ?? Lag(reason: outcome.lag, since: base?.commits ?? [], entry: change.from)
    }
    save(next)
    do {
      try store.transact { (_, transaction) throws(Never) in
        transaction.command = Array("updated".utf8)
        transaction.base = .some(intent)
        transaction.intent = .some(nil)
        transaction.lagging = lagging
      }
    } catch { throw RepositoryError(error) }
    return result
  }

  /// What the folder must become, path by path: from what it was last brought to.
  private func plan(
    _ changes: [TreeDiff.Change], to intent: Intent, lagging: [Path: Lag], leaving left: [Path]
  ) throws(ObjectError) -> [FsyncTree.PathChange] {
    var plan: [FsyncTree.PathChange] = []
    plan.reserveCapacity(changes.count + lagging.count)
    func add(_ path: Path, from: Entry?, to target: Entry?) {
      if target == nil, left.contains(where: { path.isEqualOrBelow($0) }) { return }
      plan.append(FsyncTree.PathChange(path: path, from: from, to: target))
    }
    for change in changes where lagging[change.path] == nil && !change.path.isRoot {
      add(change.path, from: change.old, to: change.new)
    }
    for (path, lag) in lagging.sorted(by: { $0.key < $1.key }) {
      let target = try store.entry(at: path, in: intent.tree)
      // The absence of a lagging path means nothing: there it is written anew.
      add(path, from: isAbsent(path) ? nil : lag.entry, to: target)
    }
    return plan
  }

  /// Says whether a path is certainly not in the folder.
  private func isAbsent(_ path: Path) -> Bool {
    guard let root = place.root else { return false }
    do throws(SystemError) {
      _ = try Stat(path: root + [0x2f] + path.bytes)
      return false
    } catch { return error.isAbsent }
  }

  /// How many conflicts of a stored table are open.
  func openConflicts(_ table: ObjectID?) throws(RepositoryError) -> Int {
    try conflictTable(of: table).open.count
  }
}

extension Store {
  /// Says where content lies, so that each frame is decoded once.
  @Sendable func contentPlace(_ id: ObjectID) -> ContentPlace? {
    location(of: id).map {
      ContentPlace(source: $0.source, frame: $0.offset, position: $0.position)
    }
  }
}

/// Counts what several threads have written.
private final class WriteCount: Sendable {
  private let counts = Mutex<(files: Int, bytes: UInt64)>((0, 0))

  func add(_ bytes: UInt64) -> (files: Int, bytes: UInt64) {
    counts.withLock {
      $0.files += 1
      $0.bytes += bytes
      return $0
    }
  }
}

extension Outcome {
  /// Why a path that was not written lags.
  fileprivate var lag: Lag.Reason {
    if case .held = self { return .held }
    return .notWritten
  }
}

extension PathProblem.Reason {
  /// A path's outcome as commands report it.
  init(_ outcome: Outcome) {
    switch outcome {
    case .failed(let error): self = .unreadable(error)
    case .held(.name): self = .held("the file system cannot hold its name")
    case .held(.clash): self = .held("the file system takes its name for another one's")
    case .held(.occupied): self = .held("a folder with files that are not tracked has its name")
    case .unavailable(let error): self = .held("its content is not to be had (\(error))")
    case .done, .residue, .changedMeanwhile, .notTried: self = .notWritten
    }
  }
}
