import FsyncCore
import FsyncSystem

extension Store {
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
    if (0..<256).contains(where: { !pack.index.isValid(bucket: UInt8($0)) }) { return true }
    let contents = PackContents(pack)
    for number in contents.ranges.indices where try contents.frame(number) == nil { return true }
    return false
  }

  /// Copies frames as they are found in the file, for the index may be wrong.
  private func copyIntactFrames(of pack: Pack, to new: PackWriter) throws(StoreError) {
    let size = try naming(pack.path) { () throws(SystemError) in try pack.file.file.stat().size }
    var batch: [EncodedFrame] = []
    try PackWalk.frames(of: pack.file.file, path: pack.path, end: size) {
      offset, summary throws(StoreError) in
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
}
