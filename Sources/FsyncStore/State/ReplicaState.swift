package import FsyncCore

/// A live pack, as transactions name it.
package struct PackReference: Hashable, Comparable, Sendable {
  /// Its name: 16 random bytes; the file's name is their hexadecimal digits and `.pack`.
  package var name: [UInt8]
  /// Since when nothing reaches its content, where `gc` set it apart; nil for every other pack.
  package var unreachableSince: Timestamp?

  init(name: [UInt8], unreachableSince: Timestamp? = nil) {
    self.name = name
    self.unreachableSince = unreachableSince
  }

  /// Orders by name.
  package static func < (left: PackReference, right: PackReference) -> Bool {
    left.name.lexicographicallyPrecedes(right.name)
  }
}

/// Everything that the transactions of a store add up to.
package struct ReplicaState: Hashable, Sendable {
  /// The commits that nothing here follows, in rising order.
  package var heads: [ObjectID] = []
  /// What the folder shows; nil before the first commit or materialise, and where it is bare.
  package var base: Base?
  /// Small named values: tags, what remotes had last, the register.
  package var refs: [[UInt8]: [UInt8]] = [:]
  /// The paths that lag behind the base.
  package var lagging: [Path: Lag] = [:]
  /// The view whose materialise has begun and not ended.
  package var intent: Intent?
  /// The highest sequence number of this replica's own commits.
  package var sequence: UInt64 = 0
  /// The number of the last transaction, from 1.
  package var serial: UInt64 = 0
  /// The time of the last transaction.
  package var time: Timestamp = .zero
  /// The live packs, in the order in which they were added.
  package var packs: [PackReference] = []
  /// How many transactions have dropped objects; when it moves, looked-up objects may be gone.
  package var drops: UInt64 = 0
  /// The newest operation object of folded journals; nil before the first fold.
  package var log: ObjectID?
  /// The newest record of commits whose content is not all here; nil where every commit is whole.
  package var absences: ObjectID?
  /// Which repository this is; nil for a bare one that has not been pushed to.
  package var repositoryID: RepositoryID?
  /// Whether there is no working tree.
  package var isBare = false
  /// How new frames are compressed.
  package var compression: Compression = .standard
  /// The boot in which the last transaction was written.
  package var bootID: [UInt8] = []

  /// Makes the state of nothing.
  package init() {}
}
