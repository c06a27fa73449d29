internal import FsyncCore
package import FsyncSystem

/// A directory that is being scanned, as its children see it.
struct FolderContext: Sendable {
  let path: Path
  /// The rules for names in it.
  let rules: IgnoreRules
  /// Why rules here or above could not be read.
  let rulesFailure: SystemError?
  /// The folder itself, or the nearest one above it that is kept open: not each level of a deep
  /// tree holds a descriptor.
  let open: OpenFolder?
  /// How many levels below that one the folder lies.
  let below: Int
  /// What the directory's file system is known by.
  let device: UInt64
  let mount: UInt64

  /// The same without an open directory: to be kept for long, and many of them.
  var closed: FolderContext {
    FolderContext(
      path: path, rules: rules, rulesFailure: rulesFailure, open: nil, below: 0, device: device,
      mount: mount)
  }

  /// Down to this depth every folder on the way is kept open.
  static let openDepth = 200

  /// Says whether a folder of a depth is kept open while what is in it is looked at: each one as far
  /// as trees usually go, and one in so many below, so that a deep tree takes neither a descriptor
  /// for each level nor a call for each level above each folder.
  static func isKept(depth: Int) -> Bool { depth <= openDepth || depth % 32 == 0 }
}

/// A directory that several hold open; it closes when the last lets go.
package final class OpenFolder: Sendable {
  /// The directory.
  package let directory: Directory

  /// Takes over an open directory.
  package init(_ directory: consuming Directory) {
    self.directory = directory
  }
}
