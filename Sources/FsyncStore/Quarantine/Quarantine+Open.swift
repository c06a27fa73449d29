package import FsyncCore
import FsyncSystem
import Synchronization

extension Store {
  /// Says whether something may have arrived in the quarantine of a name.
  package func hasQuarantine(named name: [UInt8]) -> Bool {
    let folder = Layout.path(folder, Layout.quarantine)
    return (try? Stat(path: Layout.path(folder, Store.fileName(ofQuarantine: name)))) != nil
  }

  private static func fileName(ofQuarantine name: [UInt8]) -> [UInt8] {
    Array(Array(Digest.sha256(name).bytes.prefix(16)).hex.utf8)
  }

  /// Opens the quarantine of a name, with what arrived in it before, or begins it.
  ///
  /// Frames are verified; a torn tail is cut off. Throws `.busy` while another session has it.
  /// - Parameters:
  ///   - name: any bytes, for instance a remote's name.
  ///   - seconds: how long to wait for another session to let it go.
  package func quarantine(
    named name: [UInt8], waiting seconds: Double = 0
  ) throws(StoreError) -> Quarantine {
    let fileName = Store.fileName(ofQuarantine: name)
    let path = Layout.path(folder, Layout.quarantine, fileName)
    let end = Clock.monotonic() + seconds
    while true {
      if let quarantine = try openQuarantine(fileName, path) { return quarantine }
      guard Clock.monotonic() < end else { throw .busy(file: path) }
      _ = try? Poll.wait(reading: -1, writing: -1, seconds: 0.01)
    }
  }

  /// Begins a quarantine that no later session will know by a name.
  package func passingQuarantine() throws(StoreError) -> Quarantine {
    let fileName = Store.passing + Array(host.random(16).hex.utf8)
    let path = Layout.path(folder, Layout.quarantine, fileName)
    guard let quarantine = try openQuarantine(fileName, path) else { throw .busy(file: path) }
    return quarantine
  }

  /// What begins the names of quarantines that nobody goes on with.
  private static let passing = Array("once-".utf8)

  /// Removes quarantines of sessions that are over, however they ended, and that no other goes on with:
  /// those without a name, and those in which nothing had arrived.
  /// - Parameter seconds: how long nothing must have arrived.
  package func clearQuarantines(emptyFor seconds: Int64 = 60) throws(StoreError) {
    let path = Layout.path(folder, Layout.quarantine)
    do throws(SystemError) {
      let directory = try Directory(path)
      let useless = try directory.names().filter { name in
        if name.starts(with: Store.passing) { return true }
        guard let stat = try? directory.stat(name) else { return false }
        return stat.size <= UInt64(FileHeader.length)
          && stat.mtime.seconds < Clock.stamps().seconds - seconds
      }
      guard !useless.isEmpty else { return }
      let guarding = try LockFile.acquire(Layout.path(folder, Layout.packing))
      defer { _ = guarding }
      for name in useless {
        guard let lock = try LockFile.acquire(Layout.path(path, name), waiting: 0) else { continue }
        do throws(SystemError) {
          // Somebody else may have begun with it meanwhile, and ended.
          let isEmpty = try directory.stat(name).size <= UInt64(FileHeader.length)
          if isEmpty || name.starts(with: Store.passing) { try directory.unlink(name) }
        } catch { if !error.isAbsent { throw error } }
        _ = consume lock
      }
    } catch { throw .system(error, file: path) }
  }

  /// Opens a quarantine's file; nil where another session has it.
  private func openQuarantine(
    _ fileName: [UInt8], _ path: [UInt8]
  ) throws(StoreError) -> Quarantine? {
    let packing = Layout.path(self.folder, Layout.packing)
    let guarding = try naming(packing) { () throws(SystemError) in
      try LockFile.acquire(packing)
    }
    let lock = try naming(path) { () throws(SystemError) in
      try LockFile.acquire(path, waiting: 0)
    }
    guard let lock else { return nil }
    _ = consume guarding
    let file = SharedFile(
      try naming(path) { () throws(SystemError) in try File(path, .readWrite) })
    let size = try naming(path) { () throws(SystemError) in try file.file.stat().size }
    if size >= UInt64(FileHeader.length),
      let header = try? FileHeader(.pack, of: file.file, path: path)
    {
      return try resume(header.name, fileName, file, lock, size: size, path: path)
    }
    // New, or cut before its first byte was durable: nothing was acknowledged.
    let packName = host.random(16)
    do throws(SystemError) {
      try file.file.truncate(to: 0)
      try file.file.write(FileHeader(.pack, name: packName).encoded, at: 0)
      try file.file.syncData()
      try Directory(Layout.path(folder, Layout.quarantine)).sync()
    } catch { throw .system(error, file: path) }
    return Quarantine(
      self, name: packName, fileName: fileName, file: file, lock: lock,
      end: UInt64(FileHeader.length))
  }

  private func resume(
    _ name: [UInt8], _ fileName: [UInt8], _ file: SharedFile, _ lock: consuming LockFile,
    size: UInt64, path: [UInt8]
  ) throws(StoreError) -> Quarantine {
    var frames: [PlacedFrame] = []
    var end = UInt64(FileHeader.length)
    try PackWalk.frames(of: file.file, path: path, end: size) { offset, found in
      guard case .named(let summary) = found else { return }
      // Frames follow each other without a gap; what comes after damage was not verified whole.
      guard offset == end else { return }
      frames.append(PlacedFrame(offset: offset, summary: summary))
      end = offset + UInt64(summary.length)
    }
    do throws(SystemError) {
      if end < size { try file.file.truncate(to: end) }
      try file.file.syncData()
    } catch { throw .system(error, file: path) }
    let quarantine = Quarantine(
      self, name: name, fileName: fileName, file: file, lock: lock, end: end)
    quarantine.frames.add(frames)
    quarantine.state.withLock { $0.objects = frames.reduce(0) { $0 + $1.objects.count } }
    return quarantine
  }

  /// Removes quarantines that nobody has open and that were last written before a time.
  package func dropQuarantines(before time: Timestamp) throws(StoreError) {
    let path = Layout.path(folder, Layout.quarantine)
    do throws(SystemError) {
      let directory = try Directory(path)
      for name in try directory.names() {
        let changed = try directory.stat(name).mtime
        guard Timestamp(seconds: changed.seconds, nanoseconds: changed.nanoseconds) < time,
          let lock = try LockFile.acquire(Layout.path(path, name), waiting: 0)
        else { continue }
        try directory.unlink(name)
        _ = consume lock
      }
    } catch { throw .system(error, file: path) }
  }
}
