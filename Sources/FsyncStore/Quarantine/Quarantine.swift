package import FsyncCore
import FsyncSystem
import Synchronization

/// Frames that arrive from a peer: verified and kept, not yet part of the store.
///
/// What arrived survives a cut: the next session opens the quarantine of the same name and finds
/// it. A transaction adopts all of it, or it is dropped. Reads see what arrived, and the store
/// behind it.
package final class Quarantine: ObjectReader, Sendable {
  let store: Store
  /// The name as a pack.
  let name: [UInt8]
  /// The file's name in its folder.
  let fileName: [UInt8]
  let file: SharedFile
  let lock: LockFile
  let frames = FrameTable()
  let state: Mutex<State>
  let lists = Mutex(Lists())
  private let source = FrameSource.next()

  /// Lets the disk keep up with what arrives.
  ///
  /// A cut connection or a kill loses none of what was written; only a power cut loses what was
  /// not flushed, and then as much is sent again. A flush a megabyte took most of a transfer's time.
  let behind: WriteBehind
  /// The end of what had arrived, durably, before this session.
  private let start: UInt64

  /// Bytes that are given to the disk at once: what a small sync brings stays in memory.
  static let step: UInt64 = 1 << 20

  struct State: Sendable {
    /// Where the next frame goes.
    var end: UInt64
    /// The end of what was given to the disk.
    var begun: UInt64
    /// Whether a call on the file failed, after which it takes nothing more.
    var hasFailed = false
    /// Whether it has become part of the store, or is gone.
    var isClosed = false
    /// Objects that arrived.
    var objects = 0
  }

  /// Lists of chunks that arrived in this session, as they are, while there is room for them.
  ///
  /// They are asked for once more when all has come, to see that every chunk has; and each lies in a
  /// frame of chunks, all of which would be decompressed again for it.
  struct Lists: Sendable {
    var encoded: [ObjectID: [UInt8]] = [:]
    private var bytes = 0

    /// Bytes that are kept at most: the lists of some gigabytes of content.
    private static let bound = 4 << 20

    mutating func keep(_ id: ObjectID, _ list: ArraySlice<UInt8>) {
      guard bytes + list.count <= Lists.bound else { return }
      bytes += list.count
      encoded[id] = Array(list)
    }
  }

  var path: [UInt8] { Layout.path(store.folder, Layout.quarantine, fileName) }

  init(
    _ store: Store, name: [UInt8], fileName: [UInt8], file: SharedFile, lock: consuming LockFile,
    end: UInt64
  ) {
    self.store = store
    self.name = name
    self.fileName = fileName
    self.file = file
    self.lock = lock
    behind = WriteBehind(file)
    start = end
    state = Mutex(State(end: end, begun: end))
  }

  /// Bytes of frames that an interrupted session has delivered, durably.
  package var delivered: UInt64 { start - UInt64(FileHeader.length) }

  /// Bytes of frames that have arrived.
  package var received: UInt64 { state.withLock { $0.end } - UInt64(FileHeader.length) }

  /// Objects that have arrived.
  package var objectCount: Int { state.withLock { $0.objects } }

  /// The ids of all objects that have arrived, in no order.
  package var ids: [ObjectID] { frames.entries.map(\.id) }

  /// Says whether an object has arrived; the store is not asked.
  package func hasArrived(_ id: ObjectID) -> Bool { frames.find(id) != nil }

  /// Says what an object that has arrived is, without reading it; nil where it has not.
  package func kind(of id: ObjectID) -> ObjectKind? { frames.find(id)?.slot.kind }

  /// The bytes of an object that has arrived, without reading it; nil where it has not.
  package func length(of id: ObjectID) -> Int? { frames.length(of: id) }

  /// Says whether an object has arrived or is in the store.
  package func contains(_ id: ObjectID) throws(ObjectError) -> Bool {
    if frames.find(id) != nil { return true }
    return try store.contains(id)
  }

  /// Returns an object that has arrived, or that the store has.
  package func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? {
    if let list = lists.withLock({ $0.encoded[id] }) {
      return StoredObject(kind: .list, bytes: list)
    }
    if let place = place(of: id) { return try object(id, at: place) }
    return try store.object(id)
  }

  func place(of id: ObjectID) -> Place? {
    frames.find(id).map {
      Place(source: source, file: file, path: path, range: $0.range, slot: $0.slot)
    }
  }

  private func object(_ id: ObjectID, at place: Place) throws(ObjectError) -> StoredObject {
    let key = FrameCache.Key(source: source, offset: place.range.lowerBound)
    let decoded: DecodedFrame
    if let kept = store.cache.frame(key) {
      decoded = kept
    } else {
      guard let bytes = try place.frameBytes(),
        let frame = bytes.withUnsafeBytes({ try? Frame(decoding: $0) })
      else { throw .damaged(id) }
      decoded = DecodedFrame(frame, content: try content(of: frame))
      store.cache.keep(decoded, key)
    }
    guard let object = decoded.object(id, at: place.slot.position) else { throw .damaged(id) }
    return object
  }

  /// Decompresses a frame whose prefix has arrived or is in the store.
  /// - Parameter isNew: the frame has only just come, and may name a prefix that is not whole.
  func content(of frame: Frame, isNew: Bool = false) throws(ObjectError) -> [UInt8] {
    guard let blamed = frame.objects.first?.id else { return [] }
    var prefix: [UInt8] = []
    for id in frame.prefix {
      let bytes = try prefixBytes(id, isNew: isNew)
      guard prefix.count + bytes.count <= Limits.prefix else { throw .damaged(id) }
      prefix += bytes
    }
    do throws(FrameError) { return try frame.content(prefixBytes: prefix) } catch {
      throw .damaged(blamed)
    }
  }

  /// Returns an object as a prefix: from a copy that has none itself, so that reading ends whatever
  /// a peer has sent.
  ///
  /// Another copy may lie in the very frame that is read.
  private func prefixBytes(_ id: ObjectID, isNew: Bool) throws(ObjectError) -> [UInt8] {
    if let place = place(of: id), !place.slot.hasPrefix { return try object(id, at: place).bytes }
    if isWholeInStore(id) { return try store.prefixBytes([id], for: id) }
    guard isNew else { throw .damaged(id) }
    guard let object = try object(id) else { throw .missing(id) }
    return object.bytes
  }

  /// Says whether an object lies somewhere without a prefix, and so can be one.
  func isWhole(_ id: ObjectID) -> Bool {
    if let slot = frames.find(id)?.slot, !slot.hasPrefix { return true }
    return isWholeInStore(id)
  }

  private func isWholeInStore(_ id: ObjectID) -> Bool {
    store.places(of: id).contains { !$0.slot.hasPrefix }
  }
}
