package import FsyncCore

/// What a commit is to be.
package struct CommitOptions: Sendable {
  /// The message; empty for a generated one that names what changed.
  package var message: [UInt8] = []
  /// The kind of the commit.
  package var kind: Commit.Kind = .manual
  /// The author; nil for the configured one.
  package var author: [UInt8]?
  /// Look and report, change nothing.
  package var dryRun = false
  /// Whether the result names every change, which takes memory for each.
  package var listsChanges = true

  /// Makes options.
  package init() {}
}

/// What a commit did.
package struct CommitResult: Sendable {
  /// The commits made, normally one; empty where there was nothing to commit.
  package var commits: [ObjectID] = []
  /// How many changes of which kind are in them.
  package private(set) var summary = ChangeSummary()
  /// The changes in them, where they were asked for.
  package private(set) var changes: [PathChange] = []
  /// Paths that were left for the next commit.
  package var problems: [PathProblem] = []
  /// Bytes of file content read and hashed.
  package var bytesRead: UInt64 = 0
  /// Bytes added to the store.
  package var bytesStored: UInt64 = 0

  /// Makes an empty result.
  package init() {}

  /// Notes a change.
  /// - Parameter isListed: whether it is to be named, and not only counted.
  package mutating func note(_ change: PathChange, isListed: Bool = true) {
    summary.add(change)
    if isListed { changes.append(change) }
  }
}
