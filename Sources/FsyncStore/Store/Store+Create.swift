import FsyncSystem

extension Store {
  /// Makes a store in a folder, which is created if it is not there, and opens it.
  package static func create(
    at folder: [UInt8], _ options: StoreOptions = StoreOptions(), host: StoreHost = .live
  ) throws(StoreError) -> Store {
    try naming(folder) { () throws(SystemError) in try makeFolders(folder) }
    // Whoever comes second waits, and finds the pointer.
    let lock = try naming(folder) { () throws(SystemError) in
      try LockFile.acquire(Layout.path(folder, Layout.writer))
    }
    let directory = try naming(folder) { () throws(SystemError) in try Directory(folder) }
    let pointer = try naming(folder) { () throws(SystemError) in
      try AtomicFile.read(Layout.pointer, in: directory, atMost: 4096)
    }
    if pointer != nil { throw .present }
    var state = ReplicaState()
    state.repositoryID = options.repositoryID
    state.isBare = options.isBare
    state.compression = options.compression
    try begin(journal: 1, state, command: Array("init".utf8), in: directory, folder, host)
    try naming(folder) { () throws(SystemError) in
      try Directory(Layout.path(folder, Array("..".utf8))).sync()
    }
    _ = consume lock
    return try open(at: folder, host: host)
  }

  private static func makeFolders(_ folder: [UInt8]) throws(SystemError) {
    let slash = folder.lastIndex(of: 0x2f)
    let parent = try Directory(
      slash.map { $0 == 0 ? [0x2f] : Array(folder[..<$0]) } ?? Array(".".utf8))
    try make(slash.map { Array(folder[($0 + 1)...]) } ?? folder, in: parent)
    let directory = try Directory(folder)
    for name in [Layout.packs, Layout.quarantine, Layout.locks] { try make(name, in: directory) }
  }

  private static func make(_ name: [UInt8], in parent: borrowing Directory) throws(SystemError) {
    do throws(SystemError) {
      try parent.makeDirectory(name, mode: 0o755)
    } catch {
      if !error.isPresent { throw error }
    }
  }

  /// Begins a journal with a checkpoint: durable before the pointer names it, and after.
  ///
  /// The writer lock must be held.
  static func begin(
    journal number: UInt64, _ state: ReplicaState, command: [UInt8],
    in directory: borrowing Directory, _ folder: [UInt8], _ host: StoreHost,
    beforeNaming: () -> Void = {}
  ) throws(StoreError) {
    let name = Layout.journal(number)
    let path = Layout.path(folder, name)
    let header = FileHeader(.journal, name: host.random(16), number: number)
    let body = TransactionBody(
      checkpoint: state, at: host.now(), bootID: host.bootID, command: command)
    guard let encoded = body.encoded else { throw .tooLarge }
    let record = TransactionRecord.encode(
      encoded, isCheckpoint: true, gap: 0, chain: Journal.start(header).chain,
      nonce: Journal.nonce(header.name))
    do throws(SystemError) {
      do throws(SystemError) {
        try directory.unlink(name)
      } catch { if !error.isAbsent { throw error } }
      let file = try directory.file(name, .create(mode: 0o644))
      try file.write(header.encoded + record.bytes, at: 0)
      try file.syncData()
      try directory.sync()
      beforeNaming()
      try AtomicFile.write(Layout.pointer(to: number), to: Layout.pointer, in: directory)
    } catch { throw .system(error, file: path) }
  }
}
