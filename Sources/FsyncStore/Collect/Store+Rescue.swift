import FsyncCore
import FsyncSystem

extension Store {
  /// Takes objects that are reached again out of a pack of unreached ones.
  func rescue(
    from pack: Pack, _ live: Live, _ marking: Marking, into sorter: Sorter
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
