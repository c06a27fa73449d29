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
  /// What is not its own temporary stays, and so does a folder that was taken out of its place
  /// and holds something.
  func clear() throws(SystemError) {
    for name in try folder.directory.names() where !name.starts(with: StagingArea.rescued) {
      if name.starts(with: NewFolders.prefix) { try? StagingArea.empty(name, in: folder.directory) }
      discard(name, in: folder)
    }
  }

  /// Removes all that is in a new folder that was not put in place.
  private static func empty(
    _ name: [UInt8], in folder: borrowing Directory
  ) throws(SystemError) {
    let directory = try folder.directory(name)
    for name in try directory.names() {
      do throws(SystemError) { try directory.unlink(name) } catch {
        try empty(name, in: directory)
        try directory.removeDirectory(name)
      }
    }
  }

  /// A name that nothing else has in this run.
  func newName() -> [UInt8] {
    let number = counter.add(1, ordering: .relaxed).newValue
    return Array("n\(String(number, radix: 16))".utf8)
  }

  /// The name of a change's content.
  static func name(_ position: Int) -> [UInt8] {
    Array("f\(String(position, radix: 16))".utf8)
  }

  /// A name for a temporary beside its target, which scans do not see.
  func newNameBeside() -> [UInt8] {
    let random = Host.randomBytes(8)
    return Name.stagingPrefix + Array(random.hex.utf8)
  }

  /// Writes a file or symlink with its mode and time.
  /// - Parameters:
  ///   - name: its name, or its path where folders have been made in the staging area.
  ///   - durably: whether it is made durable by itself; else the whole file system is, once,
  ///     before anything is renamed.
  /// - Returns: its stat where it lies.
  func write(
    _ entry: Entry, as name: [UInt8], in folder: OpenFolder, durably: Bool
  ) throws(StagingError) -> Stat {
    let stat: Stat
    do throws(StagingError) {
      switch entry.kind {
      case .symlink: stat = try writeSymlink(entry, as: name, in: folder)
      default: stat = try writeFile(entry, as: name, in: folder, durably)
      }
    } catch {
      // A name that was taken is another's.
      if !error.isPresent { discard(name, in: folder) }
      throw error
    }
    options.staged?(entry.size)
    return stat
  }

  private func writeSymlink(
    _ entry: Entry, as name: [UInt8], in folder: OpenFolder
  ) throws(StagingError) -> Stat {
    let target = try ContentWriter(reader: reader).target(entry)
    return try StagingError.system { () throws(SystemError) in
      try folder.directory.makeSymlink(name, to: target)
      try folder.directory.setModified(name, FileTime(entry.mtime))
      return try folder.directory.stat(name)
    }
  }

  private func writeFile(
    _ entry: Entry, as name: [UInt8], in folder: OpenFolder, _ durably: Bool
  ) throws(StagingError) -> Stat {
    let mode = options.hasModes ? entry.mode : 0o644
    let file = try StagingError.system { () throws(SystemError) in
      try folder.directory.file(name, .create(mode: mode))
    }
    try ContentWriter(reader: reader).write(entry, to: file)
    return try StagingError.system { () throws(SystemError) in
      try file.setModified(FileTime(entry.mtime))
      var stat = try file.stat()
      // The process's mask may have taken bits away.
      if options.hasModes, stat.mode & 0o777 != entry.mode {
        try file.setMode(entry.mode)
        stat = try file.stat()
      }
      if durably { try file.sync() }
      return stat
    }
  }

  /// Makes a directory with its mode, which its owner may at first write whatever that says.
  func makeDirectory(mode: UInt16, as name: [UInt8]) throws(SystemError) {
    let wanted = options.hasModes ? mode | 0o700 : 0o755
    try folder.directory.makeDirectory(name, mode: wanted)
    // The process's mask may have taken bits away.
    if options.hasModes, try folder.directory.stat(name).mode & 0o777 != wanted {
      try folder.directory.setMode(name, wanted)
    }
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
