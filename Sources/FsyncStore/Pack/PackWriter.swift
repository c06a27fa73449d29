import FsyncCore
import FsyncSystem
import Synchronization

/// A frame as it will be stored.
struct EncodedFrame: Sendable {
  let bytes: [UInt8]
  let objects: [FrameObject]
  let hasPrefix: Bool
  /// Whether the bytes are those of a cold frame, for a pack alone.
  var isCold = false

  init(_ frame: Frame) {
    bytes = frame.encoded
    objects = frame.objects
    hasPrefix = !frame.prefix.isEmpty
  }

  init(bytes: [UInt8], objects: [FrameObject], hasPrefix: Bool, isCold: Bool = false) {
    self.bytes = bytes
    self.objects = objects
    self.hasPrefix = hasPrefix
    self.isCold = isCold
  }
}

/// Writes a new pack: frames from any number of threads, then the index.
///
/// Until a transaction names it, the file is locked by its writer; whoever finds an unlocked
/// file that no transaction names may remove it.
final class PackWriter: Sendable {
  let name: [UInt8]
  private let folder: [UInt8]
  private let file: SharedFile
  private let lock: LockFile
  /// Whether it keeps the ids of what it writes, or is told them at the end.
  private let keepsIDs: Bool
  private let state: Mutex<State>
  private let behind: WriteBehind

  /// Bytes from which on a frame is dearer to copy than to write by a call of its own.
  private static let large = 32 << 10

  private struct State {
    var index = IndexBuilder(firstFrameAt: UInt64(FileHeader.length))
    var hasFailed = false
    var isFinished = false
    var isAdopted = false
  }

  private var path: [UInt8] { Layout.path(folder, Layout.packs, Layout.temporary(name)) }

  /// Creates the file of a new pack.
  init(in folder: [UInt8], name: [UInt8], keepsIDs: Bool = true) throws(StoreError) {
    let path = Layout.path(folder, Layout.packs, Layout.temporary(name))
    // Whoever clears leftovers holds the same lock: it cannot see the file unlocked.
    let packing = Layout.path(folder, Layout.packing)
    let guarding = try naming(packing) { () throws(SystemError) in
      try LockFile.acquire(packing)
    }
    let file = try naming(path) { () throws(SystemError) in
      try File(path, .create(mode: 0o644))
    }
    let lock = try naming(path) { () throws(SystemError) in
      try LockFile.acquire(path, waiting: 0)
    }
    guard let lock else { throw .busy(file: path) }
    _ = consume guarding
    self.name = name
    self.folder = folder
    self.file = SharedFile(file)
    behind = WriteBehind(self.file)
    self.lock = lock
    self.keepsIDs = keepsIDs
    state = Mutex(State())
    do throws(SystemError) {
      try self.file.file.write(FileHeader(.pack, name: name).encoded, at: 0)
    } catch { throw .system(error, file: path) }
  }

  deinit {
    let state = state.withLock { $0 }
    guard !state.isAdopted else { return }
    if let folder = try? Directory(Layout.path(folder, Layout.packs)) {
      try? folder.unlink(state.isFinished ? Layout.pack(name) : Layout.temporary(name))
    }
  }

  /// Says whether no frame has been written.
  var isEmpty: Bool { length == UInt64(FileHeader.length) }

  /// Bytes of header and frames so far.
  var length: UInt64 { state.withLock { $0.index.end } }

  /// Appends frames, and lets the disk begin with them.
  ///
  /// The place is given under the lock, the write is made outside it, so writers on several
  /// threads write at once.
  /// - Returns: the number of the first of them in the pack.
  @discardableResult
  func write(_ frames: [EncodedFrame]) throws(StoreError) -> Int {
    let (range, number) = state.withLock { state in
      let (start, number) = (state.index.end, state.index.offsets.count)
      for frame in frames {
        state.index.append(
          keepsIDs ? frame.objects : [], hasPrefix: frame.hasPrefix, isCold: frame.isCold,
          at: state.index.end, length: frame.bytes.count)
      }
      return (start..<state.index.end, number)
    }
    guard !frames.isEmpty else { return number }
    do throws(SystemError) {
      try write(frames, at: range.lowerBound)
      try behind.begin(range)
    } catch {
      state.withLock { $0.hasFailed = true }
      throw .system(error, file: path)
    }
    return number
  }

  /// Reads a frame back by its number; nil where there is none, or its bytes are not all there.
  func frame(_ number: Int) throws(ObjectError) -> [UInt8]? {
    let range = state.withLock { state -> Range<UInt64>? in
      let offsets = state.index.offsets
      guard offsets.indices.contains(number) else { return nil }
      return offsets[number]..<(number + 1 < offsets.count ? offsets[number + 1] : state.index.end)
    }
    guard let range else { return nil }
    do throws(SystemError) {
      let bytes = try file.file.read(range.count, at: range.lowerBound)
      return bytes.count == range.count ? bytes : nil
    } catch { throw .system(error.code) }
  }

  /// Writes frames: many small ones in one call, large ones where they lie.
  private func write(_ frames: [EncodedFrame], at start: UInt64) throws(SystemError) {
    let length = frames.reduce(0) { $0 + $1.bytes.count }
    if length / frames.count >= PackWriter.large {
      var offset = start
      for frame in frames {
        try file.file.write(frame.bytes, at: offset)
        offset += UInt64(frame.bytes.count)
      }
    } else {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(length)
      for frame in frames { bytes.append(contentsOf: frame.bytes) }
      try file.file.write(bytes, at: start)
    }
  }

  /// Writes the index and makes the pack durable, file and name.
  ///
  /// A second call returns at once.
  /// - Parameter entries: the objects of all frames, where the writer does not keep their ids.
  func finish(entries: [IndexEntry] = []) throws(StoreError) {
    var (index, isFinished, hasFailed) = state.withLock { state in
      defer { state.index = IndexBuilder(firstFrameAt: state.index.end) }
      return (state.index, state.isFinished, state.hasFailed)
    }
    if isFinished { return }
    guard !hasFailed else { throw .damaged(file: path) }
    state.withLock { $0.hasFailed = true }
    let end = index.end
    let start = (end + UInt64(IndexLayout.alignment - 1)) & ~UInt64(IndexLayout.alignment - 1)
    if !keepsIDs { index.take(entries) }
    let bytes = index.encoded(at: start, name: name)
    do throws(SystemError) {
      try behind.finish()
      try file.file.write([UInt8](repeating: 0, count: Int(start - end)), at: end)
      try file.file.write(bytes, at: start)
      try file.file.syncData()
      let packs = try Directory(Layout.path(folder, Layout.packs))
      try packs.rename(Layout.temporary(name), to: packs, Layout.pack(name))
      state.withLock {
        $0.isFinished = true
        $0.hasFailed = false
      }
      try packs.sync()
    } catch {
      state.withLock { $0.hasFailed = true }
      throw .system(error, file: path)
    }
  }

  /// Notes that a transaction names the pack now: the file stays.
  func adopt() {
    state.withLock { $0.isAdopted = true }
  }
}
