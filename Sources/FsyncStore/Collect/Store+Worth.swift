extension Store {
  /// How many packs that are not cold make a collection worth it: a large commit makes one, and
  /// so does each 64 MiB of small ones.
  static let hotPacksLimit = 16

  /// Says whether so much has come since the last collection that one is worth it.
  ///
  /// Counts packs and asks for sizes, no more. What is hot must be as much as a quarter of what
  /// is cold, or a large store would be written again for little.
  package func isWorthCollecting() throws(StoreError) -> Bool {
    let live = try refresh()
    let apart = Set(live.position.state.packs.filter { $0.unreachableSince != nil }.map(\.name))
    let hot = live.packs.filter { !$0.isCold && !apart.contains($0.name) }
    guard hot.count >= Store.hotPacksLimit else { return false }
    let sizes = try packSizes(live)
    let hotSize = hot.reduce(0) { $0 + (sizes[$1.name] ?? 0) }
    let coldSize = live.packs.filter(\.isCold).reduce(0) { $0 + (sizes[$1.name] ?? 0) }
    return hotSize * 4 >= coldSize
  }

  /// Bytes of packs and journal.
  package func size() throws(StoreError) -> UInt64 { try totalSize(try refresh()) }
}
