internal import FsyncCore
package import FsyncSystem

/// A directory that is being scanned, as its children see it.
struct FolderContext: Sendable {
  let path: Path
  /// The rules for names in it.
  let rules: IgnoreRules
  /// Why rules here or above could not be read.
  let rulesFailure: SystemError?
  /// Open, unless it lies too deep for each level to hold a descriptor.
  let folder: OpenFolder?
  /// What the directory's file system is known by.
  let device: UInt64
  let mount: UInt64

  /// The same without an open directory: to be kept for long, and many of them.
  var closed: FolderContext {
    FolderContext(
      path: path, rules: rules, rulesFailure: rulesFailure, folder: nil, device: device,
      mount: mount)
  }

  /// Below this depth a folder is opened anew from the root for each of its children.
  static let openDepth = 200
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
