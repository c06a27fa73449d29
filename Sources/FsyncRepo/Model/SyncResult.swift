package import FsyncCore

/// What a sync did with one remote.
package struct SyncResult: Sendable {
  /// The remote's name, or its place where it has none.
  package var remote: String
  /// The heads afterwards.
  package var heads: [ObjectID] = []
  /// The view afterwards.
  package var view: ObjectID?
  /// Bytes sent over the carrier.
  package var bytesSent: UInt64 = 0
  /// Bytes received over the carrier.
  package var bytesReceived: UInt64 = 0
  /// Objects sent.
  package var objectsSent = 0
  /// Objects received.
  package var objectsReceived = 0
  /// Waits for an answer of the other side.
  package var roundTrips = 0
  /// What was committed before.
  package var commit = CommitResult()
  /// What was written into the folder.
  package var update = UpdateResult()
  /// Open conflicts that the other side reports.
  package var remoteConflicts = 0
  /// Whether the other side took nothing of what we have, since we may only read there.
  package var isReadOnly = false
  /// What the other side had when it was last seen, and had no more when this sync began.
  package var lost: LostCommits?

  /// Makes a result of nothing.
  package init(remote: String) {
    self.remote = remote
  }
}

/// Commits that a remote once had and has lost, as one that was restored from a backup has.
package struct LostCommits: Hashable, Sendable {
  /// How many.
  package var count: Int
  /// When it was last seen with them.
  package var seen: Timestamp
}
