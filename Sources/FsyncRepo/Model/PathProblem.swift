package import FsyncSystem

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
