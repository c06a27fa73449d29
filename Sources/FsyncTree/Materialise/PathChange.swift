package import FsyncCore
package import FsyncSystem

/// What the folder is to become at one path.
package struct PathChange: Hashable, Sendable {
  /// The path.
  package let path: Path
  /// What the folder is believed to hold: what the merge took for granted.
  package let from: Entry?
  /// What it is to hold.
  package let to: Entry?

  /// Makes a change.
  package init(path: Path, from: Entry?, to: Entry?) {
    self.path = path
    self.from = from
    self.to = to
  }

  /// Whether new bytes must be written.
  var needsContent: Bool {
    guard let to, to.kind != .directory else { return false }
    guard let from else { return true }
    return !from.hasSameContent(as: to)
  }

  var isDeletion: Bool { to == nil }

  /// Whether a folder must be emptied before its name can be taken.
  var replacesDirectory: Bool {
    from?.kind == .directory && to != nil && to?.kind != .directory
  }
}

/// What became of one path.
package enum Outcome: Hashable, Sendable {
  /// The path is as it was to be; with the stat that vouches for a file or symlink.
  case done(KnownStat?)
  /// A folder was to go and stays, because it holds what no tree knows.
  ///
  /// Counts as done.
  case residue
  /// The path is not what the merge took for granted, and was left alone.
  case changedMeanwhile
  /// The path cannot be here.
  case held(HoldReason)
  /// The content is not to be had.
  case unavailable(ObjectError)
  /// A call failed.
  case failed(SystemError)
  /// The work was stopped before its turn.
  case notTried

  /// Whether the path is as it was to be.
  package var isDone: Bool {
    switch self {
    case .done, .residue: true
    default: false
    }
  }
}

/// Why a path cannot be where a tree has it.
package enum HoldReason: Hashable, Sendable {
  /// The file system cannot hold the name.
  case name(SystemError)
  /// The file system takes the name for another one that is there.
  case clash
  /// A folder that holds what no tree knows has the name.
  case occupied
}

/// How a folder is written.
package struct MaterialiseOptions: Sendable {
  /// The number of threads that stage content.
  package var threads = 2
  /// Whether the file system keeps permission bits.
  package var hasModes = true
  /// How finely the file system stamps changes.
  package var stamps = StampRule.coarse
  /// Asked before each path; true leaves the rest untried.
  package var shouldStop: (@Sendable () -> Bool)?
  /// Says where content is stored: it is staged in that order.
  package var place: (@Sendable (ObjectID) -> ContentPlace?)?
  /// Told the bytes of each file that was staged, from several threads.
  package var staged: (@Sendable (_ bytes: UInt64) -> Void)?

  /// Makes the usual options.
  package init() {}
}

/// Why content could not be staged.
enum StagingError: Error {
  case object(ObjectError)
  case system(SystemError)

  var outcome: Outcome {
    switch self {
    case .object(let error): .unavailable(error)
    case .system(let error): .failed(error)
    }
  }

  /// Says whether a name was taken by something else.
  var isPresent: Bool {
    if case .system(let error) = self { return error.isPresent }
    return false
  }

  /// Calls the system in a place where objects may fail too.
  static func system<Value: ~Copyable>(
    _ body: () throws(SystemError) -> Value
  ) throws(StagingError) -> Value {
    do throws(SystemError) { return try body() } catch { throw .system(error) }
  }
}
