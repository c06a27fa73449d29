package import FsyncCore
package import FsyncSystem

/// Why the working tree could not be looked at or written as a whole; trouble with one path is
/// data of the result instead.
package enum TreeError: Error, Hashable, Sendable {
  /// The root, the index or the staging folder failed.
  case system(SystemError)
  /// The index is not what was written: it is to be built again from its tree.
  case damagedIndex
  /// A tree of the base could not be read.
  case object(ObjectError)
}

/// Why something that has a name could not be recorded: it is neither present nor absent.
package enum Obstacle: Error, Hashable, Sendable {
  /// A call failed with anything but "there is no such file".
  case system(SystemError)
  /// Another file system is mounted here.
  case otherFileSystem
  /// A file system that was entered here before is not mounted.
  case notMounted
  /// The folder is the root of a repository of its own.
  case repository
  /// A socket, FIFO or device.
  case special(FileKind)
  /// No tree can hold this name or path.
  case name
  /// The file changed whenever it was read.
  case unsteady
}
