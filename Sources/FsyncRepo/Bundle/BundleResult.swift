package import FsyncCore

/// What a bundle is to hold.
package struct BundleOptions: Sendable {
  /// What the bundle need not bring.
  package enum Known: Hashable, Sendable {
    /// Nothing: it brings everything.
    case nothing
    /// What a remote had when it was last synced with, or a replica when its last bundle came.
    case replica(String)
    /// These commits, and all that they descend from.
    case commits([ObjectID])
  }

  /// What the receiver has already.
  package var known: Known = .nothing
  /// The message of the commit that comes first; empty for a generated one.
  package var message: [UInt8] = []
  /// Say what would be made, and make nothing.
  package var dryRun = false

  /// Makes the options of a bundle with everything.
  package init() {}
}

/// What a bundle holds, as it says itself or as it was made.
package struct BundleSummary: Sendable {
  /// The repository that it belongs to; nil where it has no commit.
  package var repository: RepositoryID?
  /// The replica that made it.
  package var replica: ReplicaID
  /// That replica's name.
  package var name: [UInt8]
  /// The heads that whoever imports it has afterwards.
  package var heads: [ObjectID]
  /// The commits that must be there before.
  package var base: [ObjectID]
  /// The commits that it carries.
  package var commits = 0
  /// The objects that it carries.
  package var objects = 0
  /// Its bytes.
  package var bytes: UInt64 = 0

  /// Makes a summary of nothing yet.
  package init(
    repository: RepositoryID?, replica: ReplicaID, name: [UInt8], heads: [ObjectID],
    base: [ObjectID]
  ) {
    self.repository = repository
    self.replica = replica
    self.name = name
    self.heads = heads
    self.base = base
  }
}

/// What making a bundle did.
package struct BundleResult: Sendable {
  /// What it holds.
  package var summary: BundleSummary
  /// What was committed before.
  package var commit: CommitResult
  /// The bytes that a creation which was stopped had left, and that were not made again.
  package var resumed: UInt64 = 0
}

/// What looking through a bundle found.
package struct BundleCheck: Sendable {
  /// What it holds.
  package var summary: BundleSummary
  /// The commits that must be there before and are not here.
  package var missing: [ObjectID] = []
  /// The commits that it would bring here.
  package var new = 0
  /// Frames whose content can only be looked at where the bundle is importable.
  package var unverified = 0

  /// Whether it can be imported here.
  package var isImportable: Bool { missing.isEmpty }
}
