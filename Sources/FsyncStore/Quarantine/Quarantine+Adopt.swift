import FsyncCore
import FsyncSystem
import Synchronization

extension Quarantine {
  /// What a transaction needs of a quarantine: its frames, where they are few, or nothing where
  /// its file becomes a pack.
  enum Adoption: Sendable {
    case frames([EncodedFrame])
    case pack
    case nothing
  }

  /// Prepares to become part of the store; the writer lock must be held.
  func prepareAdoption() throws(StoreError) -> Adoption {
    let state = state.withLock { $0 }
    guard !state.hasFailed, !state.isClosed else { throw .damaged(file: path) }
    if state.end == UInt64(FileHeader.length) { return .nothing }
    guard state.end > UInt64(Ingest.memoryLimit) else { return .frames(try storedFrames()) }
    try seal(end: state.end)
    return .pack
  }

  private func storedFrames() throws(StoreError) -> [EncodedFrame] {
    try frames.placed.map { frame throws(StoreError) in
      let bytes = try naming(path) { () throws(SystemError) in
        try file.file.read(frame.length, at: frame.offset)
      }
      guard let summary = bytes.withUnsafeBytes({ try? Frame.Summary(decoding: $0) }) else {
        throw .damaged(file: path)
      }
      return EncodedFrame(
        bytes: bytes, objects: summary.objects, hasPrefix: !summary.prefix.isEmpty)
    }
  }

  /// Appends the index and moves the file among the packs, durably.
  private func seal(end: UInt64) throws(StoreError) {
    let start = (end + UInt64(IndexLayout.alignment - 1)) & ~UInt64(IndexLayout.alignment - 1)
    let builder = IndexBuilder(
      entries: frames.entries, offsets: frames.placed.map(\.offset), end: end)
    let padding = [UInt8](repeating: 0, count: Int(start - end))
    let tail = padding + builder.encoded(at: start, name: name)
    do throws(SystemError) {
      try behind.finish()
      try file.file.write(tail, at: end)
      try file.file.syncData()
      let from = try Directory(Layout.path(store.folder, Layout.quarantine))
      let packs = try Directory(Layout.path(store.folder, Layout.packs))
      try from.rename(fileName, to: packs, Layout.pack(name))
      try packs.sync()
    } catch {
      unseal(end: end)
      throw .system(error, file: path)
    }
  }

  /// Takes back what `prepareAdoption` did, after a transaction that failed.
  func cancelAdoption() {
    unseal(end: state.withLock { $0.end })
  }

  private func unseal(end: UInt64) {
    // Whatever fails here leaves a file that the next session, or the next writer, deals with.
    if let packs = try? Directory(Layout.path(store.folder, Layout.packs)),
      let folder = try? Directory(Layout.path(store.folder, Layout.quarantine))
    {
      try? packs.rename(Layout.pack(name), to: folder, fileName)
    }
    try? file.file.truncate(to: end)
  }

  /// Notes that a transaction has made everything part of the store.
  func finishAdoption(_ adoption: Adoption) {
    if case .pack = adoption {
      state.withLock { $0.isClosed = true }
    } else {
      try? drop()
    }
  }
}
