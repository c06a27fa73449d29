package import FsyncCore
import FsyncSystem

/// One thread's part of an ingest: hashes, looks up, gathers frames and compresses them.
package final class IngestWorker {
  private let ingest: Ingest
  private let encoder: FrameEncoder
  /// For trees and the like: who walks them need not decompress content.
  private let nodes: FrameEncoder
  private let deltas: FrameEncoder
  private var batch: [EncodedFrame] = []
  private var batchBytes = 0
  private var batchRaw = 0
  /// The level, where it is left to this worker.
  private var adaptive: AdaptiveLevel?
  /// The thread's processor time at the end of the last hand-over.
  private var lastTime = Clock.thread()

  /// Raw bytes from which on a frame is complete.
  static let frameSize = 256 << 10
  /// Encoded bytes from which on frames are handed over.
  static let batchSize = 1 << 20
  /// Objects smaller than this gain nothing by a frame of their own.
  static let smallestDelta = 1 << 10

  init(_ ingest: Ingest) {
    self.ingest = ingest
    encoder = FrameEncoder(ingest.compression)
    nodes = FrameEncoder(ingest.compression)
    deltas = FrameEncoder(ingest.compression)
    adaptive = ingest.compression.isAdaptive ? AdaptiveLevel() : nil
  }

  /// Adds an object, if the store does not have it, and returns its id.
  @discardableResult
  package func put(
    _ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer
  ) throws(StoreError) -> ObjectID {
    let id = Digest.object(kind, bytes)
    try add(id, kind, bytes)
    return id
  }

  /// Says whether an object must still be put.
  ///
  /// That is so where the store does not have it, and no worker was told so before. Whoever is told
  /// so must put it.
  package func needs(_ id: ObjectID) -> Bool {
    guard ingest.known.claim(id) else { return false }
    guard ingest.store.place(of: id) != nil else { return true }
    ingest.known.rely(on: id)
    return false
  }

  /// Adds a chunk that is needed.
  /// - Parameter earlier: stored chunks that this one resembles: the difference is stored where
  ///   that is much smaller.
  package func put(
    _ id: ObjectID, _ chunk: UnsafeRawBufferPointer, like earlier: [ObjectID]
  ) throws(StoreError) {
    try store(id, .chunk, chunk, like: earlier)
  }

  /// Adds an object, if the store does not have it, and returns its id.
  /// - Parameter previous: a stored object that this one resembles, an earlier version of it:
  ///   the difference is stored where that is much smaller.
  @discardableResult
  package func put(
    _ kind: ObjectKind, _ bytes: [UInt8], like previous: ObjectID? = nil
  ) throws(StoreError) -> ObjectID {
    let id = Digest.object(kind, bytes)
    // The closure of withUnsafeBytes throws untyped, hence the detour.
    let result: Result<Void, StoreError> = bytes.withUnsafeBytes { buffer in
      do throws(StoreError) {
        return .success(try add(id, kind, buffer, like: previous.map { [$0] } ?? []))
      } catch { return .failure(error) }
    }
    try result.get()
    return id
  }

  /// The earlier version of a file, to be walked beside its new one.
  package func earlier(_ entry: Entry) -> EarlierContent {
    EarlierContent(entry, ingest.store)
  }

  private func add(
    _ id: ObjectID, _ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer,
    like previous: [ObjectID] = []
  ) throws(StoreError) {
    guard bytes.count <= Limits.object else { throw .tooLarge }
    if needs(id) { try store(id, kind, bytes, like: previous) }
  }

  private func store(
    _ id: ObjectID, _ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer, like previous: [ObjectID]
  ) throws(StoreError) {
    if !previous.isEmpty, bytes.count >= IngestWorker.smallestDelta,
      try addDifference(id, kind, bytes, to: previous)
    {
      return
    }
    let encoder = kind == .chunk || kind == .list ? encoder : nodes
    if !encoder.hasRoom(for: bytes.count) { try flush(encoder) }
    encoder.add(id, kind, bytes)
    if encoder.rawLength >= IngestWorker.frameSize { try flush(encoder) }
  }

  /// Stores an object as its difference to earlier ones.
  ///
  /// Where one is itself a difference, its own prefix is used, so that no chain is longer than
  /// one; where it is no longer alike, the object is stored whole and the next ones follow it.
  private func addDifference(
    _ id: ObjectID, _ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer, to previous: [ObjectID]
  ) throws(StoreError) -> Bool {
    let (prefix, prefixBytes) = ingest.store.prefix(like: previous)
    guard !prefix.isEmpty else { return false }
    deltas.add(id, kind, bytes)
    let frame = deltas.finish(prefix: prefix, prefixBytes: prefixBytes)
    guard !frame.prefix.isEmpty, frame.payload.count * 2 < bytes.count else { return false }
    for part in prefix where ingest.known.claim(part) { ingest.known.rely(on: part) }
    try hand(EncodedFrame(frame), raw: bytes.count)
    return true
  }

  private func flush(_ encoder: FrameEncoder) throws(StoreError) {
    guard !encoder.isEmpty else { return }
    let raw = encoder.rawLength
    try hand(EncodedFrame(encoder.finish()), raw: raw)
  }

  private func hand(_ frame: EncodedFrame, raw: Int) throws(StoreError) {
    batch.append(frame)
    batchBytes += frame.bytes.count
    batchRaw += raw
    if batchBytes >= IngestWorker.batchSize { try handOver() }
  }

  private func handOver() throws(StoreError) {
    guard !batch.isEmpty else { return }
    let (start, startTime) = (Clock.monotonic(), Clock.thread())
    try ingest.take(batch, rawBytes: batchRaw)
    adapt(start, startTime)
    batch.removeAll(keepingCapacity: true)
    batchBytes = 0
    batchRaw = 0
  }

  /// Chooses the level for what comes next.
  ///
  /// Only what passes while the disk is given something counts as waiting: what the thread waits
  /// for elsewhere would not come sooner if less were written.
  /// - Parameters:
  ///   - start: when the hand-over began.
  ///   - startTime: the thread's processor time then.
  private func adapt(_ start: Double, _ startTime: Double) {
    guard var adaptive else { return }
    let time = Clock.thread()
    defer { lastTime = time }
    adaptive.note(
      busy: time - lastTime,
      waited: (Clock.monotonic() - start) - (time - startTime))
    encoder.level = adaptive.level
    self.adaptive = adaptive
  }

  /// Hands over what is left; call it before the transaction.
  ///
  /// The worker can go on afterwards.
  package func finish() throws(StoreError) {
    try flush(encoder)
    try flush(nodes)
    try handOver()
  }
}

extension Store {
  /// The prefix for an object that resembles stored ones: these, or their own prefixes, as far as
  /// they can be read and a prefix has room for them.
  fileprivate func prefix(like previous: [ObjectID]) -> (ids: [ObjectID], bytes: [UInt8]) {
    var ids: [ObjectID] = []
    var bytes: [UInt8] = []
    for id in previous {
      guard let place = place(of: id), let frame = try? decoded(place, for: id) else { continue }
      for part in frame.prefix.isEmpty ? [id] : frame.prefix where !ids.contains(part) {
        guard let more = try? prefixBytes([part], for: id),
          bytes.count + more.count <= Limits.prefix, ids.count < Limits.prefixObjects
        else { continue }
        ids.append(part)
        bytes += more
      }
    }
    return (ids, bytes)
  }
}
