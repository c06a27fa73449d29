import FsyncCore

/// Copies objects out of old packs into new ones: what is reached, and what is not.
///
/// A frame whose objects all go to one pack is copied as it is; else they are compressed anew,
/// without a prefix.
final class Sorter {
  /// Where an object goes.
  enum Destination {
    case reached
    case unreached
    case nowhere
  }

  private let store: Store
  private let reached: Target
  private let unreached: Target
  /// Objects that were left out.
  private(set) var dropped: Set<ObjectID> = []

  private final class Target {
    var pack: PackWriter?
    let encoder: FrameEncoder
    var batch: [EncodedFrame] = []
    var size = 0
    var copied = ObjectTable()

    init(_ compression: Compression) {
      encoder = FrameEncoder(compression)
    }
  }

  init(_ store: Store, _ compression: Compression) {
    self.store = store
    reached = Target(compression)
    unreached = Target(compression)
  }

  /// The new packs, as far as there is anything in them: call `finish` first.
  var packs: (reached: PackWriter?, unreached: PackWriter?) { (reached.pack, unreached.pack) }

  /// Adds an object that is reached.
  func add(_ id: ObjectID, _ kind: ObjectKind, _ bytes: [UInt8]) throws(StoreError) {
    guard reached.copied.insert(id, 0) == nil else { return }
    try put(id, kind, bytes, to: reached)
  }

  /// Adds an object that nothing reaches.
  func setApart(_ id: ObjectID, _ kind: ObjectKind, _ bytes: [UInt8]) throws(StoreError) {
    guard unreached.copied.insert(id, 0) == nil else { return }
    try put(id, kind, bytes, to: unreached)
  }

  /// Leaves an object out.
  func drop(_ id: ObjectID) { dropped.insert(id) }

  /// Sorts a frame's objects.
  func sort(
    _ bytes: [UInt8], _ summary: Frame.Summary, _ decide: (FrameObject) -> Destination
  ) throws(StoreError) {
    var goes: [Target?] = []
    for object in summary.objects {
      switch decide(object) {
      case .reached: goes.append(reached)
      case .unreached: goes.append(unreached)
      case .nowhere:
        goes.append(nil)
        dropped.insert(object.id)
      }
    }
    guard let first = goes.first else { return }
    let isWhole = goes.allSatisfy { $0 === first }
    let hasPrefix = !summary.prefix.isEmpty
    if isWhole {
      guard let target = first else { return }
      let isNew = summary.objects.contains { target.copied.value(of: $0.id) == nil }
      guard isNew else { return }
      try hand(
        EncodedFrame(bytes: bytes, objects: summary.objects, hasPrefix: hasPrefix), to: target)
      if !hasPrefix { for object in summary.objects { target.copied.insert(object.id, 0) } }
      return
    }
    try takeApart(bytes, summary, goes)
  }

  private func takeApart(
    _ bytes: [UInt8], _ summary: Frame.Summary, _ goes: [Target?]
  ) throws(StoreError) {
    let decoded: DecodedFrame
    do throws(ObjectError) {
      let id = summary.objects[0].id
      guard let frame = try store.decode(bytes, nil, for: id) else { throw .damaged(id) }
      decoded = frame
    } catch { throw .object(error) }
    for (position, object) in summary.objects.enumerated() {
      guard let target = goes[position], target.copied.insert(object.id, 0) == nil,
        let stored = decoded.object(object.id, at: position)
      else { continue }
      try put(object.id, object.kind, stored.bytes, to: target)
    }
  }

  private func put(
    _ id: ObjectID, _ kind: ObjectKind, _ bytes: [UInt8], to target: Target
  ) throws(StoreError) {
    if !target.encoder.hasRoom(for: bytes.count) { try flush(target) }
    target.encoder.add(id, kind, bytes)
    if target.encoder.rawLength >= IngestWorker.frameSize { try flush(target) }
  }

  private func flush(_ target: Target) throws(StoreError) {
    guard !target.encoder.isEmpty else { return }
    try hand(EncodedFrame(target.encoder.finish()), to: target)
  }

  private func hand(_ frame: EncodedFrame, to target: Target) throws(StoreError) {
    target.batch.append(frame)
    target.size += frame.bytes.count
    if target.size >= IngestWorker.batchSize { try write(target) }
  }

  private func pack(of target: Target) throws(StoreError) -> PackWriter {
    if let pack = target.pack { return pack }
    let pack = try PackWriter(in: store.folder, name: store.host.random(16))
    target.pack = pack
    return pack
  }

  private func write(_ target: Target) throws(StoreError) {
    guard !target.batch.isEmpty else { return }
    try pack(of: target).write(target.batch)
    target.batch = []
    target.size = 0
  }

  /// Writes what is left.
  func finish() throws(StoreError) {
    for target in [reached, unreached] {
      try flush(target)
      try write(target)
    }
  }
}
