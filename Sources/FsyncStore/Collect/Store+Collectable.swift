package import FsyncCore

extension Store {
  /// Counts what nothing reaches, and changes nothing: a collection would drop it once its grace
  /// period is over.
  /// - Parameter roots: see `collect`.
  package func collectable(
    roots: (ReplicaState) throws(StoreError) -> [ObjectID]
  ) throws(StoreError) -> Collected {
    let live = try refresh()
    var marking = Marking(self)
    try mark(live, &marking, roots)
    var unreached: Set<ObjectID> = []
    for entries in live.packs.map(\.index.entries) + [live.journal.entries] {
      for entry in entries where !marking.contains(entry.id) { unreached.insert(entry.id) }
    }
    var result = Collected()
    result.reached = marking.count
    result.dropped = unreached.count
    result.bytesBefore = try totalSize(live)
    result.bytesAfter = result.bytesBefore
    result.packs = live.packs.count
    return result
  }
}
