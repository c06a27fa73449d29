internal import FsyncCore
internal import FsyncSystem

/// What is still to be done with folders when all paths have been written.
struct FolderMarks: Sendable {
  /// Folders whose names changed, and whether they lie on another file system than the root.
  var touched: [Path: Bool] = [:]
  /// Folders that get their final mode at the end, because something was still to be put in.
  var modes: [Path: UInt16] = [:]
}

/// Puts staged content in its place, path by path; each thread has its own.
final class Applier {
  let options: MaterialiseOptions
  let area: StagingArea
  let cursor: FolderCursor
  let check: PreImageCheck
  private let index: Index
  private let directories: [Path: Entry]
  private(set) var marks = FolderMarks()
  /// What names folders hold.
  var spelled = SpelledNames()

  /// Begins with nothing touched.
  /// - Parameter directories: the folders that are to be there after all changes.
  init(
    _ directories: [Path: Entry], root: borrowing Directory, _ area: StagingArea, _ index: Index,
    _ options: MaterialiseOptions
  ) throws(SystemError) {
    self.options = options
    self.area = area
    self.index = index
    cursor = try FolderCursor(root)
    check = PreImageCheck(
      index: index, reader: try FileReader(root, stamps: options.stamps),
      hasModes: options.hasModes)
    self.directories = directories
  }

  /// Takes over what another thread's applier has touched.
  func add(_ other: FolderMarks) {
    marks.touched.merge(other.touched) { $0 || $1 }
    marks.modes.merge(other.modes) { first, _ in first }
  }

  /// Puts a new folder in place with all that is in it.
  ///
  /// - Returns: false where that cannot be done in one step.
  func placeWhole(_ change: PathChange, staged: [UInt8]) -> Bool {
    guard let parent = change.path.parent, let name = change.path.name else { return false }
    do throws(SystemError) {
      let folder = try cursor.folder(parent) { [self] above, missing throws(SystemError) in
        try makeMissing(above, missing, for: change)
      }
      try withWriting(to: folder, at: parent) { () throws(SystemError) in
        try area.folder.directory.rename(
          staged, to: folder.directory, name.bytes, replacing: false)
      }
      note(parent)
      return true
    } catch { return false }
  }

  /// Brings one path to its target.
  /// - Parameter staged: the name of its content in the staging area, where it has some; what is
  ///   not put in place stays there until the area is cleared.
  func apply(_ change: PathChange, staged: [UInt8]?) -> Outcome {
    guard let parent = change.path.parent, let name = change.path.name else {
      // The root has neither name nor mode in a tree.
      return .done(nil)
    }
    let folder: OpenFolder
    do throws(SystemError) {
      folder = try cursor.folder(parent) { [self] above, missing throws(SystemError) in
        try makeMissing(above, missing, for: change)
      }
    } catch {
      if change.isDeletion, error.isAbsent { return .done(nil) }
      return outcome(ofParent: error)
    }
    do throws(SystemError) {
      return try withWriting(to: folder, at: parent) { () throws(SystemError) in
        try place(change, name.bytes, in: folder, staged)
      }
    } catch {
      if error.isNameTooLong || error.isNameRefused { return .held(.name(error)) }
      return .failed(error)
    }
  }

  // MARK: Folders above

  /// Makes a folder that is missing above a path which is to be there.
  private func makeMissing(
    _ parent: OpenFolder, _ path: Path, for change: PathChange
  ) throws(SystemError) -> Bool {
    guard !change.isDeletion, let name = path.name else { return false }
    let mode =
      directories[path]?.mode ?? index.row(at: path).map { index.rows[$0].mode } ?? 0o755
    do throws(SystemError) {
      try withWriting(to: parent, at: path.parent ?? .root) { () throws(SystemError) in
        try makeDirectory(path, name.bytes, mode: mode, in: parent)
      }
    } catch {
      // Another thread was faster; or a file or a symlink has the name: then it is not followed,
      // and what is in it is nobody's.
      guard error.isPresent else { throw error }
    }
    return true
  }

  private func outcome(ofParent error: SystemError) -> Outcome {
    if error.isAbsent || error.isSymlink { return .changedMeanwhile }
    if error.isNameTooLong || error.isNameRefused { return .held(.name(error)) }
    return .failed(error)
  }

  /// Makes a directory in one step, its mode included.
  func makeDirectory(
    _ path: Path, _ name: [UInt8], mode: UInt16, in folder: OpenFolder
  ) throws(SystemError) {
    let temporary = area.newName()
    try area.makeDirectory(mode: mode, as: temporary)
    do throws(SystemError) {
      try area.folder.directory.rename(
        temporary, to: folder.directory, name, replacing: false)
    } catch {
      guard error.isOtherFileSystem || error.isUnsupported else { throw error }
      try folder.directory.makeDirectory(name, mode: 0o700)
      if options.hasModes { try folder.directory.setMode(name, mode | 0o700) }
      marks.touched[path.parent ?? .root] = true
    }
    note(path.parent ?? .root)
    if options.hasModes, mode & 0o700 != 0o700 { marks.modes[path] = mode }
  }

  /// Notes that a folder's names changed.
  func note(_ folder: Path, isElsewhere: Bool = false) {
    marks.touched[folder] = marks.touched[folder] ?? false || isElsewhere
  }

  /// Gives a folder its final mode at the end.
  func setModeLater(_ path: Path, _ mode: UInt16) { marks.modes[path] = mode }

  /// Writes to a folder whose mode forbids that to its own owner, and puts the mode back at the
  /// end.
  private func withWriting(
    to folder: OpenFolder, at path: Path, _ body: () throws(SystemError) -> Void
  ) throws(SystemError) {
    _ = try withWriting(to: folder, at: path) { () throws(SystemError) in
      try body()
      return .done(nil)
    }
  }

  private func withWriting(
    to folder: OpenFolder, at path: Path, _ body: () throws(SystemError) -> Outcome
  ) throws(SystemError) -> Outcome {
    do throws(SystemError) { return try body() } catch {
      guard error.isDenied, options.hasModes, let stat = try? folder.directory.stat(),
        stat.mode & 0o300 != 0o300,
        (try? folder.directory.setMode([0x2e], stat.mode | 0o300)) != nil
      else { throw error }
      if marks.modes[path] == nil { marks.modes[path] = stat.mode & 0o7777 }
      return try body()
    }
  }

  // MARK: The end

  /// Gives folders the modes that had to wait, and makes all names durable.
  func finish(_ root: borrowing Directory) throws(SystemError) {
    for (path, mode) in marks.modes.sorted(by: { $0.key > $1.key }) {
      guard let folder = try? cursor.folder(path) else { continue }
      try folder.directory.setMode([0x2e], mode)
    }
    let elsewhere = marks.touched.filter(\.value).keys
    let here = marks.touched.count - elsewhere.count
    if here > Materialiser.batch {
      try root.syncFileSystem()
    }
    for (path, isElsewhere) in marks.touched where isElsewhere || here <= Materialiser.batch {
      do throws(SystemError) {
        try cursor.folder(path).directory.sync()
      } catch {
        // A folder that has gone since needs nothing; its parent says so.
        if !error.isAbsent && !error.isSymlink { throw error }
      }
    }
  }
}
