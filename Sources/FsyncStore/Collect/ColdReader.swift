import FsyncCore
import FsyncSystem
import Synchronization

/// An object on its way into a cold pack.
struct ColdObject: Sendable {
  let id: ObjectID
  /// The place of its note.
  let note: Int
  /// Its bytes, as they will stand in the frame.
  let bytes: [UInt8]
  /// Whether compression is not worth a try at a high level.
  let isIncompressible: Bool
}

/// Reads objects in the order of a cold pack, some at a time, on several threads.
///
/// Objects that follow one another there lie far apart in the store, so each batch is read in
/// the order of the store.
struct ColdReader {
  let store: Store
  let order: ColdOrder
  let threads: Int
  /// What prepares an object's bytes, on any thread.
  let prepare: @Sendable (ColdFrameEncoder, ObjectKind, [UInt8]) -> ([UInt8], Bool)

  /// Bytes of objects in memory at once, about.
  static let batchLength = 16 << 20
  /// Beyond this a batch is cut in half, and what is beyond is read once more.
  private static let batchBound = 32 << 20

  /// How many objects make a batch, as far as those before tell.
  private(set) var stride = 64

  init(
    _ store: Store, _ order: ColdOrder, threads: Int,
    prepare: @escaping @Sendable (ColdFrameEncoder, ObjectKind, [UInt8]) -> ([UInt8], Bool)
  ) {
    self.store = store
    self.order = order
    self.threads = threads
    self.prepare = prepare
  }

  /// Reads the next objects of a list.
  /// - Parameter encoders: one a thread.
  mutating func next(
    _ items: ArraySlice<ColdOrder.Item>, _ kind: ObjectKind, _ encoders: [ColdEncoder]
  ) throws(StoreError) -> [ColdObject] {
    var count = min(stride, items.count)
    while true {
      let batch = Array(items.prefix(count))
      if let objects = try read(batch, kind, encoders) {
        let length = objects.reduce(1) { $0 + $1.bytes.count }
        let fitting = count * ColdReader.batchLength / length
        stride = max(16, min(fitting, count * 4, 1 << 16))
        return objects
      }
      count = max(1, count / 2)
    }
  }

  private struct Task {
    let position: Int
    let note: Int
    let id: ObjectID
    let place: Place
  }

  /// Reads a batch; nil where it is too large to be held.
  private func read(
    _ items: [ColdOrder.Item], _ kind: ObjectKind, _ encoders: [ColdEncoder]
  ) throws(StoreError) -> [ColdObject]? {
    var tasks: [Task] = []
    tasks.reserveCapacity(items.count)
    for (position, item) in items.enumerated() {
      let (id, place) = try order.entry(item)
      tasks.append(Task(position: position, note: Int(item.note), id: id, place: place))
    }
    tasks.sort {
      ($0.place.source, $0.place.range.lowerBound, $0.place.slot.position)
        < ($1.place.source, $1.place.range.lowerBound, $1.place.slot.position)
    }
    let work = tasks
    let total = Atomic<Int>(0)
    let bound = items.count == 1 ? Int.max : ColdReader.batchBound
    let results = Mutex<[ColdObject?]>([ColdObject?](repeating: nil, count: items.count))
    let failure = Mutex<StoreError?>(nil)
    try parallel { thread in
      let share = (work.count + threads - 1) / threads
      let mine = min(thread * share, work.count)..<min((thread + 1) * share, work.count)
      for task in work[mine] {
        if total.load(ordering: .relaxed) > bound || failure.withLock({ $0 != nil }) { return }
        do throws(ObjectError) {
          let object = try store.object(task.id, at: task.place)
          let (bytes, isIncompressible) = prepare(encoders[thread].encoder, kind, object.bytes)
          total.add(bytes.count, ordering: .relaxed)
          results.withLock {
            $0[task.position] = ColdObject(
              id: task.id, note: task.note, bytes: bytes, isIncompressible: isIncompressible)
          }
        } catch { failure.withLock { $0 = .object(error) } }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
    let objects = results.withLock { $0.compactMap(\.self) }
    return objects.count == items.count ? objects : nil
  }

  /// Runs a body on each thread.
  private func parallel(_ body: @Sendable (Int) -> Void) throws(StoreError) {
    do throws(SystemError) { try Workers.run(threads, body) } catch {
      throw .system(error, file: store.folder)
    }
  }
}

/// A thread's encoder.
final class ColdEncoder: @unchecked Sendable {
  // @unchecked: each thread uses its own.
  let encoder: ColdFrameEncoder

  init(_ compression: Compression) {
    encoder = ColdFrameEncoder(compression)
  }
}
