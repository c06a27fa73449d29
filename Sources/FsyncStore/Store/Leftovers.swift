import FsyncCore
import FsyncSystem

extension Store {
  /// Removes what killed processes left; the writer lock must be held.
  ///
  /// That is packs that no transaction names and nobody writes, and journals that the pointer
  /// does not name.
  func clearLeftovers(_ live: Live) throws(StoreError) {
    let path = Layout.path(folder, Layout.packing)
    // Whoever makes a pack holds this lock until the file is locked itself.
    let packing = try naming(path) { () throws(SystemError) in try LockFile.acquire(path) }
    let named = Set(live.position.state.packs.map { Layout.pack($0.name) })
    do throws(SystemError) {
      let packs = Layout.path(folder, Layout.packs)
      let directory = try Directory(packs)
      for file in try directory.names() where !named.contains(file) && Store.isPack(file) {
        // The owner of a pack that waits for its transaction holds it locked.
        if let lock = try LockFile.acquire(Layout.path(packs, file), waiting: 0) {
          try directory.unlink(file)
          _ = consume lock
        }
      }
      let root = try Directory(folder)
      for file in try root.names() {
        let name =
          file.ends(in: Layout.indexSuffix) ? file.dropLast(Layout.indexSuffix.count) : file[...]
        if let number = Layout.number(ofJournal: Array(name)), number != live.journal.number {
          try root.unlink(file)
        }
      }
    } catch { throw .system(error, file: folder) }
    _ = consume packing
  }

  private static func isPack(_ file: [UInt8]) -> Bool {
    Layout.name(of: file, suffix: Layout.packSuffix) != nil
      || Layout.name(of: file, suffix: Layout.temporarySuffix) != nil
  }

  /// Makes everything that the state tells durable, before it is told to another machine.
  package func makeDurable() throws(StoreError) {
    let live = try refresh()
    let note = WriterNote.read(in: folder, journal: live.journal.name, bootID: host.bootID)
    if let note, !note.hasFailed, note.end >= live.position.end { return }
    try naming(live.journal.path) { () throws(SystemError) in
      try live.journal.file.file.syncData()
    }
  }
}

extension [UInt8] {
  fileprivate func ends(in suffix: [UInt8]) -> Bool {
    count >= suffix.count && self.suffix(suffix.count).elementsEqual(suffix)
  }
}
