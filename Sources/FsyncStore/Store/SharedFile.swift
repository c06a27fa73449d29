import FsyncSystem

/// An open file that several owners read.
final class SharedFile: Sendable {
  let file: File

  init(_ file: consuming File) {
    self.file = file
  }
}
