/// The identity of a replica: 16 random bytes, made by `init` and `clone`.
package struct ReplicaID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The number of bytes.
  package static let byteCount = 16
  /// The 16 bytes.
  package let bytes: [UInt8]

  /// Makes an id of exactly 16 bytes; nil for any other number.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == ReplicaID.byteCount else { return nil }
    self.bytes = Array(bytes)
  }

  private init(repeating byte: UInt8) {
    bytes = [UInt8](repeating: byte, count: ReplicaID.byteCount)
  }

  /// The id of no replica: sixteen zeros.
  package static let nobody = ReplicaID(repeating: 0)

  /// Orders ids as their bytes.
  package static func < (left: ReplicaID, right: ReplicaID) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }

  /// The id as 32 hexadecimal digits.
  package var description: String { bytes.hex }
}

/// A change of the folder: what it is now, what it was made on, and who, when and why.
package struct Commit: Hashable, Sendable {
  /// Why a commit was made; the raw value is the byte of the encoding.
  package enum Kind: UInt8, Hashable, Sendable {
    /// By `fsync commit`.
    case manual = 1
    /// By a sync or the daemon, with a generated message.
    case automatic = 2
    /// By `fsync restore` or `undo`.
    case restore = 3
    /// By `fsync resolve`.
    case resolve = 4
    /// By `fsync approve`.
    case approved = 5
  }

  /// The view of several parents, as it was when the commit was made on it.
  package struct BaseView: Hashable, Sendable {
    /// The view's tree.
    package var tree: ObjectID
    /// The view's conflict table; nil when it had none.
    package var conflicts: ObjectID?
    /// The renames that the view's merge made; nil when it made none.
    package var renames: ObjectID?

    /// Makes the record.
    package init(tree: ObjectID, conflicts: ObjectID? = nil, renames: ObjectID? = nil) {
      self.tree = tree
      self.conflicts = conflicts
      self.renames = renames
    }
  }

  /// The folder.
  package var tree: ObjectID
  /// The whole base that the commit was made on, in rising order.
  package var parents: [ObjectID]
  /// The base's view; present exactly when there is more than one parent.
  package var baseView: BaseView?
  /// Who committed.
  package var replica: ReplicaID
  /// That replica's name then, UTF-8 of at most 255 bytes.
  package var replicaName: [UInt8]
  /// The number of the commit in its replica's own chain, from 1.
  package var sequence: UInt64
  /// The author, UTF-8 of at most 1,024 bytes.
  package var author: [UInt8]
  /// When, by the replica's clock.
  package var time: Timestamp
  /// Minutes east of UTC where the commit was made.
  package var zone: Int16
  /// Why.
  package var message: [UInt8]
  /// What kind of command made it.
  package var kind: Kind
  /// Renames since the base; nil for none.
  package var renames: ObjectID?
  /// Conflicts that are open in `tree`; nil for none.
  package var conflicts: ObjectID?
  /// The version of the merge rules of the program that wrote it.
  package var engine: UInt64

  /// Makes a commit; parents are sorted here.
  package init(
    tree: ObjectID, parents: [ObjectID], baseView: BaseView? = nil, replica: ReplicaID,
    replicaName: [UInt8], sequence: UInt64, author: [UInt8], time: Timestamp, zone: Int16 = 0,
    message: [UInt8], kind: Kind, renames: ObjectID? = nil, conflicts: ObjectID? = nil,
    engine: UInt64 = Commit.currentEngine
  ) {
    self.tree = tree
    self.parents = parents.sorted()
    self.baseView = baseView
    self.replica = replica
    self.replicaName = replicaName
    self.sequence = sequence
    self.author = author
    self.time = time
    self.zone = zone
    self.message = message
    self.kind = kind
    self.renames = renames
    self.conflicts = conflicts
    self.engine = engine
  }

  /// The version of the merge rules in this program.
  package static let currentEngine: UInt64 = 1
}
