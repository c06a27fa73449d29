import FsyncCore
import FsyncSystem
import Synchronization

/// A repository's objects and state: a journal and packs in a folder.
///
/// Any number of processes may read while one writes. A reader takes no lock: it follows the
/// journal as it grows, and the pointer when a new journal begins.
package final class Store: Sendable {
  /// The store's folder.
  package let folder: [UInt8]
  let host: StoreHost
  let cache: FrameCache
  let live: Mutex<Live>
  private let refreshing = Mutex(())
  let leftoversCleared = Mutex(false)

  /// The store as it was last read.
  struct Live: Sendable {
    var journal: Journal
    var position: JournalPosition
    var packs: [Pack]
    /// Names of live packs that could not be opened.
    var lost: [[UInt8]]
  }

  /// Bytes of decoded frames that a store keeps by itself.
  package static let cacheCapacity = 32 << 20

  /// Bytes of journal beyond which it is folded into a pack.
  let journalLimit: UInt64

  private init(
    folder: [UInt8], host: StoreHost, live: Live, journalLimit: UInt64, cache: FrameCache
  ) {
    self.folder = folder
    self.journalLimit = journalLimit
    self.host = host
    self.live = Mutex(live)
    self.cache = cache
  }

  /// Opens the store in a folder.
  /// - Parameter cache: where decoded frames are kept, which other stores may use as well; nil for
  ///   one of its own.
  package static func open(
    at folder: [UInt8], host: StoreHost = .live, journalLimit: UInt64 = 64 << 20,
    cache: FrameCache? = nil
  ) throws(StoreError) -> Store {
    Store(
      folder: folder, host: host, live: try load(folder, host, after: nil),
      journalLimit: journalLimit, cache: cache ?? FrameCache(capacity: Store.cacheCapacity))
  }

  /// Returns what the transactions add up to, those of other processes included.
  package func state() throws(StoreError) -> ReplicaState {
    try refresh().position.state
  }

  /// Reads what was added since, by whatever process.
  @discardableResult
  func refresh() throws(StoreError) -> Live {
    try refreshing.withLock { _ throws(StoreError) in
      let known = live.withLock { $0 }
      let new = try Store.load(folder, host, after: known)
      live.withLock { $0 = new }
      return new
    }
  }

  /// Replaces what is known, after an own transaction.
  func replace(_ new: Live) {
    live.withLock { $0 = new }
  }

  private static func load(
    _ folder: [UInt8], _ host: StoreHost, after known: Live?
  ) throws(StoreError) -> Live {
    var attempts = 0
    while true {
      let number = try pointer(folder)
      do throws(StoreError) {
        return try follow(number, folder, host, after: known)
      } catch {
        // Between the pointer and the file a new journal may have begun.
        attempts += 1
        guard case .system(let system, _) = error, system.isAbsent, attempts < 16,
          try pointer(folder) != number
        else { throw error }
      }
    }
  }

  private static func pointer(_ folder: [UInt8]) throws(StoreError) -> UInt64 {
    let path = Layout.path(folder, Layout.pointer)
    let bytes: [UInt8]
    do throws(SystemError) {
      let file = try File(path, .readNoFollow)
      bytes = try file.readAll(atMost: 4096)
    } catch {
      if error.isAbsent { throw .absent }
      throw .system(error, file: path)
    }
    return try Layout.number(inPointer: bytes)
  }

  private static func follow(
    _ number: UInt64, _ folder: [UInt8], _ host: StoreHost, after known: Live?
  ) throws(StoreError) -> Live {
    var live: Live
    if let known, known.journal.number == number {
      let size = try known.journal.size()
      if size == known.position.end { return known }
      if size > known.position.end {
        live = known
      } else {
        live = try opened(number, folder, host, packs: known.packs)
      }
    } else {
      live = try opened(number, folder, host, packs: known?.packs ?? [])
    }
    try advance(&live, folder, host)
    return live
  }

  private static func opened(
    _ number: UInt64, _ folder: [UInt8], _ host: StoreHost, packs: [Pack]
  ) throws(StoreError) -> Live {
    let (journal, position) = try Journal.open(number, in: folder, bootID: host.bootID)
    return Live(journal: journal, position: position, packs: packs, lost: [])
  }

  /// Reads the rest of the journal, and opens the packs that it names.
  private static func advance(
    _ live: inout Live, _ folder: [UInt8], _ host: StoreHost
  ) throws(StoreError) {
    let journal = live.journal
    var walk = JournalWalk(
      journal.file, path: journal.path, size: try journal.size(), nonce: journal.nonce,
      bootID: host.bootID, from: live.position)
    try walk.run { frames, _ in journal.add(frames) }
    live.position = walk.position
    // Without a first transaction there is no state to speak of.
    guard live.position.state.serial > 0 else { throw .damaged(file: journal.path) }
    try Store.open(packs: live.position.state.packs, of: &live, in: folder)
  }

  /// Opens the packs that a state names, and keeps those that are open.
  static func open(
    packs references: [PackReference], of live: inout Live, in folder: [UInt8]
  ) throws(StoreError) {
    if live.lost.isEmpty, references.count == live.packs.count,
      zip(references, live.packs).allSatisfy({ $0.name == $1.name })
    {
      return
    }
    var packs: [Pack] = []
    var lost: [[UInt8]] = []
    for reference in references {
      if let open = live.packs.first(where: { $0.name == reference.name }) {
        packs.append(open)
        continue
      }
      do throws(StoreError) {
        packs.append(try Pack.open(reference.name, in: folder))
      } catch {
        // A pack that is gone or ruined must not keep the rest from being read; unless this
        // reader is late, and a newer journal does not name it any more.
        switch error {
        case .system(let system, _) where system.isAbsent:
          if try pointer(folder) != live.journal.number { throw error }
          lost.append(reference.name)
        case .damaged, .version: lost.append(reference.name)
        default: throw error
        }
      }
    }
    live.packs = packs
    live.lost = lost
  }
}

extension Journal {
  /// The file's size now.
  func size() throws(StoreError) -> UInt64 {
    try naming(path) { () throws(SystemError) in try file.file.stat().size }
  }

  /// Opens a journal, with the position from which it must be read.
  static func open(
    _ number: UInt64, in folder: [UInt8], bootID: [UInt8]
  ) throws(StoreError) -> (Journal, JournalPosition) {
    let path = Layout.path(folder, Layout.journal(number))
    let file = SharedFile(
      try naming(path) { () throws(SystemError) in try File(path, .readNoFollow) })
    let header = try FileHeader(.journal, of: file.file, path: path)
    guard header.number == number else { throw .damaged(file: path) }
    let size = try naming(path) { () throws(SystemError) in try file.file.stat().size }
    if let side = SideIndex.read(in: folder, journal: header, size: size, bootID: bootID) {
      return (Journal(file, header: header, path: path, index: side.index), side.position)
    }
    return (Journal(file, header: header, path: path, index: nil), start(header))
  }
}
