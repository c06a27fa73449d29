package import FsyncCore

/// Conflicts that are open now.
package struct ConflictsModel: Sendable {
  /// The state that has them.
  package var place: Place
  /// The conflicts.
  package var conflicts: [Item]
  /// Whether there are more than are listed.
  package var hasMore: Bool

  /// The most that are listed.
  package static let mostConflicts = 200
  /// The most versions of one that are listed.
  package static let mostVersions = 20

  /// A conflict.
  package struct Item: Sendable {
    /// The path.
    package var path: Path
    /// How versions clash there.
    package var kind: Conflict.Kind
    /// The versions, the one with the plain name first.
    package var versions: [Version]
    /// Whether there are more than are listed.
    package var hasMore: Bool

    /// Makes a conflict.
    package init(path: Path, kind: Conflict.Kind, versions: [Version], hasMore: Bool = false) {
      self.path = path
      self.kind = kind
      self.versions = versions
      self.hasMore = hasMore
    }
  }

  /// A version.
  package struct Version: Sendable {
    /// Where it is.
    package var path: Path
    /// What it is.
    package var entry: Entry
    /// The commit that introduced it.
    package var commit: CommitFacts?

    /// Makes a version.
    package init(path: Path, entry: Entry, commit: CommitFacts?) {
      self.path = path
      self.entry = entry
      self.commit = commit
    }
  }

  /// Makes the model.
  package init(place: Place, conflicts: [Item], hasMore: Bool = false) {
    self.place = place
    self.conflicts = conflicts
    self.hasMore = hasMore
  }
}
