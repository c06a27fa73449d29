import FsyncCore
import FsyncSystem

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
  let source: UInt64
  private let tail = FrameTable()

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
    source = FrameSource.number(named: name, file.file)
  }

  /// The position before the first transaction.
  static func start(_ header: FileHeader) -> JournalPosition {
    JournalPosition(
      end: UInt64(FileHeader.length), chain: Checksum.xxh3(header.encoded), state: ReplicaState())
  }

  /// Makes the objects of frames known.
  func add(_ frames: [PlacedFrame]) { tail.add(frames) }

  /// Looks for an object.
  ///
  /// Of several copies one without a prefix, however old: frames rely on it as theirs.
  func find(_ id: ObjectID) -> (slot: Slot, range: Range<UInt64>)? {
    let newer = tail.find(id)
    if let newer, !newer.slot.hasPrefix { return newer }
    guard let index, case .found(let slot) = index.find(id),
      let range = index.range(ofFrame: slot.frame)
    else { return newer }
    if slot.hasPrefix, let newer { return newer }
    return (slot, range)
  }

  /// All objects of the journal, in no order; the numbers of frames are places in `offsets`.
  var entries: [IndexEntry] {
    guard let index else { return tail.entries }
    let older = index.layout.frames
    return index.entries
      + tail.entries.map { IndexEntry(id: $0.id, slot: $0.slot.movedUp(by: older)) }
  }

  /// Where each frame begins, in order.
  var offsets: [UInt64] {
    let older = (0..<(index?.layout.frames ?? 0)).compactMap {
      index?.range(ofFrame: $0)?.lowerBound
    }
    return older + tail.placed.map(\.offset)
  }
}
