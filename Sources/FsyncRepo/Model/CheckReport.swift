package import FsyncCore

/// What `fsck` found.
package struct CheckReport: Sendable {
  /// Frames read and verified.
  package var frames = 0
  /// Objects hashed.
  package var objects = 0
  /// Each damage in words of the store: what, where.
  package var damages: [String] = []
  /// Objects that are referenced and not here, or not here whole.
  package var missing: [ObjectID] = []
  /// What people lose by it; empty where nothing is missing.
  package var harm = Harm()
  /// Bytes of the store that were read, or of the objects that were hashed.
  package var bytes: UInt64 = 0

  /// Makes an empty report.
  package init() {}
  /// Says whether nothing is wrong.
  package var isSound: Bool { damages.isEmpty && missing.isEmpty }
}

/// What missing objects mean for files and commits.
package struct Harm: Sendable {
  /// A file or folder of which a version cannot be brought back.
  package struct Item: Sendable {
    /// Where it is; empty for what belongs to the commit as a whole.
    package var path: [UInt8]
    /// The newest commit that has that version.
    package var commit: ObjectID
    /// That commit's time.
    package var time: Timestamp
    /// How many commits have such a version of it.
    package var commits: Int
  }

  /// What is hit, in order of path, so far as it was counted.
  package var items: [Item] = []
  /// Whether there is more than was counted.
  package var isCut = false
  /// Commits that can be read, and of them those of which everything is here.
  package var commits = 0
  package var wholeCommits = 0
  /// Commits that cannot be read themselves; what is before them is not known.
  package var lostCommits: [ObjectID] = []

  /// Makes no harm.
  package init() {}
}

/// What a repair did.
package struct RepairReport: Sendable {
  /// What was found before.
  package var before = CheckReport()
  /// Objects that were fetched and are whole now.
  package var fetched: [ObjectID] = []
  /// Objects that the remote does not have whole either.
  package var lacking: [ObjectID] = []
  /// What is found now.
  package var after = CheckReport()

  /// Makes an empty report.
  package init() {}
}
