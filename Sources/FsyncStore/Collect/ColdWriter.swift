import FsyncCore
import FsyncSystem
import Synchronization

/// Writes a cold pack: every object that a collection keeps, in its order.
///
/// Works in rounds: reads a batch on all threads, cuts it into frames, compresses as many frames
/// as there are threads, and writes them in order. Between rounds it can be stopped.
final class ColdWriter {
  private let pack: PackWriter
  private let order: ColdOrder
  private let numbers: PackNumbers
  private let compression: Compression
  private let effort: ColdEffort
  private let threads: Int
  private let encoders: [ColdEncoder]
  private var reader: ColdReader
  private let control: CollectControl
  private var next = 0
  private var read = 0
  private var rawBytes: UInt64 = 0
  /// Bytes of objects that name others, as they stand in frames.
  private var othersLength = 0
  private var closed: [Draft] = []
  /// Frames until the levels are compared again, and whether the higher was worth it.
  private var trial: [Bool: (left: Int, isWorth: Bool)] = [:]

  /// Raw bytes of a frame of chunks: as far as the codec sees, and no farther than a reader wants
  /// to go for one of them.
  private var chunkFrame: Int { compression.codec == .zstd ? 8 << 20 : 1 << 20 }
  /// Bytes of a frame that is not compressed: then nothing but its table is gained by more.
  static let storedFrame = 1 << 20
  /// Raw bytes of a frame of objects that name others.
  static let otherFrame = 2 << 20

  /// A frame before it is compressed.
  private struct Draft {
    let kind: ObjectKind
    let isIncompressible: Bool
    var objects: [ColdObject] = []
    var length = 0
  }

  init(
    _ store: Store, _ pack: PackWriter, _ order: ColdOrder, _ marking: Marking,
    _ compression: Compression, _ effort: ColdEffort, _ control: CollectControl
  ) {
    self.pack = pack
    self.order = order
    self.compression = compression
    self.effort = effort
    self.control = control
    threads = control.threads
    encoders = (0..<control.threads).map { _ in ColdEncoder(compression) }
    let numbers = PackNumbers(marking, count: order.count)
    self.numbers = numbers
    isNewest = { marking.notes.age($0) == 0 }
    reader = ColdReader(store, order, threads: control.threads) { encoder, kind, bytes in
      if kind == .chunk { return (bytes, encoder.isIncompressible(bytes[...])) }
      return (numbers.shorten(bytes), false)
    }
  }

  private let isNewest: (Int) -> Bool

  /// Writes all objects, and after them new operation objects.
  func run(_ operations: [(id: ObjectID, bytes: [UInt8])]) throws(StoreError) {
    for kind in ColdOrder.kinds {
      guard let items = order.items[kind], !items.isEmpty else { continue }
      if kind == .chunk { try writeChunks(items) } else { try writeOthers(items, kind) }
      try compress(all: true)
    }
    var draft = Draft(kind: .operation, isIncompressible: false)
    for operation in operations {
      let bytes = numbers.shorten(operation.bytes)
      try add(
        ColdObject(id: operation.id, note: 0, bytes: bytes, isIncompressible: false), to: &draft,
        bound: ColdWriter.otherFrame)
    }
    close(&draft)
    try compress(all: true)
  }

  /// Writes chunks: what does not compress apart from what does.
  private func writeChunks(_ items: [ColdOrder.Item]) throws(StoreError) {
    var plain = Draft(kind: .chunk, isIncompressible: false)
    var incompressible = Draft(kind: .chunk, isIncompressible: true)
    try forEach(items, .chunk) { object throws(StoreError) in
      if object.isIncompressible {
        try add(object, to: &incompressible, bound: chunkFrame)
      } else {
        try add(object, to: &plain, bound: chunkFrame)
      }
    }
    close(&plain)
    close(&incompressible)
  }

  /// Writes objects that may name others, of which the numbers are known beforehand.
  private func writeOthers(_ items: [ColdOrder.Item], _ kind: ObjectKind) throws(StoreError) {
    for (position, item) in items.enumerated() {
      numbers.set(next + position, try order.entry(item).id, note: Int(item.note))
    }
    var draft = Draft(kind: kind, isIncompressible: false)
    try forEach(items, kind) { object throws(StoreError) in
      try add(object, to: &draft, bound: ColdWriter.otherFrame)
    }
    close(&draft)
  }

  private func forEach(
    _ items: [ColdOrder.Item], _ kind: ObjectKind, _ body: (ColdObject) throws(StoreError) -> Void
  ) throws(StoreError) {
    var rest = items[...]
    while !rest.isEmpty {
      let objects = try reader.next(rest, kind, encoders)
      rest = rest.dropFirst(objects.count)
      read += objects.count
      for object in objects {
        rawBytes += UInt64(object.bytes.count)
        try body(object)
      }
      try control.report(read, of: order.count, bytes: rawBytes)
    }
  }

