import FsyncCore
import FsyncSystem

extension Store {
  /// The number of packs from which on a transaction folds them.
  static let packsLimit = 24

  /// Folds small packs into larger ones, so that a look-up asks few.
  /// - Returns: whether anything was folded.
  @discardableResult
  package func foldPacks() throws(StoreError) -> Bool {
    // A collection that is under way writes all of them anew; it must find them.
    guard let lock = try acquire(Layout.collecting, waiting: 0) else { return false }
    defer { _ = lock }
    let before = try refresh()
    let sizes = try packSizes(before)
    let apart = Set(
      before.position.state.packs.filter { $0.unreachableSince != nil }.map(\.name))
    // Cold packs are for a collection to fold: their frames make sense in them alone.
    let usual = before.packs.filter { !apart.contains($0.name) && !$0.isCold }
    let chosen = Geometry.packsToFold(usual.map { sizes[$0.name] ?? 0 }).sorted().map { usual[$0] }
    guard chosen.count > 1 else { return false }
    let sorter = Sorter(self, before.position.state.compression)
    for pack in chosen {
      let contents = PackContents(pack)
      for number in contents.ranges.indices {
        guard let frame = try contents.frame(number) else { throw .damaged(file: pack.path) }
        try sorter.sort(frame.bytes, frame.summary) { _ in .reached }
      }
    }
    try sorter.finish()
    guard let pack = sorter.packs.reached else { return false }
    try pack.finish()
    var writer = try preparedWriter()
    let state = writer.live.position.state
    let names = Set(chosen.map(\.name))
    // Another process may have folded or dropped them meanwhile.
    guard names.isSubset(of: Set(state.packs.map(\.name))) else { return false }
    var body = TransactionBody(
      serial: state.serial + 1, time: host.now(), bootID: host.bootID,
      command: Array("fold".utf8))
    body.packsDropped = chosen.map(\.name)
    body.packsAdded = [PackReference(name: pack.name)]
    do throws(StoreError) { try writer.append([], body) } catch {
      if writer.isUncertain { pack.adopt() }
      throw error
    }
    pack.adopt()
    try writer.publish()
    removePacks(names)
    return true
  }
}
