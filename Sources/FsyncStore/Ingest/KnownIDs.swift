import FsyncCore
import Synchronization

/// The ids that an ingest has met, shared by its workers.
///
/// Sharded by the id's first byte, so that workers seldom wait for each other.
final class KnownIDs: Sendable {
  private final class Shard: Sendable {
    let table = Mutex(ObjectTable())
  }

  private static let new: UInt64 = 0
  private static let stored: UInt64 = 1
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

  /// The ids that are relied on, in no order.
  var relied: [ObjectID] {
    shards.flatMap { shard in shard.table.withLock { $0.ids(with: KnownIDs.stored) } }
  }
}
