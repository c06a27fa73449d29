package import FsyncCore
import Synchronization

/// A frame's objects, decompressed as far as they were asked for.
package final class DecodedFrame: Sendable {
  /// The objects that a frame other than a cold one is compressed against.
  let prefix: [ObjectID]
  /// The number of objects.
  let count: Int
  private let rows: Rows
  /// Where each object begins in the content, and the end of the last.
  private let starts: [Int]
  private let content: Mutex<ContentDecoder>

  private enum Rows: Sendable {
    case named([FrameObject])
    case cold(ObjectKind, first: Int, isShortened: Bool, ObjectIndex)
  }

  /// Takes over a frame whose content is decompressed.
  package init(_ frame: Frame, content: [UInt8]) {
    prefix = frame.prefix
    count = frame.objects.count
    rows = .named(frame.objects)
    starts = DecodedFrame.starts(frame.objects.map(\.length))
    self.content = Mutex(ContentDecoder(whole: content))
  }

  /// Takes over a frame without a prefix, to be decompressed step by step.
  init(_ frame: Frame) throws(FrameError) {
    prefix = []
    count = frame.objects.count
    rows = .named(frame.objects)
    starts = DecodedFrame.starts(frame.objects.map(\.length))
    content = Mutex(
      try ContentDecoder(frame.payload, codec: frame.codec, rawLength: frame.rawLength))
  }

  /// Takes over a cold frame of a pack.
  init(_ frame: ColdFrame, _ index: ObjectIndex) throws(FrameError) {
    prefix = []
    count = frame.lengths.count
    rows = .cold(
      frame.kind, first: frame.firstOrdinal, isShortened: frame.isShortened, index)
    starts = DecodedFrame.starts(frame.lengths)
    content = Mutex(
      try ContentDecoder(frame.payload, codec: frame.codec, rawLength: frame.rawLength))
  }

  private static func starts(_ lengths: [Int]) -> [Int] {
    var starts = [0]
    starts.reserveCapacity(lengths.count + 1)
    for length in lengths { starts.append(starts[starts.count - 1] + length) }
    return starts
  }

  /// What it occupies at most, about.
  var size: Int { starts[count] + count * (prefix.isEmpty ? 8 : 64) + 128 }

  /// The id of the object at a position, as the frame or the pack's index claims it; nil where
  /// that is damaged.
  func id(at position: Int) -> ObjectID? {
    guard position < count else { return nil }
    switch rows {
    case .named(let objects): return objects[position].id
    case .cold(_, let first, _, let index): return index.id(ofObject: first + position)
    }
  }

  /// Returns the object at a position, whatever its id; nil where its bytes are damaged.
  func object(at position: Int) -> StoredObject? {
    guard position < count else { return nil }
    let range = starts[position]..<starts[position + 1]
    let bytes = content.withLock { try? $0.bytes(range) }
    guard let bytes else { return nil }
    switch rows {
    case .named(let objects): return StoredObject(kind: objects[position].kind, bytes: bytes)
    case .cold(let kind, _, false, _): return StoredObject(kind: kind, bytes: bytes)
    case .cold(let kind, _, true, let index):
      let expanded = try? IDCoding.expand(bytes) { index.id(ofObject: $0) }
      return expanded.map { StoredObject(kind: kind, bytes: $0) }
    }
  }

  /// Returns the object at a position; nil where another one lies there.
  package func object(_ id: ObjectID, at position: Int) -> StoredObject? {
    guard self.id(at: position) == id else { return nil }
    return object(at: position)
  }
}
