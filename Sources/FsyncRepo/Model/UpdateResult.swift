package import FsyncCore

/// What bringing the folder to the view of the heads did.
package struct UpdateResult: Sendable {
  /// The heads.
  package var heads: [ObjectID] = []
  /// The view's tree; nil without any commit.
  package var view: ObjectID?
  /// Changes written into the folder.
  package var changes: [PathChange] = []
  /// Paths that were not written.
  package var problems: [PathProblem] = []
  /// Open conflicts in the view.
  package var conflicts = 0

  /// Makes an empty result.
  package init() {}

  /// Adds what a later update did: its state is the one that holds.
  mutating func add(_ later: UpdateResult) {
    let before = changes
    self = later
    changes = before + later.changes
  }
}

/// What `restore` did, or would do.
package struct RestoreResult: Sendable {
  /// The changes written.
  package var changes: [PathChange] = []
  /// Paths that could not be written.
  package var problems: [PathProblem] = []
  /// The commits that record it.
  package var commits: [ObjectID] = []

  /// Makes an empty result.
  package init() {}
}
