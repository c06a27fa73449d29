package import FsyncCore
package import FsyncSystem
internal import Synchronization

/// Where new content waits until it is durable, and old content until it is known to be old.
final class StagingArea: Sendable {
  let folder: OpenFolder
  private let reader: any ObjectReader & Sendable
  private let options: MaterialiseOptions
  private let counter = Atomic<Int>(0)

  /// What begins the names of things that were put aside because they could not be put back;
  /// they are never cleared.
  static let rescued = Array("rescued-".utf8)

  init(
    _ folder: borrowing Directory, _ reader: any ObjectReader & Sendable,
    _ options: MaterialiseOptions
  ) throws(SystemError) {
    self.folder = OpenFolder(try folder.reopened())
    self.reader = reader
    self.options = options
  }

  /// Removes what a killed process has left.
  ///
  /// What is not its own temporary stays.
  func clear() throws(SystemError) {
    for name in try folder.directory.names() where !name.starts(with: StagingArea.rescued) {
      discard(name, in: folder)
    }
  }

  /// A name that nothing else has in this run.
  func newName() -> [UInt8] {
    let number = counter.add(1, ordering: .relaxed).newValue
    return Array("f\(String(number, radix: 16))".utf8)
  }

  /// A name for a temporary beside its target, which scans do not see.
  func newNameBeside() -> [UInt8] {
    let random = Host.randomBytes(8)
    return Name.stagingPrefix + Array(random.hex.utf8)
  }

  /// Writes a file or symlink with its mode and time.
  /// - Parameter durably: whether it is made durable by itself; else the whole file system is,
  ///   once, before anything is renamed.
  func write(
    _ entry: Entry, as name: [UInt8], in folder: OpenFolder, durably: Bool
  ) throws(StagingError) {
    do throws(StagingError) {
      switch entry.kind {
      case .symlink: try writeSymlink(entry, as: name, in: folder)
      default: try writeFile(entry, as: name, in: folder, durably)
      }
    } catch {
      discard(name, in: folder)
      throw error
    }
    options.staged?(entry.size)
  }

  private func writeSymlink(
    _ entry: Entry, as name: [UInt8], in folder: OpenFolder
  ) throws(StagingError) {
    let target = try ContentWriter(reader: reader).target(entry)
    try StagingError.system { () throws(SystemError) in
      try folder.directory.makeSymlink(name, to: target)
      try folder.directory.setModified(name, FileTime(entry.mtime))
    }
  }

  private func writeFile(
    _ entry: Entry, as name: [UInt8], in folder: OpenFolder, _ durably: Bool
  ) throws(StagingError) {
    let file = try StagingError.system { () throws(SystemError) in
      try folder.directory.file(name, .create(mode: 0o600))
    }
    try ContentWriter(reader: reader).write(entry, to: file)
    try StagingError.system { () throws(SystemError) in
      if options.hasModes { try file.setMode(entry.mode) }
      try file.setModified(FileTime(entry.mtime))
      if durably { try file.sync() }
    }
  }

  /// Makes a directory with its mode, which its owner may at first write whatever that says.
  func makeDirectory(mode: UInt16, as name: [UInt8]) throws(SystemError) {
    try folder.directory.makeDirectory(name, mode: 0o700)
    if options.hasModes { try folder.directory.setMode(name, mode | 0o700) }
  }

  /// Removes a temporary, whatever it is; a folder that holds something stays.
  func discard(_ name: [UInt8], in folder: OpenFolder) {
    do throws(SystemError) { try folder.directory.unlink(name) } catch {
      if !error.isAbsent { try? folder.directory.removeDirectory(name) }
    }
  }

  /// Puts something that must not be lost out of the next clearing's reach.
  func rescue(_ name: [UInt8], in place: OpenFolder) {
    let kept = StagingArea.rescued + Array(Host.randomBytes(8).hex.utf8)
    try? place.directory.rename(name, to: folder.directory, kept)
  }
}

extension FileTime {
  /// A tree's time.
  package init(_ time: Timestamp) {
    self.init(seconds: time.seconds, nanoseconds: time.nanoseconds)
  }
}
