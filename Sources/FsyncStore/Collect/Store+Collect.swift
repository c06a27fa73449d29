package import FsyncCore
import FsyncSystem
import Synchronization

/// What a collection did.
package struct Collected: Hashable, Sendable {
  /// Objects that something reaches.
  package var reached = 0
  /// Objects that were dropped.
  package var dropped = 0
  /// Objects that were written anew.
  package var rewritten = 0
  /// Bytes of packs and journal before.
  package var bytesBefore: UInt64 = 0
  /// Bytes of packs and journal after.
  package var bytesAfter: UInt64 = 0
  /// Packs after.
  package var packs = 0
}

extension Store {
  /// Writes what is reached into cold packs, and drops what nothing has reached for a grace
  /// period.
  ///
  /// What lies in the journal and in packs that are not cold is written anew, ordered so that it
  /// compresses best; cold packs only where they have become many, or hold much that nothing
  /// reaches. All of that runs beside readers and writers; the writer lock is held for the
  /// transaction in the end, which takes over what came in between. What is found unreached goes
  /// into a pack of its own, with the time; it is dropped when that is longer ago than the grace
  /// period and still nothing reaches it. Content that only pruned commits need is dropped at
  /// once. Files go after the transaction that drops them is
  /// durable. Throws, and changes nothing, where a reached object that names others is missing,
  /// where anything that would be written anew is damaged, or where it was asked to stop.
  /// - Parameters:
  ///   - grace: the grace period in seconds; 0 drops at once.
  ///   - prunes: whether every pack is written again that holds content of pruned commits only,
  ///     and not only those where much can be dropped.
  ///   - roots: what a state needs besides what it names itself: views and what they read, undo
  ///     targets, commits that are kept whole although they were pruned. Called again under the writer lock where the state has moved on.
  package func collect(
    grace: Int64, prunes: Bool = false, command: [UInt8] = Array("gc".utf8),
    control: CollectControl = CollectControl(),
    roots: (ReplicaState) throws(StoreError) -> [ObjectID]
  ) throws(StoreError) -> Collected {
    // One at a time: two would write the same objects twice.
    let lock = try acquire(Layout.collecting, waiting: control.isQuick ? 0 : nil)
    guard let lock else { throw .busy(file: Layout.path(folder, Layout.collecting)) }
    defer { _ = lock }
    for _ in 0..<4 {
      if let result = try collectOnce(grace, prunes, command, control, roots) { return result }
    }
    throw .busy(file: Layout.path(folder, Layout.packs))
  }

  private func collectOnce(
    _ grace: Int64, _ prunes: Bool, _ command: [UInt8], _ control: CollectControl,
    _ roots: (ReplicaState) throws(StoreError) -> [ObjectID]
  ) throws(StoreError) -> Collected? {
    let journal = try refresh().journal
    let contents = try journal.contents(from: nil, bootID: host.bootID)
    let before = try refresh()
    guard before.journal.number == journal.number else { return nil }
    let marking = Marking(self, control)
    try mark(before, marking, roots)
    let sizes = try packSizes(before)
    let source = ColdSource(journal, contents)
    let plan = CollectPlan(
      before, marking, now: host.now(), grace: grace, prunes: prunes, sizes: sizes,
      hot: source == nil ? 0 : contents.end.end)
    var result = Collected()
    result.reached = marking.count
    result.bytesBefore = try totalSize(before)
    let sorter = Sorter(self, before.position.state.compression)
    for pack in plan.setApart { try rescue(from: pack, before, marking, into: sorter) }
    let sources = plan.rewritten.map { ColdSource($0) } + (source.map { [$0] } ?? [])
    if sources.isEmpty, plan.expired == 0, plan.replaced.isEmpty, sorter.packs.reached == nil {
      result.bytesAfter = result.bytesBefore
      result.packs = before.packs.count
      return result
    }
    let order = try ColdOrder(sources, marking, keeping: plan.kept)
    marking.notes.forgetPlaces()
    result.rewritten = order.count
    let operations = OperationObject.objects(
      of: source == nil ? [] : contents.bodies, after: before.position.state.log)
    let cold = try write(order, marking, operations, plan, before, control)
    try setApart(order, marking, into: sorter, grace)
    return try finish(
      Prepared(
        before: before, contents: contents, isJournalDone: source != nil, marking: marking,
        plan: plan, sorter: sorter, cold: cold, log: operations.last?.id, grace: grace),
      result, command, roots)
  }

