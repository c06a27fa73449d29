package import FsyncCore
internal import FsyncStore
internal import FsyncSystem

/// What `prune` decided and did.
package struct PruneResult: Sendable {
  /// The policy in words.
  package var policy = ""
  /// Every commit that was whole, newest first, and why it keeps its content, if it does.
  package var decisions: [Retention.Decision] = []
  /// Commits that were not whole before.
  package var absent = 0
  /// Objects dropped, or that would be.
  package var objectsDropped = 0
  /// Bytes of store that this gave back; in a dry run, about how many it would.
  package var bytesFreed: UInt64 = 0
  /// Bytes of store before.
  package var bytesBefore: UInt64 = 0
  /// Bytes of store after.
  package var bytesAfter: UInt64 = 0

  /// Commits that lose their content.
  package var pruned: Int { decisions.count { !$0.isKept } }
  /// Commits that keep it.
  package var kept: Int { decisions.count - pruned }
}

extension Repository {
  /// Drops the content of the commits that a policy does not keep; their skeleton (who did what
  /// to which path when) stays.
  ///
  /// Heads, the folder's state and the one before it, lagging paths and what merges to come need
  /// keep their content. That commits are pruned is recorded before anything goes, so a kill
  /// leaves either all content or what the next `prune` or `gc` goes on with.
  /// - Throws: `.noPolicy` for a policy without a rule.
  package func prune(
    _ policy: RetentionPolicy, dryRun: Bool = false
  ) throws(RepositoryError) -> PruneResult {
    guard !policy.isEmpty else { throw .noPolicy }
    if dryRun { return try preview(try decide(policy)) }
    let lock = try lockSync()
    defer { _ = lock }
    for _ in 0..<8 {
      let decided = try decide(policy)
      guard try record(decided, policy) else { continue }
      return try drop(after: decided)
    }
    throw .contended
  }

  /// A policy's decisions about a state.
  private struct Decided {
    var state: ReplicaState
    var retention: Retention
    var result: PruneResult
  }

  private func decide(_ policy: RetentionPolicy) throws(RepositoryError) -> Decided {
    let state = try state()
    let absences: Absences
    var needed: Set<ObjectID>
    do throws(StoreError) {
      absences = try store.absences(of: state)
      needed = Set(try contentRoots(of: state))
    } catch { throw RepositoryError(error) }
    for lag in state.lagging.values { needed.formUnion(lag.since) }
    for base in [state.base, state.intent] { needed.formUnion(base?.commits ?? []) }
    let graph = graph()
    let nodes = try readingObjects { () throws(ObjectError) in
      try graph.retentionNodes(from: state.heads)
    }
    let retention = Retention(
      nodes, absent: absences.commits, needed: needed, policy: policy,
      minutesEast: Clock.zoneMinutes)
    var result = PruneResult()
    result.policy = policy.text
    result.decisions = retention.decisions
    result.absent = nodes.count - retention.decisions.count
    return Decided(state: state, retention: retention, result: result)
  }

  private func preview(_ decided: Decided) throws(RepositoryError) -> PruneResult {
    var result = decided.result
    do throws(StoreError) {
      let found = try store.prunable(Set(decided.retention.pruned)) { state throws(StoreError) in
        try contentRoots(of: state)
      }
      result.objectsDropped = found.objects
      result.bytesFreed = found.bytes
    } catch { throw RepositoryError(error) }
    return result
  }

  /// Records, durably, which commits are pruned; false where the state has moved.
  private func record(
    _ decided: Decided, _ policy: RetentionPolicy
  ) throws(RepositoryError) -> Bool {
    let pruned = Set(decided.retention.pruned)
    guard !pruned.isEmpty else { return true }
    let time = timestamp()
    do {
      try store.transact { (state, transaction) throws(CommitFailure) in
        guard state.heads == decided.state.heads, state.base == decided.state.base,
          state.absences == decided.state.absences
        else { throw .moved }
        transaction.command = Array("prune \(policy.text)".utf8)
        transaction.record(
          absent: pruned, .pruned(policy: Array(policy.text.utf8)), at: time, on: state)
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

  /// Gives the space back, also what an interrupted run has left.
  private func drop(after decided: Decided) throws(RepositoryError) -> PruneResult {
    var result = decided.result
    // Where every commit is whole nothing was pruned, now or ever.
    guard try state().absences != nil else { return result }
    progress.report(.collecting, 0, nil, 0)
    do throws(StoreError) {
      let done = try store.collect(
        grace: Repository.grace, prunes: true, command: Array("prune".utf8),
        control: collectControl
      ) { state throws(StoreError) in try contentRootsIfPruned(state) }
      result.objectsDropped = done.dropped
      result.bytesBefore = done.bytesBefore
      result.bytesAfter = done.bytesAfter
      result.bytesFreed = done.bytesBefore - min(done.bytesBefore, done.bytesAfter)
    } catch { throw RepositoryError(error) }
    return result
  }
}
