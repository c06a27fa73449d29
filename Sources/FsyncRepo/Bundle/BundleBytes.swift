internal import FsyncCore
internal import FsyncSystem

/// The bytes of a bundle where parts of it can be read once more: its file, or a copy of what comes
/// from a stream.
final class BundleBytes {
  let file: File
  private let path: [UInt8]
  private let isCopy: Bool
  private var end: UInt64 = 0

  /// Opens a bundle's file, or begins a copy of the standard input.
  ///
  /// A copy has no name and is nobody else's to see; its room is given back however this ends.
  /// - Parameter folder: where a copy has room.
  init(_ source: BundleSource, copyingIn folder: [UInt8]) throws(RepositoryError) {
    switch source {
    case .file(let path):
      (self.path, isCopy) = (path, false)
      file = try calling(path) { () throws(SystemError) in try File(path, .read) }
    case .standardInput:
      (path, isCopy) = (folder, true)
      let name = Array("bundle-".utf8) + Host.randomBytes(8).hex.utf8
      file = try calling(folder) { () throws(SystemError) in
        let folder = try Directory(folder)
        let file = try folder.file(name, .create(mode: 0o600))
        try folder.unlink(name)
        return file
      }
    }
  }

  /// Notes what has been read of the source.
  func note(_ bytes: ArraySlice<UInt8>) throws(RepositoryError) {
    guard isCopy else { return }
    let failure: SystemError? = bytes.withUnsafeBytes { bytes in
      do throws(SystemError) { try file.write(bytes, at: end) } catch { return error }
      return nil
    }
    if let failure { throw .system(failure, path: path) }
    end += UInt64(bytes.count)
  }
}
