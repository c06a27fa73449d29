package import FsyncCore
package import FsyncSystem

/// How a path differs.
package enum ChangeKind: String, Hashable, Sendable {
  /// It is new.
  case added
  /// Its content changed.
  case modified
  /// It is gone.
  case deleted
  /// It is of another kind.
  case retyped
  /// Its permission bits changed, and nothing else.
  case mode
  /// It was at another path.
  case renamed
}

/// A path that differs.
package struct PathChange: Hashable, Sendable {
  /// The path.
  package var path: Path
  /// How it differs.
  package var kind: ChangeKind
  /// Where it was, for `renamed`.
  package var from: Path?
  /// What it was; nil where it was nothing.
  package var old: Entry?
  /// What it is; nil where it is nothing, or its content is not known yet.
  package var new: Entry?

  /// Makes a change.
  package init(
    path: Path, kind: ChangeKind, from: Path? = nil, old: Entry? = nil, new: Entry? = nil
  ) {
    self.path = path
    self.kind = kind
    self.from = from
    self.old = old
    self.new = new
  }
}

/// A path that fsync could not look at, or leaves alone.
package struct PathProblem: Hashable, Sendable {
  /// Why.
  package enum Reason: Hashable, Sendable {
    /// A system call failed: it is neither present nor absent.
    case unreadable(SystemError)
    /// It changed while it was read; the next commit takes it.
    case changing
    /// It is a socket, FIFO or device.
    case special(FileKind)
    /// Another file system begins here.
    case otherFileSystem
    /// Another file system was here and is not mounted.
    case notMounted
    /// Another repository begins here.
    case nestedRepository
    /// Its name cannot be stored.
    case name
    /// A deletion that could not be settled; the next commit looks again.
    case unsettled
    /// The view has it, and it cannot exist here: a clash of case, a reserved or long name.
    case held(String)
    /// It changed in the folder before it could be written; the next sync merges it.
    case notWritten
  }
  /// The path, as far as it can be a path.
  package var path: [UInt8]
  /// Why.
  package var reason: Reason

  /// Makes a problem.
  package init(path: [UInt8], reason: Reason) {
    self.path = path
    self.reason = reason
  }
}

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

  /// Makes options.
  package init() {}
}

/// What a commit did.
package struct CommitResult: Sendable {
  /// The commits made, normally one; empty where there was nothing to commit.
  package var commits: [ObjectID] = []
  /// The changes in them.
  package var changes: [PathChange] = []
  /// Paths that were left for the next commit.
  package var problems: [PathProblem] = []
  /// Bytes of file content read and hashed.
  package var bytesRead: UInt64 = 0
  /// Bytes added to the store.
  package var bytesStored: UInt64 = 0

  /// Makes an empty result.
  package init() {}
}

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

/// Which commits `log` shows.
package struct LogQuery: Sendable {
  /// Only commits that changed something at or below one of these paths; empty for all.
  package var paths: [Path] = []
  /// Only commits that deleted something (at or below the paths).
  package var deletedOnly = false
  /// Only commits of this time or later.
  package var since: Timestamp?
  /// At most so many.
  package var limit: Int?
  /// Whether to compute the changes of each.
  package var withChanges = false

  /// Makes a query of everything.
  package init() {}
}

/// How a conflict is to be closed.
package enum Resolution: Sendable {
  /// The version at the plain name wins; copies go.
  case plain
  /// The version of a copy wins (the only one, or the one whose copy path is given).
  case copy(Path?)
  /// The version that all sides started from wins.
  case base
  /// All stay where they are; the conflict is closed.
  case both
  /// The content of a file of the file system wins.
  case file([UInt8])
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

/// A state of the folder in history.
package enum Moment: Hashable, Sendable {
  /// The base: the last state that the folder was brought to.
  case base
  /// A commit.
  case commit(ObjectID)
  /// The view of the commits known by a time.
  case time(Timestamp)
}

/// What `gc` did, or would do.
package struct CollectResult: Sendable {
  /// Objects dropped.
  package var objectsDropped = 0
  /// Objects that were compressed anew.
  package var objectsRewritten = 0
  /// Bytes of store before.
  package var bytesBefore: UInt64 = 0
  /// Bytes of store after.
  package var bytesAfter: UInt64 = 0

  /// Makes an empty result.
  package init() {}

  /// Makes the result of nothing to do in a store of a size in bytes.
  package init(unchanged size: UInt64) {
    bytesBefore = size
    bytesAfter = size
  }

  /// Says whether nothing was done.
  package var isUnchanged: Bool {
    objectsDropped == 0 && objectsRewritten == 0 && bytesBefore == bytesAfter
  }
}

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

  /// Makes a result of nothing.
  package init(remote: String) {
    self.remote = remote
  }
}

/// Tells how far long work is; called from any thread, at most some times a second.
package struct Progress: Sendable {
  /// What is going on.
  package enum Phase: String, Sendable {
    case scanning, reading, committing, receiving, sending, merging, writing, checking, collecting
  }
  /// Receives phase, units done, units in all where known, and bytes done.
  package var report: @Sendable (Phase, _ done: Int, _ total: Int?, _ bytes: UInt64) -> Void

  /// Makes a receiver.
  package init(_ report: @escaping @Sendable (Phase, Int, Int?, UInt64) -> Void) {
    self.report = report
  }

  /// A receiver that ignores everything.
  package static let none = Progress { _, _, _, _ in }
}
