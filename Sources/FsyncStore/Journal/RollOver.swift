import FsyncCore
import FsyncSystem

extension JournalWriter {
  /// Moves the journal's frames into a pack, its transactions into operation objects, and begins
  /// a new journal with a checkpoint.
  ///
  /// A reader that still follows the old one sees the same state; at the next look it finds the
  /// pointer moved.
  consuming func fold(command: [UInt8]) throws(StoreError) -> Store.Live {
    var state = live.position.state
    let sorter = Sorter(store, state.compression)
    let log = try sortJournal(
      from: nil, after: leavesLog ? nil : state.log, into: sorter
    ) { _ in .reached }
    try sorter.finish()
    state.log = log ?? (leavesLog ? nil : state.log)
    let packs = [sorter.packs.reached].compactMap(\.self)
    state.packs += packs.map { PackReference(name: $0.name) }
    return try begin(state, packs: packs, command: command)
  }

  /// Sorts the journal's frames, and adds its transactions as operation objects.
  ///
  /// Throws where a frame is damaged: what may still be saved of it lies nowhere else.
  /// - Parameters:
  ///   - start: where to begin; nil for the journal's start.
  ///   - previous: the operation object of what comes before.
  /// - Returns: the newest operation object; nil where there was nothing to tell.
  borrowing func sortJournal(
    from start: JournalPosition?, after previous: ObjectID?, into sorter: Sorter,
    _ decide: (FrameObject) -> Sorter.Destination
  ) throws(StoreError) -> ObjectID? {
    let journal = live.journal
    let found = try journal.contents(
      from: start, bootID: store.host.bootID, leavingDamage: leavesDamage)
    for frame in found.frames {
      let bytes = try naming(journal.path) { () throws(SystemError) in
        try journal.file.file.read(frame.length, at: frame.offset)
      }
      guard let summary = bytes.withUnsafeBytes({ try? Frame.Summary(decoding: $0) }) else {
        throw .damaged(file: journal.path)
      }
      try sorter.sort(bytes, summary, decide)
    }
    let operations = OperationObject.objects(of: found.bodies, after: previous)
    for object in operations { try sorter.add(object.id, .operation, object.bytes) }
    return operations.last?.id
  }

  /// Begins a new journal with the checkpoint of a state, and lets go of the old one.
  /// - Parameter packs: new packs that the state names.
  consuming func begin(
    _ state: ReplicaState, packs: [PackWriter], command: [UInt8]
  ) throws(StoreError) -> Store.Live {
    for pack in packs { try pack.finish() }
    let folder = store.folder
    let old = live.journal.number
    let directory = try naming(folder) { () throws(SystemError) in try Directory(folder) }
    // Once the pointer may have moved, the packs stay, whatever happens next.
    try Store.begin(
      journal: old + 1, state, command: command, in: directory, folder, store.host
    ) { for pack in packs { pack.adopt() } }
    // Only now that nothing names them durably: what is left is cleared by the next writer.
    for name in [Layout.journal(old), Layout.journal(old) + Layout.indexSuffix] {
      try? directory.unlink(name)
    }
    return try store.refresh()
  }
}

/// What a journal holds from one position to another.
struct JournalContents {
  /// Frames, in order.
  var frames: [PlacedFrame] = []
  /// The bodies of the transactions, in order.
  var bodies: [[UInt8]] = []
  /// The position at the end.
  var end: JournalPosition
}

extension Journal {
  /// Reads what is in the journal; throws where a frame is damaged, unless that may be left behind.
  func contents(
    from start: JournalPosition?, bootID: [UInt8], leavingDamage: Bool = false
  ) throws(StoreError) -> JournalContents {
    var (frames, bodies): ([PlacedFrame], [[UInt8]]) = ([], [])
    var isCheckpoint = start == nil
    let end = try walk(from: start, bootID: bootID) { more, body in
      frames += more
      // The checkpoint of a later journal repeats what is known.
      if !isCheckpoint || body.serial == 1, let encoded = body.encoded { bodies.append(encoded) }
      isCheckpoint = false
    }
    guard end.damagedFrames.isEmpty || leavingDamage else { throw .damaged(file: path) }
    return JournalContents(frames: frames, bodies: bodies, end: end)
  }

  /// Walks over all transactions again, or over those after a position.
  /// - Parameter visit: told each transaction's intact frames, with its body.
  /// - Returns: the position at the end.
  @discardableResult
  func walk(
    from start: JournalPosition? = nil, bootID: [UInt8],
    _ visit: ([PlacedFrame], TransactionBody) -> Void
  ) throws(StoreError) -> JournalPosition {
    let position: JournalPosition
    if let start {
      position = start
    } else {
      position = Journal.start(try FileHeader(.journal, of: file.file, path: path))
    }
    var walk = JournalWalk(
      file, path: path, size: try size(), nonce: nonce, bootID: bootID, from: position)
    try walk.run(visit)
    return walk.position
  }
}
