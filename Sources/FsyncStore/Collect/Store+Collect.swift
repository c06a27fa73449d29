package import FsyncCore
import FsyncSystem
import Synchronization

/// What a collection did.
package struct Collected: Hashable, Sendable {
  /// Objects that something reaches.
  package var reached = 0
  /// Objects that were dropped.
  package var dropped = 0
  /// Bytes of packs and journal before.
  package var bytesBefore: UInt64 = 0
  /// Bytes of packs and journal after.
  package var bytesAfter: UInt64 = 0
  /// Packs after.
  package var packs = 0
}

extension Store {
  /// Folds the journal and small packs, and drops what nothing has reached for a grace period.
  ///
  /// What is found unreached goes into a pack of its own, with the time; it is dropped when that
  /// is longer ago than the grace period and still nothing reaches it. Content that only pruned
  /// commits need is dropped at once. Files go after the transaction that drops them is durable. Throws, and drops nothing, where a reached object
  /// that names others is missing or damaged.
  /// - Parameters:
  ///   - grace: the grace period in seconds; 0 drops at once.
  ///   - prunes: whether every pack is written again that holds content of pruned commits only,
  ///     and not only those where much can be dropped.
  ///   - roots: what a state needs besides what it names itself: views and what they read, undo
  ///     targets, commits that are kept whole although they were pruned. Called again under the writer lock where the state has moved on.
  package func collect(
    grace: Int64, prunes: Bool = false, command: [UInt8] = Array("gc".utf8),
    roots: (ReplicaState) throws(StoreError) -> [ObjectID]
  ) throws(StoreError) -> Collected {
    for _ in 0..<4 {
      if let result = try collectOnce(grace, prunes, command, roots) { return result }
    }
    throw .busy(file: Layout.path(folder, Layout.packs))
  }

  private func collectOnce(
    _ grace: Int64, _ prunes: Bool, _ command: [UInt8],
    _ roots: (ReplicaState) throws(StoreError) -> [ObjectID]
  ) throws(StoreError) -> Collected? {
    let before = try refresh()
    var marking = Marking(self)
    try mark(before, &marking, roots)
    let plan = CollectPlan(
      before, marking, now: host.now(), grace: grace, prunes: prunes,
      sizes: try packSizes(before))
    let sorter = Sorter(self, before.position.state.compression)
    for pack in plan.rewritten {
      try sort(pack, into: sorter) { marking.destination(of: $0.id, grace: grace) }
    }
    for pack in plan.setApart { try rescue(from: pack, before, marking, into: sorter) }

    let writer = try preparedWriter()
    let state = writer.live.position.state
    if state.serial != before.position.state.serial {
      // The roots may have moved: to what was dropped, or into packs that another has rewritten.
      guard plan.replaced.isSubset(of: Set(state.packs.map(\.name))) else { return nil }
      try mark(writer.live, &marking, roots)
      guard sorter.dropped.allSatisfy({ !marking.contains($0) }) else { return nil }
    }
    let log = try writer.sortJournal(into: sorter) {
      marking.destination(of: $0.id, grace: grace)
    }
    try sorter.finish()
    var result = Collected()
    result.reached = marking.count
    result.dropped = sorter.dropped.count + plan.expired
    result.bytesBefore = try totalSize(writer.live)
    let new = state.after(plan, sorter, log: log, now: host.now())
    let packs = [sorter.packs.reached, sorter.packs.unreached].compactMap(\.self)
    let after = try writer.begin(new, packs: packs, command: command)
    removePacks(plan.replaced)
    result.bytesAfter = try totalSize(after)
    result.packs = after.packs.count
    return result
  }

