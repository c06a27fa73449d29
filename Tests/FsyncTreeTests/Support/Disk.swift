import FsyncCore
import FsyncSystem
import TestSupport

/// What a test sees at a path.
struct Seen: Hashable, CustomStringConvertible {
  var kind: FileKind
  var mode: UInt16
  var mtime: FileTime?
  var content: [UInt8]

  var description: String {
    let hash = Checksum.xxh3(content)
    return "\(kind) \(String(mode, radix: 8)) \(mtime?.nanoseconds ?? 0) \(content.count) \(hash)"
  }
}

/// Looks at whole folders, and makes random ones, by raw names.
enum Disk {
  /// Everything below a folder, by path; times of directories are left out, as trees do.
  static func see(_ root: borrowing Directory) throws -> [[UInt8]: Seen] {
    var result: [[UInt8]: Seen] = [:]
    try see(root, [], into: &result)
    return result
  }

  private static func see(
    _ folder: borrowing Directory, _ prefix: [UInt8], into result: inout [[UInt8]: Seen]
  ) throws {
    for name in try folder.names() where !name.starts(with: Array(".fsync".utf8)) {
      let path = prefix + name
      let stat = try folder.stat(name)
      var seen = Seen(kind: stat.kind, mode: stat.mode, mtime: stat.mtime, content: [])
      switch stat.kind {
      case .directory:
        seen.mtime = nil
        try see(try folder.directory(name), path + [0x2f], into: &result)
      case .symlink:
        seen.mode = 0
        seen.content = try folder.readSymlink(name)
      default: seen.content = try folder.file(name, .readNoFollow).readAll(atMost: 64 << 20)
      }
      result[path] = seen
    }
  }

  /// Puts a file in the place of whatever is there.
  static func write(
    _ content: [UInt8], _ name: [UInt8], in folder: borrowing Directory, mode: UInt16 = 0o644,
    mtime: FileTime? = nil
  ) throws {
    try remove(name, in: folder)
    let file = try folder.file(name, .create(mode: 0o600))
    try file.write(content)
    try file.setMode(mode)
    if let mtime { try file.setModified(mtime) }
  }

  /// Removes whatever is at a name.
  static func remove(_ name: [UInt8], in folder: borrowing Directory) throws {
    let stat: Stat
    do { stat = try folder.stat(name) } catch { return }
    if stat.kind == .directory {
      try empty(try folder.directory(name))
      try folder.removeDirectory(name)
    } else {
      try folder.unlink(name)
    }
  }

  /// Removes all that is in a folder.
  static func empty(_ folder: borrowing Directory) throws {
    for name in try folder.names() { try remove(name, in: folder) }
  }
}

extension SplitMix {
  mutating func fileName() -> [UInt8] {
    switch below(4) {
    case 0: Array("file\(below(30)).txt".utf8)
    case 1: Array("d\(below(10))".utf8)
    case 2: [0xff, 0xfe, UInt8(0x41 + below(20))]
    default: Array("a b\n\(below(10))é".utf8)
    }
  }

  /// Content that no other call has made: what is written again as it was is only touched, and
  /// then the times on the two sides differ.
  mutating func content() -> [UInt8] {
    switch below(12) {
    case 0: bytes(8)
    case 1: bytes(130 << 10)
    case 2: [UInt8](repeating: 0, count: 200 << 10) + bytes(70 << 10)
    case 3: bytes(8) + [UInt8](repeating: 0, count: 600 << 10)
    default: bytes(8 + below(200))
    }
  }

  mutating func time() -> FileTime {
    FileTime(seconds: Int64(below(2_000_000_000)), nanoseconds: UInt32(below(1_000_000_000)))
  }

  /// Makes something at a random name of a folder.
  mutating func grow(_ folder: borrowing Directory, depth: Int, count: Int) throws {
    for _ in 0..<count {
      let name = fileName()
      try Disk.remove(name, in: folder)
      switch below(6) {
      case 0 where depth > 0, 1 where depth > 0:
        try folder.makeDirectory(name, mode: 0o700)
        try folder.setMode(name, pick([0o755, 0o700, 0o775]))
        try grow(try folder.directory(name), depth: depth - 1, count: below(count + 1))
      case 2:
        try folder.makeSymlink(name, to: bytes(8 + below(20)).map { $0 | 1 })
        try folder.setModified(name, time())
      default:
        try Disk.write(
          content(), name, in: folder, mode: pick([0o644, 0o755, 0o600, 0o444]), mtime: time())
      }
    }
  }

  /// Changes random things below a folder.
  mutating func edit(_ folder: borrowing Directory, depth: Int) throws {
    for name in try folder.names() where !name.starts(with: Array(".fsync".utf8)) {
      let stat = try folder.stat(name)
      switch below(8) {
      case 0: try Disk.remove(name, in: folder)
      case 1:
        try Disk.write(content(), name, in: folder, mtime: time())
      case 2 where stat.kind != .symlink:
        let mode: UInt16 = pick([0o755, 0o700, 0o750])
        if mode != stat.mode { try folder.setMode(name, mode) }
      case 3 where stat.kind == .file:
        let file = try folder.file(name, .readWrite)
        try file.write(bytes(3), at: stat.size / 2)
      case 4 where depth > 0:
        try Disk.remove(name, in: folder)
        try folder.makeDirectory(name, mode: 0o755)
        try grow(try folder.directory(name), depth: depth - 1, count: 2)
      default:
        if stat.kind == .directory { try edit(try folder.directory(name), depth: depth - 1) }
      }
    }
    try grow(folder, depth: depth, count: below(3))
  }
}
