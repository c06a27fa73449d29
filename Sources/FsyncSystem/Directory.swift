internal import CFsync
internal import Glibc

/// Owns an open directory; everything below it is reached by one-component names, so that no
/// symlink that appears in between can lead elsewhere.
package struct Directory: ~Copyable, Sendable {
  /// The descriptor, for calls that lend it.
  package let descriptor: Int32

  /// Takes over a descriptor of a directory.
  package init(owning descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  private static let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC

  /// Opens a path, following symlinks in it.
  ///
  /// The corresponding C function is `open`.
  package init(_ path: [UInt8]) throws(SystemError) {
    self.init(
      owning: try withCString(.open, path) { pointer throws(SystemError) in
        try checked(.open) { cfsync_open(pointer, Directory.flags, 0) }
      })
  }

  /// Opens a child directory; a symlink is refused (ELOOP or ENOTDIR).
  ///
  /// The corresponding C function is `openat`.
  package borrowing func directory(_ name: [UInt8]) throws(SystemError) -> Directory {
    let descriptor = descriptor
    return Directory(
      owning: try withCString(.open, name) { pointer throws(SystemError) in
        try checked(.open) {
          cfsync_openat(descriptor, pointer, Directory.flags | O_NOFOLLOW, 0)
        }
      })
  }

  /// Opens this directory once more, with a reading position of its own.
  package borrowing func reopened() throws(SystemError) -> Directory {
    let descriptor = descriptor
    return Directory(
      owning: try checked(.open) { cfsync_openat(descriptor, ".", Directory.flags, 0) })
  }

  /// Opens a child directory by a name that is already NUL-terminated.
  package borrowing func directory(
    terminated name: UnsafePointer<CChar>
  ) throws(SystemError) -> Directory {
    let descriptor = descriptor
    return Directory(
      owning: try checked(.open) {
        cfsync_openat(descriptor, name, Directory.flags | O_NOFOLLOW, 0)
      })
  }

  /// Opens a child file; a last symlink is never followed.
  ///
  /// The corresponding C function is `openat`.
  package borrowing func file(
    _ name: [UInt8], _ access: File.Access
  ) throws(SystemError) -> File {
    let descriptor = descriptor
    return File(
      owning: try withCString(.open, name) { pointer throws(SystemError) in
        try checked(.open) {
          cfsync_openat(descriptor, pointer, access.flags | O_NOFOLLOW, access.mode)
        }
      })
  }

  /// Stats the directory itself.
  package borrowing func stat() throws(SystemError) -> Stat {
    try stat([])
  }

  /// Stats a child without following it; the directory itself for an empty name.
  ///
  /// The corresponding C function is `statx`.
  package borrowing func stat(_ name: [UInt8]) throws(SystemError) -> Stat {
    let descriptor = descriptor
    return try withCString(.stat, name) { pointer throws(SystemError) in
      var raw = cfsync_stat()
      _ = try checked(.stat) { cfsync_statx(descriptor, pointer, &raw) }
      return Stat(raw)
    }
  }

  /// Stats a child by a name that is already NUL-terminated; nothing is allocated.
  @inline(__always)
  package borrowing func stat(terminated name: UnsafePointer<CChar>) throws(SystemError) -> Stat {
    var raw = cfsync_stat()
    let descriptor = descriptor
    _ = try checked(.stat) { cfsync_statx(descriptor, name, &raw) }
    return Stat(raw)
  }

  /// Calls back for each name but `.` and `..`, in the file system's order, with the kind that the
  /// listing gives (`other` where it gives none).
  ///
  /// The name's bytes are NUL-terminated and valid during the call only. The corresponding C
  /// function is `getdents64`.
  package borrowing func forEachName(
    _ body: (_ name: UnsafeBufferPointer<UInt8>, FileKind) throws(SystemError) -> Void
  ) throws(SystemError) {
    let length = 64 << 10
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: length, alignment: 8)
    defer { buffer.deallocate() }
    let descriptor = descriptor
    // From the start, however far an earlier listing got.
    _ = try checkedSize(.seek) { lseek(descriptor, 0, SEEK_SET) }
    while true {
      let size = try checkedSize(.list) { cfsync_getdents(descriptor, buffer, length) }
      if size == 0 { return }
      var offset = 0
      while offset < size {
        // struct linux_dirent64: inode 8, offset 8, record length 2, type 1, name.
        let record = buffer + offset
        offset += Int(record.loadUnaligned(fromByteOffset: 16, as: UInt16.self))
        let name = (record + 19).assumingMemoryBound(to: UInt8.self)
        let count = strlen((record + 19).assumingMemoryBound(to: CChar.self))
        if name[0] == 0x2e, count == 1 || (count == 2 && name[1] == 0x2e) { continue }
        try body(
          UnsafeBufferPointer(start: name, count: count),
          Directory.kind(record.load(fromByteOffset: 18, as: UInt8.self)))
      }
    }
  }

  private static func kind(_ type: UInt8) -> FileKind {
    switch type {
    case 8: .file
    case 4: .directory
    case 10: .symlink
    case 1: .fifo
    case 12: .socket
    case 2: .characterDevice
    case 6: .blockDevice
    default: .other
    }
  }

  /// Lists all names, sorted by bytes.
  package borrowing func names() throws(SystemError) -> [[UInt8]] {
    var result: [[UInt8]] = []
    try forEachName { name, _ throws(SystemError) in result.append(Array(name)) }
    return result.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// Creates a child directory.
  ///
  /// The corresponding C function is `mkdirat`.
  package borrowing func makeDirectory(_ name: [UInt8], mode: UInt16) throws(SystemError) {
    let descriptor = descriptor
    _ = try withCString(.makeDirectory, name) { pointer throws(SystemError) in
      try checked(.makeDirectory) { mkdirat(descriptor, pointer, mode_t(mode)) }
    }
  }

  /// Creates a symlink.
  ///
  /// The corresponding C function is `symlinkat`.
  package borrowing func makeSymlink(_ name: [UInt8], to target: [UInt8]) throws(SystemError) {
    let descriptor = descriptor
    _ = try withCString(.symlink, name) { pointer throws(SystemError) in
      try withCString(.symlink, target) { targetPointer throws(SystemError) in
        try checked(.symlink) { symlinkat(targetPointer, descriptor, pointer) }
      }
    }
  }

  /// Returns a symlink's target.
  ///
  /// The corresponding C function is `readlinkat`.
  package borrowing func readSymlink(_ name: [UInt8]) throws(SystemError) -> [UInt8] {
    let descriptor = descriptor
    return try withCString(.readLink, name) { pointer throws(SystemError) in
      var buffer = [UInt8](repeating: 0, count: 4097)
      let size = try checkedSize(.readLink) {
        buffer.withUnsafeMutableBytes {
          cfsync_readlinkat(descriptor, pointer, $0.baseAddress, $0.count)
        }
      }
      return Array(buffer[..<size])
    }
  }

  /// Removes a child that is not a directory.
  ///
  /// The corresponding C function is `unlinkat`.
  package borrowing func unlink(_ name: [UInt8]) throws(SystemError) {
    let descriptor = descriptor
    _ = try withCString(.unlink, name) { pointer throws(SystemError) in
      try checked(.unlink) { unlinkat(descriptor, pointer, 0) }
    }
  }

  /// Removes an empty child directory.
  ///
  /// The corresponding C function is `unlinkat` with `AT_REMOVEDIR`.
  package borrowing func removeDirectory(_ name: [UInt8]) throws(SystemError) {
    let descriptor = descriptor
    _ = try withCString(.removeDirectory, name) { pointer throws(SystemError) in
      try checked(.removeDirectory) { unlinkat(descriptor, pointer, AT_REMOVEDIR) }
    }
  }

  /// Renames a child into another directory, replacing what has the name there unless told not to
  /// (EEXIST).
  ///
  /// The corresponding C function is `renameat2`.
  package borrowing func rename(
    _ name: [UInt8], to folder: borrowing Directory, _ newName: [UInt8], replacing: Bool = true
  ) throws(SystemError) {
    let descriptor = descriptor
    let target = folder.descriptor
    _ = try withCString(.rename, name) { from throws(SystemError) in
      try withCString(.rename, newName) { to throws(SystemError) in
        try checked(.rename) {
          replacing
            ? renameat(descriptor, from, target, to)
            : cfsync_rename_noreplace(descriptor, from, target, to)
        }
      }
    }
  }

  /// Exchanges two names in one step: neither is ever missing.
  ///
  /// The corresponding C function is `renameat2` with `RENAME_EXCHANGE`, which some file systems
  /// refuse with EINVAL.
  package borrowing func exchange(
    _ name: [UInt8], with folder: borrowing Directory, _ other: [UInt8]
  ) throws(SystemError) {
    let descriptor = descriptor
    let target = folder.descriptor
    _ = try withCString(.rename, name) { from throws(SystemError) in
      try withCString(.rename, other) { to throws(SystemError) in
        try checked(.rename) { cfsync_rename_exchange(descriptor, from, target, to) }
      }
    }
  }

  /// Sets a child's permission bits; a symlink has none and fails.
  ///
  /// The corresponding C function is `fchmodat`.
  package borrowing func setMode(_ name: [UInt8], _ mode: UInt16) throws(SystemError) {
    let descriptor = descriptor
    _ = try withCString(.setMode, name) { pointer throws(SystemError) in
      try checked(.setMode) { fchmodat(descriptor, pointer, mode_t(mode), AT_SYMLINK_NOFOLLOW) }
    }
  }

  /// Sets a child's modification time without following it, and leaves its access time.
  ///
  /// The corresponding C function is `utimensat`.
  package borrowing func setModified(_ name: [UInt8], _ time: FileTime) throws(SystemError) {
    let descriptor = descriptor
    var times = [
      timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2),  // UTIME_OMIT
      timespec(tv_sec: Int(time.seconds), tv_nsec: Int(time.nanoseconds)),
    ]
    _ = try withCString(.setTimes, name) { pointer throws(SystemError) in
      try checked(.setTimes) { utimensat(descriptor, pointer, &times, AT_SYMLINK_NOFOLLOW) }
    }
  }

  /// Makes the directory's names durable.
  ///
  /// The corresponding C function is `fsync`.
  package borrowing func sync() throws(SystemError) {
    let descriptor = descriptor
    _ = try checked(.syncFolder) { Glibc.fsync(descriptor) }
  }

  /// Makes everything on the directory's file system durable.
  ///
  /// The corresponding C function is `syncfs`.
  package borrowing func syncFileSystem() throws(SystemError) {
    let descriptor = descriptor
    _ = try checked(.syncFolder) { cfsync_syncfs(descriptor) }
  }

  /// The free space of the file system, in bytes.
  package borrowing func freeBytes() -> UInt64 { cfsync_free_bytes(descriptor) }
}
