import FsyncCore
import Synchronization

/// New objects on their way into the store, from any number of workers.
///
/// Up to 8 MiB wait in memory and are appended to the journal by the transaction; more streams
/// into a pack. An ingest that is dropped leaves nothing.
package final class Ingest: Sendable {
  let store: Store
  let known = KnownIDs()
  /// The number of drops when the ingest began to look objects up.
  let drops: UInt64
  let compression: Compression
  private let state = Mutex(State())

  private struct State {
    var frames: [EncodedFrame] = []
    var bytes = 0
    var pack: PackWriter?
    var counts = Counts()
  }

  /// What an ingest has gathered.
  package struct Counts: Hashable, Sendable {
    /// New objects.
    package var objects = 0
    /// Their bytes before compression.
    package var rawBytes: UInt64 = 0
    /// Bytes of their frames.
    package var storedBytes: UInt64 = 0
  }

  /// Encoded bytes beyond which an ingest streams into a pack.
  static let memoryLimit = 8 << 20

  init(_ store: Store, state: ReplicaState) {
    self.store = store
    drops = state.drops
    compression = state.compression
  }

  /// Makes the part of the ingest that one thread works with.
  package func worker() -> IngestWorker { IngestWorker(self) }

  /// What has been gathered by batches that are complete.
  package var counts: Counts { state.withLock { $0.counts } }

  /// Takes over a batch of a worker's frames.
  func take(_ batch: [EncodedFrame], rawBytes: Int) throws(StoreError) {
    let size = batch.reduce(0) { $0 + $1.bytes.count }
    let full: (PackWriter, [EncodedFrame])? = try state.withLock { state throws(StoreError) in
      state.counts.objects += batch.reduce(0) { $0 + $1.objects.count }
      state.counts.rawBytes += UInt64(rawBytes)
      state.counts.storedBytes += UInt64(size)
      if let pack = state.pack { return (pack, batch) }
      known.place(batch, from: state.frames.count)
      state.frames += batch
      state.bytes += size
      guard state.bytes > Ingest.memoryLimit else { return nil }
      // The ids are known here already: the writer need not keep them once more.
      let pack = try PackWriter(in: store.folder, name: store.host.random(16), keepsIDs: false)
      state.pack = pack
      defer { state.frames = [] }
      return (pack, state.frames)
    }
    guard let (pack, frames) = full else { return }
    known.place(frames, from: try pack.write(frames))
  }

  /// The bytes of a frame that was taken over; nil where it was not.
  func frame(_ number: Int) throws(ObjectError) -> [UInt8]? {
    let (frames, pack) = state.withLock { ($0.frames, $0.pack) }
    if let pack { return try pack.frame(number) }
    return frames.indices.contains(number) ? frames[number].bytes : nil
  }

  /// What the transaction has to make part of the store.
  enum Sealed: Sendable {
    case frames([EncodedFrame])
    case pack(PackWriter)
  }

  /// Makes a pack durable, if there is one; the workers must have finished.
  func seal() throws(StoreError) -> Sealed {
    let (frames, pack) = state.withLock { ($0.frames, $0.pack) }
    guard let pack else { return .frames(frames) }
    try pack.finish(entries: known.takeEntries())
    return .pack(pack)
  }
}

extension Store {
  /// Begins to gather new objects.
  package func ingest() throws(StoreError) -> Ingest {
    Ingest(self, state: try state())
  }
}
