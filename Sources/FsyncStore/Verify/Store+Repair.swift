import FsyncCore
import FsyncSystem

extension Store {
  /// Lets go of what is damaged, where everything that is needed is readable elsewhere: packs are
  /// written anew without damaged frames, and a journal with one is folded.
  ///
  /// A log of operations that cannot be read is begun anew, for no other replica has it. Not before
  /// what was fetched is durable: until then the damaged bytes may be all there is.
  package func dropDamage() throws(StoreError) {
    _ = try repairPacks()
    let live = try refresh()
    // A side index makes opening pass over the journal's older part; this does not.
    let position = try live.journal.walk(bootID: host.bootID) { _, _ in }
    let isLogWhole = isLogWhole(live.position.state)
    guard !position.damagedFrames.isEmpty || !isLogWhole else { return }
    var writer = try preparedWriter()
    writer.leavesDamage = true
    writer.leavesLog = !isLogWhole
    _ = try writer.fold(command: Array("repair".utf8))
  }

  /// Says whether every operation of the log can be read.
  private func isLogWhole(_ state: ReplicaState) -> Bool {
    var next = state.log
    while let id = next {
      guard let object = try? object(id), object.id == id, object.kind == .operation,
        let operation = try? OperationObject(decoding: object.bytes)
      else { return false }
      next = operation.previous
    }
    return true
  }

  /// Writes each pack anew whose index is damaged or whose frames are: with what is intact.
  ///
  /// Damaged frames are left out; their objects are then missing, and can be stored again.
  /// - Returns: the number of packs that were written.
  package func repairPacks() throws(StoreError) -> Int {
    var writer = try preparedWriter()
    let live = writer.live
    var body = TransactionBody(
      serial: live.position.state.serial + 1, time: host.now(), bootID: host.bootID,
      command: Array("repair".utf8))
    var packs: [PackWriter] = []
    for pack in live.packs {
      guard try needsRepair(pack) else { continue }
      let reference = live.position.state.packs.first { $0.name == pack.name }
      body.packsDropped.append(pack.name)
      let new = try PackWriter(in: folder, name: host.random(16))
      try copyIntactFrames(of: pack, to: new)
      guard !new.isEmpty else { continue }
      try new.finish()
      packs.append(new)
      body.packsAdded.append(
        PackReference(name: new.name, unreachableSince: reference?.unreachableSince))
    }
    // A pack that is gone altogether is no longer named either.
    body.packsDropped += live.lost
    guard !body.packsDropped.isEmpty else { return 0 }
    body.drops = live.position.state.drops + 1
    do throws(StoreError) { try writer.append([], body) } catch {
      if writer.isUncertain { for pack in packs { pack.adopt() } }
      throw error
    }
    for pack in packs { pack.adopt() }
    try writer.publish()
    removePacks(Set(body.packsDropped))
    return body.packsDropped.count
  }

  private func needsRepair(_ pack: Pack) throws(StoreError) -> Bool {
    if !pack.isIndexIntact { return true }
    if !pack.index.isIntact { return true }
    for number in 0..<pack.index.layout.frames {
      guard let place = pack.place(ofFrame: number) else { return true }
      do throws(ObjectError) {
        guard let bytes = try place.frameBytes(),
          Frame.isIntact(bytes)
        else { return true }
      } catch {
        guard case .system(let code) = error else { return true }
        throw .system(SystemError(.read, code: code), file: pack.path)
      }
    }
    return false
  }

  /// Copies frames as they are found in the file, for the index may be wrong.
  private func copyIntactFrames(of pack: Pack, to new: PackWriter) throws(StoreError) {
    if pack.isCold { return try copyIntactObjects(of: pack.recovered ?? pack, to: new) }
    let size = try naming(pack.path) { () throws(SystemError) in try pack.file.file.stat().size }
    var batch: [EncodedFrame] = []
    try PackWalk.frames(of: pack.file.file, path: pack.path, end: size) {
      offset, found throws(StoreError) in
      guard case .named(let summary) = found else { return }
      let bytes = try naming(pack.path) { () throws(SystemError) in
        try pack.file.file.read(summary.length, at: offset)
      }
      batch.append(
        EncodedFrame(
          bytes: bytes, objects: summary.objects, hasPrefix: !summary.prefix.isEmpty))
      if batch.count == 16 {
        try new.write(batch)
        batch = []
      }
    }
    try new.write(batch)
  }

  /// Copies what a cold pack's frames still tell into frames that name their objects.
  private func copyIntactObjects(of pack: Pack, to new: PackWriter) throws(StoreError) {
    let encoder = FrameEncoder(.standard)
    for number in 0..<pack.index.layout.frames {
      guard let place = pack.place(ofFrame: number), let bytes = try? place.frameBytes(),
        let frame = try? decode(bytes, pack.index, for: Digest.sha256([]))
      else { continue }
      for position in 0..<frame.count {
        guard let object = frame.object(at: position), let id = frame.id(at: position),
          object.id == id
        else { continue }
        if !encoder.hasRoom(for: object.bytes.count) {
          try new.write([EncodedFrame(encoder.finish())])
        }
        encoder.add(id, object.kind, object.bytes)
        if encoder.rawLength >= IngestWorker.frameSize {
          try new.write([EncodedFrame(encoder.finish())])
        }
      }
    }
    if !encoder.isEmpty { try new.write([EncodedFrame(encoder.finish())]) }
  }
}
