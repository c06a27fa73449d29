package import FsyncCore

/// Which commits `log` shows.
package struct LogQuery: Sendable {
  /// Only commits that changed something at or below one of these paths; empty for all.
  package var paths: [Path] = []
  /// Only commits that deleted something (at or below the paths).
  package var deletedOnly = false
  /// Only commits of this time or later.
  package var since: Timestamp?
  /// Only commits that come after this one in the order of the log.
  package var after: ObjectID?
  /// At most so many.
  package var limit: Int?
  /// At most so many are looked at, after `after`.
  package var patience: Int?
  /// How many entries that differ are enough to tell a commit's changes; nil for all.
  package var mostChanges: Int?
  /// Whether to compute the changes of each.
  package var withChanges = false

  /// Makes a query of everything.
  package init() {}
}

/// A commit as `log` shows it.
package struct LogEntry: Sendable {
  /// Its id.
  package var id: ObjectID
  /// The commit.
  package var commit: Commit
  /// What it changed at or below the asked path; nil where it was not asked.
  package var changes: [PathChange]?

  /// Makes an entry.
  package init(id: ObjectID, commit: Commit, changes: [PathChange]? = nil) {
    self.id = id
    self.commit = commit
    self.changes = changes
  }
}

/// A state of the folder in history.
package enum Moment: Hashable, Sendable {
  /// The base: the last state that the folder was brought to.
  case base
  /// A commit.
  case commit(ObjectID)
  /// The view of the commits known by a time.
  case time(Timestamp)
}
