package import CFsync
internal import Glibc

/// What a name is, as the file system says.
package enum FileKind: UInt8, Hashable, Sendable {
  case file, directory, symlink, fifo, socket, characterDevice, blockDevice, other
}

/// A time of a file: seconds since 1970 and nanoseconds.
package struct FileTime: Hashable, Comparable, Sendable {
  /// Whole seconds.
  package var seconds: Int64
  /// Nanoseconds, below 1,000,000,000.
  package var nanoseconds: UInt32

  /// Makes a time.
  package init(seconds: Int64, nanoseconds: UInt32) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// Orders by time.
  package static func < (left: FileTime, right: FileTime) -> Bool {
    left.seconds != right.seconds
      ? left.seconds < right.seconds : left.nanoseconds < right.nanoseconds
  }
}

/// What statx(2) says of a file.
package struct Stat: Hashable, Sendable {
  /// What it is.
  package let kind: FileKind
  /// Permission, set-id and sticky bits (0o7777).
  package let mode: UInt16
  /// Its number on its device.
  package let inode: UInt64
  /// Bytes.
  package let size: UInt64
  /// Blocks of 512 bytes that it occupies: fewer than its size means holes.
  package let blocks: UInt64
  /// When its content changed; anyone can set it.
  package let mtime: FileTime
  /// When its inode changed; nobody can set it.
  package let ctime: FileTime
  /// When it was created, where the file system knows.
  package let birth: FileTime?
  /// Its device.
  package let device: UInt64
  /// Its mount, 0 where the kernel does not say.
  package let mount: UInt64
  /// Its number of names.
  package let links: UInt32

  package init(_ raw: cfsync_stat) {
    switch raw.mode & S_IFMT {
    case S_IFREG: kind = .file
    case S_IFDIR: kind = .directory
    case S_IFLNK: kind = .symlink
    case S_IFIFO: kind = .fifo
    case S_IFSOCK: kind = .socket
    case S_IFCHR: kind = .characterDevice
    case S_IFBLK: kind = .blockDevice
    default: kind = .other
    }
    mode = UInt16(raw.mode & 0o7777)
    inode = raw.inode
    size = raw.size
    blocks = raw.blocks
    mtime = FileTime(seconds: raw.mtime_seconds, nanoseconds: raw.mtime_nanoseconds)
    ctime = FileTime(seconds: raw.ctime_seconds, nanoseconds: raw.ctime_nanoseconds)
    birth =
      raw.has_birth != 0
      ? FileTime(seconds: raw.birth_seconds, nanoseconds: raw.birth_nanoseconds) : nil
    device = raw.device
    mount = raw.mount
    links = raw.links
  }

  /// Stats a path without following a last symlink.
  ///
  /// The corresponding C function is `statx`.
  package init(path: [UInt8]) throws(SystemError) {
    self.init(
      try withCString(.stat, path) { pointer throws(SystemError) in
        var raw = cfsync_stat()
        _ = try checked(.stat) { cfsync_statx(AT_FDCWD, pointer, &raw) }
        return raw
      })
  }

  /// Stats what a path leads to, following symlinks.
  ///
  /// The corresponding C function is `statx`.
  package init(following path: [UInt8]) throws(SystemError) {
    self.init(
      try withCString(.stat, path) { pointer throws(SystemError) in
        var raw = cfsync_stat()
        _ = try checked(.stat) { cfsync_statx_follow(pointer, &raw) }
        return raw
      })
  }
}
