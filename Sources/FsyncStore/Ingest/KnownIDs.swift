import FsyncCore
import Synchronization

/// The ids that an ingest has met, shared by its workers, and where it has put their objects.
///
/// Sharded by the id's first byte, so that workers seldom wait for each other.
final class KnownIDs: Sendable {
  private final class Shard: Sendable {
    let table = Mutex(ObjectTable())
  }

  /// A value that is no slot: the object is on its way.
  private static let new = UInt64.max
  /// A value that is no slot: the store has the object.
  private static let stored = UInt64.max - 1
  private let shards = (0..<16).map { _ in Shard() }

  private func shard(_ id: ObjectID) -> Shard { shards[Int(id.firstByte & 15)] }

  /// Notes an id; false where it was noted before.
  func claim(_ id: ObjectID) -> Bool {
    shard(id).table.withLock { $0.insert(id, KnownIDs.new) == nil }
  }

  /// Notes that the ingest relies on an object that the store has.
  func rely(on id: ObjectID) {
    shard(id).table.withLock { $0.update(id, KnownIDs.stored) }
  }

  /// Notes the slots of the objects of frames that follow each other from a number on.
  func place(_ frames: [EncodedFrame], from number: Int) {
    for (offset, frame) in frames.enumerated() {
      for (position, object) in frame.objects.enumerated() {
        let slot = Slot(
          frame: number + offset, position: position, kind: object.kind,
          hasPrefix: frame.hasPrefix)
        shard(object.id).table.withLock { $0.update(object.id, slot.packed) }
      }
    }
  }

  /// Where the ingest has put an object; nil where it has not.
  func slot(of id: ObjectID) -> Slot? {
    shard(id).table.withLock { $0.value(of: id) }.flatMap {
      $0 < KnownIDs.stored ? Slot(packed: $0) : nil
    }
  }

  /// The ids that are relied on, in no order.
  var relied: [ObjectID] {
    shards.flatMap { shard in shard.table.withLock { $0.ids(with: KnownIDs.stored) } }
  }

  /// Hands over where objects were put, and forgets it: what is relied on stays known.
  func takeEntries() -> [IndexEntry] {
    var entries: [IndexEntry] = []
    entries.reserveCapacity(shards.reduce(0) { $0 + $1.table.withLock { $0.count } })
    for shard in shards {
      shard.table.withLock { table in
        var rest = ObjectTable()
        table.forEach { id, value in
          if value < KnownIDs.stored {
            entries.append(IndexEntry(id: id, slot: Slot(packed: value)))
          } else {
            rest.insert(id, value)
          }
        }
        table = rest
      }
    }
    return entries
  }
}