  private func add(
    _ object: ColdObject, to draft: inout Draft, bound: Int
  ) throws(StoreError) {
    if draft.length + object.bytes.count > bound || draft.objects.count == Limits.frameObjects {
      close(&draft)
      try compress(all: false)
    }
    draft.objects.append(object)
    draft.length += object.bytes.count
  }

  private func close(_ draft: inout Draft) {
    guard !draft.objects.isEmpty else { return }
    if draft.kind == .chunk {
      // What a head has comes first, so that restoring it decompresses no more.
      draft.objects =
        draft.objects.filter { isNewest($0.note) } + draft.objects.filter { !isNewest($0.note) }
    }
    closed.append(draft)
    draft.objects = []
    draft.length = 0
  }

  /// Compresses and writes closed frames.
  /// - Parameter all: also where they are fewer than the threads.
  private func compress(all: Bool) throws(StoreError) {
    while closed.count >= threads || (all && !closed.isEmpty) {
      let round = Array(closed.prefix(threads))
      closed.removeFirst(round.count)
      let tried = round.map { levels(for: $0) }
      let results = Mutex([[(Codec, [UInt8])]](repeating: [], count: round.count))
      let encoders = encoders
      do throws(SystemError) {
        try Workers.run(round.count) { thread in
          var content: [UInt8] = []
          content.reserveCapacity(round[thread].length)
          for object in round[thread].objects { content.append(contentsOf: object.bytes) }
          let found = tried[thread].map {
            encoders[thread].encoder.compress(content, level: $0)
          }
          results.withLock { $0[thread] = found }
        }
      } catch { throw .system(error, file: pack.name) }
      for (draft, found) in zip(round, results.withLock { $0 }) {
        try write(draft, judged(found, draft))
      }
      try control.check()
    }
  }

  /// The levels at which to compress a frame: two where they are to be compared.
  private func levels(for draft: Draft) -> [Int32?] {
    if draft.isIncompressible {
      return [compression.codec == .zstd ? ColdEffort.incompressible : effort.level]
    }
    if draft.kind != .chunk {
      othersLength += draft.length
      if let level = effort.level(afterOthers: othersLength) { return [level] }
    }
    guard let cheap = effort.cheap else { return [effort.level] }
    var known = trial[draft.kind == .chunk] ?? (0, true)
    defer { trial[draft.kind == .chunk] = known }
    if known.left == 0 {
      known.left = ColdEffort.period
      return [effort.level, cheap]
    }
    known.left -= 1
    return [known.isWorth ? effort.level : cheap]
  }

  /// Chooses the best result, and learns what the higher level was worth.
  private func judged(
    _ found: [(Codec, [UInt8])], _ draft: Draft
  ) -> (codec: Codec, payload: [UInt8]) {
    var best = found[0]
    if found.count == 2 {
      let gain = found[1].1.count - found[0].1.count
      trial[draft.kind == .chunk]?.isWorth =
        gain * effort.worth >= found[1].1.count
      if gain < 0 { best = found[1] }
    }
    // What hardly gets smaller is better read as it is.
    if best.1.count > draft.length - draft.length / 64 {
      return (.stored, [])
    }
    return (best.0, best.1)
  }

  private func write(
    _ draft: Draft, _ compressed: (codec: Codec, payload: [UInt8])
  ) throws(StoreError) {
    guard compressed.codec == .stored else {
      return try write(draft.objects[...], draft.kind, compressed)
    }
    var rest = draft.objects[...]
    while !rest.isEmpty {
      var (count, length) = (0, 0)
      for object in rest {
        if count > 0, length + object.bytes.count > ColdWriter.storedFrame { break }
        length += object.bytes.count
        count += 1
      }
      let part = rest.prefix(count)
      rest = rest.dropFirst(count)
      try write(part, draft.kind, (.stored, part.flatMap(\.bytes)))
    }
  }

  private func write(
    _ objects: ArraySlice<ColdObject>, _ kind: ObjectKind,
    _ compressed: (codec: Codec, payload: [UInt8])
  ) throws(StoreError) {
    let bytes = ColdFrameEncoder.frame(
      kind, isShortened: kind != .chunk, firstOrdinal: next,
      lengths: objects.map(\.bytes.count), compressed)
    var rows: [FrameObject] = []
    rows.reserveCapacity(objects.count)
    for object in objects {
      if kind == .chunk { numbers.set(next, object.id, note: object.note) }
      next += 1
      rows.append(FrameObject(id: object.id, kind: kind, length: object.bytes.count))
    }
    try pack.write([EncodedFrame(bytes: bytes, objects: rows, hasPrefix: false, isCold: true)])
  }
}
