package import FsyncSystem

/// An open file that several owners read.
package final class SharedFile: Sendable {
  let file: File

  /// Takes over an open file.
  package init(_ file: consuming File) {
    self.file = file
  }

  /// Writes whole bytes at an offset.
  package func write(_ bytes: [UInt8], at offset: UInt64) throws(SystemError) {
    try file.write(bytes, at: offset)
  }
}
