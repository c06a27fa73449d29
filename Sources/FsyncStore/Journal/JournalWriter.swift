import FsyncCore
import FsyncSystem

/// Appends transactions to a journal; exists only while the writer lock is held.
struct JournalWriter: ~Copyable {
  let store: Store
  private let file: File
  private(set) var live: Store.Live
  private let lock: LockFile
  /// Whether an append that failed may have left its transaction visible.
  private(set) var isUncertain = false
  /// Whether a fold may leave damaged frames behind, since nothing needs them any more.
  var leavesDamage = false
  /// Whether a fold begins a new log of operations, since the old one cannot be read.
  var leavesLog = false

  /// Takes the writer lock, reads what was added since, cuts a torn tail off, and makes durable
  /// what another writer may have left undone: nothing is appended to what is not durable.
  init(_ store: Store) throws(StoreError) {
    let folder = store.folder
    let path = Layout.path(folder, Layout.writer)
    let lock = try store.acquire(Layout.writer, waiting: nil)
    guard let lock else { throw .busy(file: path) }
    let live = try store.refresh()
    let journal = live.journal
    let file = try naming(journal.path) { () throws(SystemError) in
      try File(journal.path, .readWrite)
    }
    self.store = store
    self.lock = lock
    self.live = live
    self.file = file
  }

  /// Prepares to append; nothing may be appended before.
  /// - Returns: false where this journal may not be appended to any more.
  mutating func prepare() throws(StoreError) -> Bool {
    let (journal, end) = (live.journal, live.position.end)
    let note = WriterNote.read(
      in: store.folder, journal: journal.name, bootID: store.host.bootID)
    if let note, note.hasFailed { return false }
    let size = try journal.size()
    if let note, note.end == end, size == end { return true }
    if size > end {
      try naming(journal.path) { () throws(SystemError) in try file.truncate(to: end) }
    }
    try sync()
    return true
  }

  private borrowing func note(end: UInt64, hasFailed: Bool) {
    // Without its note the next writer only works more.
    try? WriterNote(
      journal: live.journal.name, end: end, hasFailed: hasFailed, bootID: store.host.bootID
    ).write(in: store.folder)
  }

  private borrowing func sync() throws(StoreError) {
    do throws(SystemError) { try file.syncData() } catch {
      note(end: 0, hasFailed: true)
      throw .system(error, file: live.journal.path)
    }
    note(end: live.position.end, hasFailed: false)
  }

  /// Appends frames and a transaction: one write, one fdatasync.
  ///
  /// After an error the journal is as it was.
  /// - Parameter durably: false leaves the fdatasync to the next writer, who finds the note of this
  ///   one's end missing.
  mutating func append(
    _ frames: [EncodedFrame], _ body: TransactionBody, durably: Bool = true
  ) throws(StoreError) {
    guard let encodedBody = body.encoded else { throw .tooLarge }
    let start = live.position.end
    let size = frames.reduce(0) { $0 + $1.bytes.count }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size + encodedBody.count + TransactionRecord.headLength)
    var chain = live.position.chain
    var added: [PlacedFrame] = []
    for frame in frames {
      chain = frame.bytes.withUnsafeBytes { TransactionRecord.link($0, chain: chain) }
      added.append(
        PlacedFrame(
          offset: start + UInt64(bytes.count), length: frame.bytes.count, objects: frame.objects,
          hasPrefix: frame.hasPrefix))
      bytes.append(contentsOf: frame.bytes)
    }
    let record = TransactionRecord.encode(
      encodedBody, isCheckpoint: false, gap: UInt64(size), chain: chain,
      nonce: live.journal.nonce)
    bytes.append(contentsOf: record.bytes)

    do throws(SystemError) { try file.write(bytes, at: start) } catch {
      // Without its end the record is invalid, whether this succeeds or not.
      try? file.truncate(to: start)
      throw .system(error, file: live.journal.path)
    }
    do throws(SystemError) { if durably { try file.syncData() } } catch {
      // Noted first: whatever the file holds now, nobody may build on it.
      note(end: 0, hasFailed: true)
      do throws(SystemError) { try file.truncate(to: start) } catch { isUncertain = true }
      throw .system(error, file: live.journal.path)
    }
    live.position.end = start + UInt64(bytes.count)
    live.position.chain = record.chain
    body.apply(to: &live.position.state)
    if durably { note(end: live.position.end, hasFailed: false) }
    live.journal.add(added)
  }

  /// Lets the store know what was appended, and others open the journal faster.
  mutating func publish() throws(StoreError) {
    try Store.open(packs: live.position.state.packs, of: &live, in: store.folder)
    if live.position.end - live.position.indexedEnd > SideIndex.worthwhile,
      live.position.damagedFrames.isEmpty
    {
      // What cannot be written now only costs the next one to open some time.
      try? SideIndex.write(live, in: store.folder, bootID: store.host.bootID)
      live.position.indexedEnd = live.position.end
    }
    store.replace(live)
  }
}
