import FsyncCore
import FsyncSystem
import Synchronization

/// An open journal with the places of its objects.
///
/// It only ever grows: objects are added as transactions become known.
final class Journal: Sendable {
  let number: UInt64
  /// The random name from its header.
  let name: [UInt8]
  let path: [UInt8]
  let file: SharedFile
  /// The derived index of the older part; nil for none.
  let index: ObjectIndex?
  /// Tells this source of frames from all others of the process.
  let source = FrameSource.next()
  private let tail: Mutex<Tail>

  private struct Tail: ~Copyable {
    var table = ObjectTable()
    var frames: [Range<UInt64>] = []
  }

  /// The nonce as a seed: the first eight bytes of the name.
  var nonce: UInt64 { Journal.nonce(name) }

  static func nonce(_ name: [UInt8]) -> UInt64 {
    name.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Takes over an open journal.
  init(_ file: SharedFile, header: FileHeader, path: [UInt8], index: ObjectIndex?) {
    self.file = file
    self.path = path
    self.index = index
    number = header.number
    name = header.name
    tail = Mutex(Tail())
  }

  /// The position before the first transaction.
  static func start(_ header: FileHeader) -> JournalPosition {
    JournalPosition(
      end: UInt64(FileHeader.length), chain: Checksum.xxh3(header.encoded), state: ReplicaState())
  }

  /// Makes the objects of frames known.
  func add(_ frames: [JournalFrame]) {
    guard !frames.isEmpty else { return }
    tail.withLock { tail in
      for frame in frames {
        let number = tail.frames.count
        tail.frames.append(frame.offset..<frame.offset + UInt64(frame.length))
        let hasPrefix = frame.hasPrefix
        for (position, object) in frame.objects.enumerated() {
          let slot = Slot(
            frame: number, position: position, kind: object.kind, hasPrefix: hasPrefix)
          // A copy without a prefix can serve as one.
          if let other = tail.table.insert(object.id, slot.packed), !hasPrefix,
            Slot(packed: other).hasPrefix
          {
            tail.table.update(object.id, slot.packed)
          }
        }
      }
    }
  }

  /// Looks for an object.
  func find(_ id: ObjectID) -> (slot: Slot, range: Range<UInt64>)? {
    let found: (Slot, Range<UInt64>)? = tail.withLock { tail in
      guard let packed = tail.table.value(of: id) else { return nil }
      let slot = Slot(packed: packed)
      return (slot, tail.frames[slot.frame])
    }
    if let found { return found }
    guard let index, case .found(let slot) = index.find(id),
      let range = index.range(ofFrame: slot.frame)
    else { return nil }
    return (slot, range)
  }

  /// All objects of the journal, in no order.
  var entries: [IndexEntry] {
    var result = tail.withLock { tail in
      tail.table.pairs.map { IndexEntry(id: $0.id, slot: Slot(packed: $0.value)) }
    }
    index?.forEach { id, slot in
      result.append(IndexEntry(id: id, slot: slot))
      return true
    }
    return result
  }
}