  /// Writes the cold pack; nil where there is nothing to be in it.
  private func write(
    _ order: ColdOrder, _ marking: Marking, _ operations: [(id: ObjectID, bytes: [UInt8])],
    _ plan: CollectPlan, _ before: Live, _ control: CollectControl
  ) throws(StoreError) -> PackWriter? {
    guard order.count > 0 || !operations.isEmpty else { return nil }
    let compression = before.position.state.compression
    let pack = try PackWriter(in: folder, name: host.random(16))
    let writer = ColdWriter(
      self, pack, order, marking, compression,
      ColdEffort(compression.codec, length: plan.length, isQuick: control.isQuick), control)
    try writer.run(operations)
    return pack
  }

  /// Sets apart, or drops, the objects that nothing reaches.
  private func setApart(
    _ order: ColdOrder, _ marking: Marking, into sorter: Sorter, _ grace: Int64
  ) throws(StoreError) {
    for item in order.unreached {
      let (id, place) = try order.entry(item)
      if case .nowhere = marking.destination(of: id, grace: grace) {
        sorter.drop(id)
        continue
      }
      let object: StoredObject
      do throws(ObjectError) { object = try self.object(id, at: place) } catch {
        throw .object(error)
      }
      try sorter.setApart(id, object.kind, object.bytes)
    }
  }

  /// A collection before its transaction.
  private struct Prepared {
    let before: Live
    let contents: JournalContents
    /// Whether what the journal held is in the cold pack.
    let isJournalDone: Bool
    let marking: Marking
    let plan: CollectPlan
    let sorter: Sorter
    let cold: PackWriter?
    let log: ObjectID?
    let grace: Int64
  }

  /// Takes over what came meanwhile, and makes the transaction; nil where the work was in vain.
  private func finish(
    _ prepared: Prepared, _ collected: Collected, _ command: [UInt8],
    _ roots: (ReplicaState) throws(StoreError) -> [ObjectID]
  ) throws(StoreError) -> Collected? {
    let (plan, sorter, marking) = (prepared.plan, prepared.sorter, prepared.marking)
    let before = prepared.before.position.state
    // Durable before the lock is taken: nobody waits for it.
    try prepared.cold?.finish()
    let writer = try preparedWriter()
    let live = writer.live
    let state = live.position.state
    if state.serial != before.serial {
      // The roots may have moved: to what was dropped, or into packs that another has folded.
      guard plan.replaced.isSubset(of: Set(state.packs.map(\.name))) else { return nil }
      try mark(live, marking, roots)
      guard sorter.dropped.allSatisfy({ !marking.contains($0) }) else { return nil }
    }
    let isSame = prepared.isJournalDone && live.journal.number == prepared.before.journal.number
    let log = try writer.sortJournal(
      from: isSame ? prepared.contents.end : nil, after: isSame ? prepared.log : state.log,
      into: sorter
    ) { marking.destination(of: $0.id, grace: prepared.grace) }
    try sorter.finish()
    var result = collected
    result.dropped = sorter.dropped.count + plan.expired
    result.bytesBefore = try totalSize(live)
    let packs = [prepared.cold, sorter.packs.reached, sorter.packs.unreached].compactMap(\.self)
    var new = state
    new.log = log ?? (isSame ? prepared.log : nil) ?? state.log
    new.packs.removeAll { plan.replaced.contains($0.name) }
    for pack in packs {
      new.packs.append(
        PackReference(
          name: pack.name,
          unreachableSince: pack === sorter.packs.unreached ? host.now() : nil))
    }
    if !sorter.dropped.isEmpty || plan.expired > 0 { new.drops += 1 }
    let after = try writer.begin(new, packs: packs, command: command)
    removePacks(plan.replaced)
    result.bytesAfter = try totalSize(after)
    result.packs = after.packs.count
    return result
  }

  /// Marks what a state reaches, and what the frames of all packs are compressed against.
  /// - Parameter commits: commits that are taken for pruned besides those that are.
  func mark(
    _ live: Live, _ marking: Marking, pruning commits: Set<ObjectID> = [],
    _ roots: (ReplicaState) throws(StoreError) -> [ObjectID]
  ) throws(StoreError) {
    let state = live.position.state
    let more = try roots(state)
    let pruned = try absences(of: state).pruned.union(commits).subtracting(
      References.wholeCommits(of: state) + more)
    marking.reserve(live.packs.reduce(live.journal.entries.count) { $0 + $1.index.layout.rows })
    try marking.follow(
      References.roots(of: state) + more.map { Reference($0, nil, isNeeded: false) },
      pruned: pruned)
    for source in live.packs.map(\.prefixed) + [live.journal.prefixed] {
      for place in source {
        let bytes: [UInt8]?
        do throws(ObjectError) { bytes = try place.frameBytes() } catch { throw .object(error) }
        let summary = bytes?.withUnsafeBytes { try? Frame.Summary(decoding: $0) }
        for id in summary?.prefix ?? [] { marking.note(id) }
      }
    }
  }

}
