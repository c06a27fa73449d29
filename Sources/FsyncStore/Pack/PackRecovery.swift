import FsyncCore
import FsyncSystem

/// Makes the index of a pack from its frames alone.
///
/// A cold frame does not name its objects: they are hashed. Where their ids are shortened, those
/// of the objects that they name must be known first; so frames are looked at again as long as
/// that brings more to light, chunks first, then what names them.
struct PackRecovery {
  private let file: SharedFile
  private let path: [UInt8]
  private var builder = IndexBuilder(firstFrameAt: UInt64(FileHeader.length))
  private var waiting: [Waiting] = []
  private var known: [Int: ObjectID] = [:]

  private struct Waiting {
    let number: Int
    let range: Range<UInt64>
  }

  private init(_ file: SharedFile, _ path: [UInt8]) {
    self.file = file
    self.path = path
  }

  /// Walks over a pack and makes its index in memory.
  static func index(
    of file: SharedFile, path: [UInt8], size: UInt64, name: [UInt8]
  ) throws(StoreError) -> ObjectIndex {
    var recovery = PackRecovery(file, path)
    try recovery.walk(size)
    while try recovery.learn() {}
    guard let index = ObjectIndex(owning: recovery.builder.encoded(at: 0, name: name)) else {
      throw .damaged(file: path)
    }
    return index
  }

  private mutating func walk(_ size: UInt64) throws(StoreError) {
    var builder = builder
    var waiting: [Waiting] = []
    var next = 0
    try PackWalk.frames(of: file.file, path: path, end: size) { offset, found throws(StoreError) in
      switch found {
      case .named(let summary):
        builder.append(
          summary.objects, hasPrefix: !summary.prefix.isEmpty, at: offset, length: summary.length)
        next += summary.objects.count
      case .cold(let frame):
        // One that goes back, or leaves no room for more, is not what gc wrote. Nor is one before
        // which more objects are said to lie than bytes, of which each has taken some: the index
        // would have a row for every one of them.
        guard frame.firstOrdinal >= next, UInt64(frame.firstOrdinal) <= offset,
          frame.firstOrdinal + frame.lengths.count <= IndexLayout.maximumObjects
        else { return }
        next = frame.firstOrdinal + frame.lengths.count
        waiting.append(
          Waiting(
            number: builder.offsets.count, range: offset..<offset + UInt64(frame.length)))
        builder.begin(at: offset, length: frame.length, firstObject: frame.firstOrdinal)
      }
    }
    self.builder = builder
    self.waiting = waiting
  }

  /// Goes over the frames that still hold objects without an id.
  /// - Returns: whether any was learnt and any is left.
  private mutating func learn() throws(StoreError) -> Bool {
    let before = known.count
    var left: [Waiting] = []
    for frame in waiting where try !learn(frame) { left.append(frame) }
    waiting = left
    return known.count > before && !left.isEmpty
  }

  private mutating func learn(_ waiting: Waiting) throws(StoreError) -> Bool {
    let bytes = try naming(path) { () throws(SystemError) in
      try file.file.read(waiting.range.count, at: waiting.range.lowerBound)
    }
    guard let frame = bytes.withUnsafeBytes({ try? ColdFrame(decoding: $0) }),
      var content = try? ContentDecoder(
        frame.payload, codec: frame.codec, rawLength: frame.rawLength)
    else { return true }
    var start = 0
    var isComplete = true
    for (position, length) in frame.lengths.enumerated() {
      let range = start..<start + length
      start += length
      let ordinal = frame.firstOrdinal + position
      guard known[ordinal] == nil else { continue }
      guard var object = try? content.bytes(range) else { return true }
      if frame.isShortened {
        guard let expanded = try? IDCoding.expand(object, id: { known[$0] }) else {
          isComplete = false
          continue
        }
        object = expanded
      }
      let id = Digest.object(frame.kind, object)
      known[ordinal] = id
      builder.add(
        IndexEntry(
          id: id,
          slot: Slot(
            frame: waiting.number, position: position, kind: frame.kind, hasPrefix: false,
            isCold: true)))
    }
    return isComplete
  }
}