  /// Marks what a state reaches, and what the frames of all packs are compressed against.
  /// - Parameter commits: commits that are taken for pruned besides those that are.
  func mark(
    _ live: Live, _ marking: inout Marking, pruning commits: Set<ObjectID> = [],
    _ roots: (ReplicaState) throws(StoreError) -> [ObjectID]
  ) throws(StoreError) {
    let state = live.position.state
    let more = try roots(state)
    let pruned = try absences(of: state).pruned.union(commits).subtracting(
      References.wholeCommits(of: state) + more)
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

  private func sort(
    _ pack: Pack, into sorter: Sorter, _ decide: (FrameObject) -> Sorter.Destination
  ) throws(StoreError) {
    let contents = PackContents(pack)
    for number in contents.ranges.indices {
      guard let frame = try contents.frame(number) else { throw .damaged(file: pack.path) }
      try sorter.sort(frame.bytes, frame.summary, decide)
    }
  }

  /// Takes objects that are reached again out of a pack of unreached ones.
  private func rescue(
    from pack: Pack, _ live: Live, _ marking: borrowing Marking, into sorter: Sorter
  ) throws(StoreError) {
    let apart = Set(
      live.position.state.packs.filter { $0.unreachableSince != nil }.map(\.name))
    let others = live.packs.filter { !apart.contains($0.name) }
    var wanted: [ObjectID] = []
    for entry in pack.index.entries where marking.contains(entry.id) {
      let isHeld =
        live.journal.find(entry.id).map { !$0.slot.hasPrefix } ?? false
        || others.contains { $0.find(entry.id).map { !$0.slot.hasPrefix } ?? false }
      if !isHeld { wanted.append(entry.id) }
    }
    for id in wanted {
      guard let place = pack.place(of: id) else { continue }
      do throws(ObjectError) {
        let object = try object(id, at: place)
        try rescued(id, object, sorter)
      } catch { throw .object(error) }
    }
  }

  private func rescued(
    _ id: ObjectID, _ object: StoredObject, _ sorter: Sorter
  ) throws(ObjectError) {
    do throws(StoreError) { try sorter.add(id, object.kind, object.bytes) } catch {
      if case .system(let system, _) = error { throw .system(system.code) }
      throw .damaged(id)
    }
  }

  func packSizes(_ live: Live) throws(StoreError) -> [[UInt8]: UInt64] {
    var sizes: [[UInt8]: UInt64] = [:]
    for pack in live.packs {
      sizes[pack.name] = try naming(pack.path) { () throws(SystemError) in
        try pack.file.file.stat().size
      }
    }
    return sizes
  }

  func totalSize(_ live: Live) throws(StoreError) -> UInt64 {
    try packSizes(live).values.reduce(try live.journal.size(), +)
  }

  /// Removes the files of packs that no transaction names any more; what cannot be removed is
  /// a leftover.
  func removePacks(_ names: Set<[UInt8]>) {
    guard let packs = try? Directory(Layout.path(folder, Layout.packs)) else { return }
    for name in names { try? packs.unlink(Layout.pack(name)) }
  }
}

extension ReplicaState {
  /// The state after a collection.
  fileprivate func after(
    _ plan: CollectPlan, _ sorter: Sorter, log: ObjectID?, now: Timestamp
  ) -> ReplicaState {
    var state = self
    state.log = log ?? state.log
    state.packs.removeAll { plan.replaced.contains($0.name) }
    if let pack = sorter.packs.reached { state.packs.append(PackReference(name: pack.name)) }
    if let pack = sorter.packs.unreached {
      state.packs.append(PackReference(name: pack.name, unreachableSince: now))
    }
    if !sorter.dropped.isEmpty || plan.expired > 0 { state.drops += 1 }
    return state
  }
}

/// What a collection does with each pack.
private struct CollectPlan {
  /// Packs whose objects are sorted into new ones.
  var rewritten: [Pack] = []
  /// Packs of unreached objects, of which those that are reached again are taken out.
  var setApart: [Pack] = []
  /// Names of packs that the new state does not have.
  var replaced: Set<[UInt8]> = []
  /// Unreached objects in packs whose time is up.
  var expired = 0

  init(
    _ live: Store.Live, _ marking: borrowing Marking, now: Timestamp, grace: Int64,
    prunes: Bool, sizes: [[UInt8]: UInt64]
  ) {
    var usual: [Pack] = []
    for pack in live.packs {
      let reference = live.position.state.packs.first { $0.name == pack.name }
      guard let since = reference?.unreachableSince else {
        usual.append(pack)
        continue
      }
      setApart.append(pack)
      // A clock that was set back makes nothing expire.
      if grace == 0 || now.seconds - since.seconds > grace {
        replaced.insert(pack.name)
        expired += pack.index.entries.count { !marking.contains($0.id) }
      }
    }
    let folded = Set(Geometry.packsToFold(usual.map { sizes[$0.name] ?? 0 }))
    for (place, pack) in usual.enumerated() {
      let dead = pack.index.entries.count { !marking.contains($0.id) }
      // Little is not worth writing a large pack again for.
      var isWorth = dead > 0 && (grace == 0 || dead * 20 >= pack.index.layout.objects)
      if prunes, !isWorth { isWorth = pack.index.entries.contains { marking.isPruned($0.id) } }
      if isWorth || folded.contains(place) || !pack.isIndexIntact { rewritten.append(pack) }
    }
    replaced.formUnion(rewritten.map(\.name))
  }
}
