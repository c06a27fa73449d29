package import FsyncCore
package import FsyncSystem

/// Reads files of a working tree, one after another, in bounded memory.
///
/// Each is opened without following symlinks, and its stat is taken before and after: content
/// counts only if nothing changed in between.
package final class FileReader {
  /// A part of a file.
  package enum Piece {
    /// Bytes; valid until the next piece is asked for.
    case bytes(UnsafeRawBufferPointer)
    /// A hole of so many bytes, which was not read.
    case zeros(UInt64)
  }

  private let cursor: FolderCursor
  private let buffer: UnsafeMutableRawBufferPointer
  /// What large files are read into.
  let segments = SegmentPool()
  private var file: OpenFile?

  private final class OpenFile {
    let file: File
    let before: Stat
    let opened: FileTime
    var offset: UInt64 = 0
    /// Up to where the file is known to hold data.
    var dataEnd: UInt64

    init(_ file: consuming File, _ before: Stat, _ opened: FileTime) {
      self.file = file
      self.before = before
      self.opened = opened
      let isSparse = before.blocks < before.size / 512
      dataEnd = isSparse ? 0 : before.size
    }
  }

  /// How finely the file system stamps changes.
  package let stamps: StampRule

  /// Makes a reader below a root; it is for one thread.
  package init(_ root: borrowing Directory, stamps: StampRule = .coarse) throws(SystemError) {
    cursor = try FolderCursor(root)
    self.stamps = stamps
    buffer = .allocate(byteCount: 256 << 10, alignment: 4096)
  }

  deinit { buffer.deallocate() }

  /// Opens a file, which must be one.
  /// - Returns: its stat; what it holds may be asked for with `next`.
  package func open(_ path: Path) throws(Obstacle) -> Stat {
    guard let parent = path.parent, let name = path.name else { throw .special(.directory) }
    file = nil
    do throws(SystemError) {
      let folder = try cursor.folder(parent)
      let opened = Clock.stamps()
      let file = try folder.directory.file(name.bytes, .readNoFollow)
      let before = try file.stat()
      if before.size >= FileReader.largeFile { file.expectSequentialReads() }
      if before.kind == .file { self.file = OpenFile(file, before, opened) }
      guard before.kind == .file else { throw SystemError(.open, code: 0) }
      return before
    } catch {
      throw error.code == 0 ? .unsteady : .system(error)
    }
  }

  /// Returns the next part of the open file; nil at its end.
  package func next() throws(Obstacle) -> Piece? { try next(into: buffer) }

  /// Returns the next part of the open file, its bytes at the start of a buffer; nil at its end.
  func next(into buffer: UnsafeMutableRawBufferPointer) throws(Obstacle) -> Piece? {
    guard let file, file.offset < file.before.size else { return nil }
    do throws(SystemError) {
      if file.offset >= file.dataEnd, let hole = try findData(file) { return .zeros(hole) }
      let want = Int(min(UInt64(buffer.count), file.dataEnd - file.offset))
      let count = try file.file.read(
        into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<want]), at: file.offset)
      guard count > 0 else { throw SystemError(.read, code: 0) }
      file.offset += UInt64(count)
      return .bytes(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    } catch {
      throw error.code == 0 ? .unsteady : .system(error)
    }
  }

  /// Finds out how far the data goes from here, or passes over a hole and returns its length.
  private func findData(_ file: OpenFile) throws(SystemError) -> UInt64? {
    let size = file.before.size
    do throws(SystemError) {
      let start = min(try file.file.nextData(from: file.offset) ?? size, size)
      if start > file.offset {
        defer { file.offset = start }
        return start - file.offset
      }
      file.dataEnd = min(max(try file.file.nextHole(from: file.offset), file.offset + 1), size)
    } catch {
      guard error.isUnsupported else { throw error }
      file.dataEnd = size
    }
    return nil
  }

  /// Closes the open file.
  /// - Returns: the stat that vouches for what was read; throws `unsteady` where the file was
  ///   changed meanwhile.
  package func finish() throws(Obstacle) -> KnownStat {
    guard let file else { throw .unsteady }
    self.file = nil
    let after: Stat
    do throws(SystemError) { after = try file.file.stat() } catch { throw .system(error) }
    guard file.before.isSameState(as: after), file.offset == after.size else { throw .unsteady }
    return KnownStat(after, isRacy: !stamps.isSafe(after.ctime, at: file.opened))
  }

  /// Reads a symlink's target.
  package func symlink(_ path: Path) throws(Obstacle) -> (target: [UInt8], stat: KnownStat) {
    guard let parent = path.parent, let name = path.name else { throw .special(.directory) }
    do throws(SystemError) {
      let folder = try cursor.folder(parent)
      let opened = Clock.stamps()
      let before = try folder.directory.stat(name.bytes)
      guard before.kind == .symlink else { throw SystemError(.readLink, code: 0) }
      let target = try folder.directory.readSymlink(name.bytes)
      let after = try folder.directory.stat(name.bytes)
      guard before.isSameState(as: after), UInt64(target.count) == after.size else {
        throw SystemError(.readLink, code: 0)
      }
      return (target, KnownStat(after, isRacy: !stamps.isSafe(after.ctime, at: opened)))
    } catch {
      throw error.code == 0 ? .unsteady : .system(error)
    }
  }
}

extension Stat {
  /// Says whether two stats show one state of one file.
  package func isSameState(as other: Stat) -> Bool {
    inode == other.inode && kind == other.kind && size == other.size && mtime == other.mtime
      && ctime == other.ctime && mode == other.mode
  }
}
