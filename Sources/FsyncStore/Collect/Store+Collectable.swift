package import FsyncCore

extension Store {
  /// Counts what a collection would drop now, and changes nothing.
  ///
  /// The bytes after are those without what would be dropped; how much smaller the rest would
  /// become is not known before it is compressed.
  /// - Parameters: see `collect`.
  package func collectable(
    grace: Int64,
    roots: (ReplicaState) throws(StoreError) -> [ObjectID]
  ) throws(StoreError) -> Collected {
    let live = try refresh()
    let marking = Marking(self)
    try mark(live, marking, roots)
    let plan = CollectPlan(
      live, marking, now: host.now(), grace: grace, sizes: try packSizes(live),
      hot: live.position.end)
    var result = Collected()
    result.reached = marking.count
    result.dropped = plan.expired
    var dropped: Set<ObjectID> = []
    for entries in plan.rewritten.map(\.index.entries) + [live.journal.entries] {
      for entry in entries {
        if case .nowhere = marking.destination(of: entry.id, grace: grace) {
          dropped.insert(entry.id)
        }
      }
    }
    result.dropped += dropped.count
    result.bytesBefore = try totalSize(live)
    result.bytesAfter = result.bytesBefore - plan.expiredBytes
    result.packs = live.packs.count
    return result
  }
}
