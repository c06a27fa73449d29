internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem
internal import FsyncWire

/// The objects of a bundle, read where they lie in its file, over those of a repository.
///
/// Nothing is copied: of each object it is noted which frame has it and where, and a few frames
/// are kept decompressed.
final class BundleContent: Holdings, FrameSource {
  private struct Row {
    let frame: Int32
    let position: Int32
    let length: Int32
    let kind: ObjectKind
  }

  private struct Place {
    let offset: UInt64
    let length: Int
  }

  private let bytes: BundleBytes
  private let below: StoreSource?
  private var table = IDTable()
  private var rows: [Row] = []
  private var places: [Place] = []
  private let cache = FrameCache(capacity: BundleContent.capacity)
  private var depth = 0
  /// The commits among the objects.
  private(set) var commits = 0

  /// Bytes of decompressed frames that are kept.
  private static let capacity = 64 << 20
  /// How many frames may be compressed one against the other: an honest bundle has a few.
  private static let deepest = 64

  /// Makes the content of a bundle that has not been read yet.
  /// - Parameter below: the repository's objects; nil for none.
  init(_ bytes: BundleBytes, over below: StoreSource?) {
    self.below = below
    self.bytes = bytes
  }

  /// The number of objects.
  var count: Int { table.count }

  /// Notes a frame that was verified, and whose bytes end at an offset.
  func add(_ frame: VerifiedFrame, length: Int, endingAt end: UInt64) {
    let number = Int32(places.count)
    places.append(Place(offset: end - UInt64(length), length: length))
    for (position, object) in frame.frame.objects.enumerated() where table.insert(object.id) {
      if object.kind == .commit { commits += 1 }
      rows.append(
        Row(
          frame: number, position: Int32(position), length: Int32(object.length),
          kind: object.kind))
    }
    cache.keep(DecodedFrame(frame.frame, content: frame.content), key(number))
  }

  func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? {
    guard let index = table.index(of: id) else { return try below?.object(id) }
    let row = rows[index]
    let frame = try frame(row.frame, for: id)
    guard let object = frame.object(id, at: Int(row.position)) else { throw .damaged(id) }
    return object
  }

  func contains(_ id: ObjectID) throws(ObjectError) -> Bool {
    if table.contains(id) { return true }
    return try below?.contains(id) ?? false
  }

  func hasArrived(_ id: ObjectID) -> Bool { table.contains(id) }

  func kind(of id: ObjectID) -> ObjectKind? {
    if let index = table.index(of: id) { return rows[index].kind }
    return below?.store.kind(of: id)
  }

  func length(of id: ObjectID) -> Int? { table.index(of: id).map { Int(rows[$0].length) } }

  func place(of id: ObjectID) throws(ObjectError) -> FramePlace? { nil }
  func frame(holding id: ObjectID) throws(ObjectError) -> [UInt8]? { nil }

  private func key(_ number: Int32) -> FrameCache.Key {
    FrameCache.Key(source: 0, offset: places[Int(number)].offset)
  }

  /// Reads a frame once more; it was verified before, so its checksum is enough.
  private func frame(_ number: Int32, for id: ObjectID) throws(ObjectError) -> DecodedFrame {
    if let found = cache.frame(key(number)) { return found }
    guard depth < BundleContent.deepest else { throw .damaged(id) }
    depth += 1
    defer { depth -= 1 }
    let place = places[Int(number)]
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try self.bytes.file.read(place.length, at: place.offset)
    } catch {
      throw .system(error.code)
    }
    guard let frame = bytes.withUnsafeBytes({ try? Frame(decoding: $0) }) else {
      throw .damaged(id)
    }
    var prefix: [UInt8] = []
    for id in frame.prefix {
      guard let object = try object(id) else { throw .missing(id) }
      prefix += object.bytes
      guard prefix.count <= Limits.prefix else { throw .damaged(id) }
    }
    guard let content = try? frame.content(prefixBytes: prefix) else { throw .damaged(id) }
    let decoded = DecodedFrame(frame, content: content)
    cache.keep(decoded, key(number))
    return decoded
  }
}
