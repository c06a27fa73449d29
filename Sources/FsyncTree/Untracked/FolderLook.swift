internal import FsyncCore
internal import FsyncSystem

/// An untracked folder as it was just before its names were read.
struct FolderLook: Sendable {
  let path: Path
  let stat: Stat
  /// Whether whatever changes the folder after the look shows in its stamps.
  let isSafe: Bool
}

extension UntrackedContent {
  /// Says whether each folder is still as it was when its names were read.
  ///
  /// Where one is not, a file that was gone from its old place may have come into this one behind
  /// the look, and have left the next before that was looked at: it is recorded nowhere, and is
  /// not deleted.
  func isStill(below root: borrowing Directory) throws(SystemError) -> Bool {
    let cursor = try FolderCursor(root)
    return looks.allSatisfy { look in
      guard look.isSafe, let now = try? cursor.folder(look.path).directory.stat() else {
        return false
      }
      return now.isUnchanged(since: look.stat)
    }
  }
}
