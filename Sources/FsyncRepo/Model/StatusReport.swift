package import FsyncCore

/// What `status` reports.
package struct StatusReport: Sendable {
  /// The commits that nothing follows yet, sorted.
  package var heads: [ObjectID] = []
  /// The tree that the folder shows; nil before the first commit.
  package var view: ObjectID?
  /// Changes of the folder that no commit holds, in order of path.
  package var changes: [PathChange] = []
  /// Paths that are unknown, skipped, held or not written.
  package var problems: [PathProblem] = []
  /// Open conflicts.
  package var conflicts = 0
  /// The folder does not show the view of the heads yet.
  package var isBehind = false
  /// Remotes: name, place, heads at the last sync if any, commits here that it lacks, if known.
  package var remotes: [RemoteStatus] = []

  /// Makes an empty report.
  package init() {}
  /// Says whether there is nothing to commit.
  package var isClean: Bool { changes.isEmpty }
}

/// What is known of a remote without asking it.
package struct RemoteStatus: Hashable, Sendable {
  /// Its name.
  package var name: String
  /// Where it is.
  package var url: String
  /// When it was last synced with.
  package var lastSync: Timestamp?
  /// Commits here that it did not have then.
  package var ahead: Int

  /// Makes a status.
  package init(name: String, url: String, lastSync: Timestamp?, ahead: Int) {
    self.name = name
    self.url = url
    self.lastSync = lastSync
    self.ahead = ahead
  }
}
