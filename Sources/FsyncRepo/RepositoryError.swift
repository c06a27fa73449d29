package import FsyncCore
package import FsyncSystem

/// Why a repository could not do what was asked.
///
/// Facts only: the command words them.
package enum RepositoryError: Error, Sendable {
  /// No repository is at or above a path.
  case notARepository([UInt8])
  /// A repository is already here.
  case alreadyARepository([UInt8])
  /// The place lies inside another repository.
  case insideARepository([UInt8], outer: [UInt8])
  /// The target of a clone exists and is not an empty folder.
  case notEmpty([UInt8])
  /// The command needs a working tree, and the repository is bare.
  case bare
  /// Another fsync holds a lock.
  case busy(lock: String)
  /// The root or its `.fsync` is not the one that was recorded.
  case rootReplaced([UInt8], reason: String)
  /// The format is of a newer version.
  case newerFormat(String)
  /// Stored data is damaged: where, and what.
  case damaged(String)
  /// An object is missing or damaged.
  case object(ObjectError)
  /// The view of the heads cannot be computed here.
  case view(String)
  /// The view of the heads cannot be computed here before this content comes from another replica.
  case unavailable(ObjectID)
  /// Content of a commit is not kept here any more, or never came.
  case pruned(PrunedContent)
  /// `prune` was given no rule of what to keep.
  case noPolicy
  /// A configuration file does not parse, or a value is out of range.
  case configuration(file: [UInt8], line: Int?, reason: String)
  /// Text names no commit, time or remote.
  case unknownMoment(String)
  /// Text is a prefix of several commits.
  case ambiguousCommit(String, [ObjectID])
  /// There is no remote of this name.
  case unknownRemote(String)
  /// A remote of this name exists.
  case remoteExists(String)
  /// A path is not valid, or leads out of the working tree.
  case invalidPath([UInt8])
  /// Nothing is at a path, there or then.
  case noSuchPath(Path)
  /// What is at a path is not what the command works on.
  case wrongKind(Path, Entry.Kind)
  /// These paths have changes that no commit holds, and the command would overwrite them.
  case uncommitted([Path])
  /// Something is at a path already.
  case occupied(Path)
  /// No conflict is open at a path.
  case noConflict(Path)
  /// The path is ignored, not tracked, or reserved.
  case notTracked(Path)
  /// The repository's state moved too often while a command worked on it.
  case contended
  /// A system call failed on a path.
  case system(SystemError, path: [UInt8])
  /// The exchange with a remote failed; what it is about is in its own error.
  case exchange(ExchangeFailure)
  /// A bundle cannot be made or taken; what it is about is in its own error.
  case bundle(BundleFailure)
  /// A signal asked to stop.
  case interrupted
  /// The time that `--max-time` gave is over.
  case outOfTime
}

/// Why an exchange with a remote did not come to its end.
package enum ExchangeFailure: Error, Hashable, Sendable {
  /// The remote is not there, or its host does not answer; nothing changed.
  case unreachable(String)
  /// The connection ended in the middle; what arrived is kept, and trying again goes on.
  case disconnected(String)
  /// No message came for too long.
  case timeout
  /// The remote said for too long that it is at work, and nothing else.
  case stalled
  /// The remote belongs to another repository.
  case otherRepository(ours: String, theirs: String)
  /// The remote speaks a version that this one does not.
  case version(String)
  /// The remote sent something that is not acceptable: damaged, hostile, or out of order.
  case protocolViolation(String)
  /// The remote reported a failure of its own, with details.
  case remote(RemoteTrouble, String)
}

/// Why a bundle could not be made, read or taken.
package enum BundleFailure: Error, Hashable, Sendable {
  /// The file is no bundle.
  case notABundle([UInt8])
  /// Something other than a bundle is where one is to be written.
  case occupied([UInt8])
  /// The bundle is of a newer version: of its own format or of the protocol.
  case newer(UInt64)
  /// The file ends before the bundle does.
  case truncated
  /// The bundle is damaged, or was not made by an honest program: details.
  case damaged(String)
  /// The bundle belongs to another repository.
  case otherRepository(ours: RepositoryID, theirs: RepositoryID)
  /// The bundle builds on commits that are not here.
  case lacksBase([ObjectID], maker: [UInt8])
  /// The bundle builds on content that is not here: how many objects, and one of them.
  case incomplete(Int, ObjectID)
  /// Nothing is known of what somebody has; these are known.
  case unknownReplica(String, known: [[UInt8]])
  /// Several replicas have this name.
  case ambiguousReplica(String, [ReplicaID])
}

/// What a remote says of its own failure.
package enum RemoteTrouble: Hashable, Sendable {
  /// No repository is at the path.
  case noRepository
  /// Another fsync is at work there, or its state moved too often.
  case busy
  /// It does not accept what was sent.
  case refused
  /// Its stored data is damaged or incomplete.
  case damaged
  /// Its disk is full.
  case full
  /// It lacks a permission.
  case denied
  /// It heard nothing for too long.
  case timeout
  /// It was interrupted.
  case interrupted
  /// Its folder is not the one that was recorded.
  case rootReplaced
  /// None of the others.
  case other
}
