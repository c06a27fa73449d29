package import FsyncCore

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
