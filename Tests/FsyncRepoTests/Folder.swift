import FsyncCore
import FsyncRepo
import FsyncSystem
import TestSupport

/// A working tree of a test, by plain system calls that know nothing of fsync.
struct Folder {
  let path: [UInt8]

  func absolute(_ name: String) -> [UInt8] { path + [0x2f] + Array(name.utf8) }

  private func split(_ name: String) -> (parent: [UInt8], last: [UInt8]) {
    let full = absolute(name)
    let slash = full.lastIndex(of: 0x2f) ?? 0
    return (Array(full[..<slash]), Array(full[(slash + 1)...]))
  }

  func makeFolder(_ name: String) throws {
    var made = path
    for part in name.split(separator: "/") {
      let directory = try Directory(made)
      do throws(SystemError) { try directory.makeDirectory(Array(part.utf8), mode: 0o755) } catch {
        if !error.isPresent { throw error }
      }
      made += [0x2f] + Array(part.utf8)
    }
  }

  func write(_ name: String, _ text: String) throws {
    try write(name, Array(text.utf8))
  }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    if let slash = name.lastIndex(of: "/") { try makeFolder(String(name[..<slash])) }
    let file = try File(absolute(name), .openOrCreate(mode: 0o644))
    try file.truncate(to: 0)
    try file.write(bytes)
  }

  func link(_ name: String, to target: String) throws {
    let (parent, last) = split(name)
    try Directory(parent).makeSymlink(last, to: Array(target.utf8))
  }

  func remove(_ name: String) throws {
    let (parent, last) = split(name)
    let directory = try Directory(parent)
    if try directory.stat(last).kind == .directory {
      for child in try directory.directory(last).names() {
        try remove(name + "/" + String(decoding: child, as: UTF8.self))
      }
      try directory.removeDirectory(last)
    } else {
      try directory.unlink(last)
    }
  }

  func move(_ from: String, _ to: String) throws {
    let (source, target) = (split(from), split(to))
    try Directory(source.parent).rename(source.last, to: try Directory(target.parent), target.last)
  }

  func setMode(_ name: String, _ mode: UInt16) throws {
    let (parent, last) = split(name)
    try Directory(parent).setMode(last, mode)
  }

  func read(_ name: String) throws -> String {
    String(decoding: try File(absolute(name), .read).readAll(atMost: 64 << 20), as: UTF8.self)
  }

  func exists(_ name: String) -> Bool { (try? Stat(path: absolute(name))) != nil }

  /// Everything in the folder but `.fsync`: kind, mode, time and content by path.
  func listing() throws -> [String: String] {
    var result: [String: String] = [:]
    func walk(_ directory: borrowing Directory, _ prefix: String) throws {
      for name in try directory.names() {
        if prefix.isEmpty, name == Array(".fsync".utf8) { continue }
        let stat = try directory.stat(name)
        let place = prefix + name.map { String(UnicodeScalar($0)) }.joined()
        switch stat.kind {
        case .directory:
          result[place] = "folder"
          try walk(try directory.directory(name), place + "/")
        case .symlink:
          result[place] = "link \(try directory.readSymlink(name).hex)"
        default:
          let bytes = try directory.file(name, .read).readAll(atMost: 64 << 20)
          let time = "\(stat.mtime.seconds).\(stat.mtime.nanoseconds)"
          result[place] = "\(String(stat.mode, radix: 8)) \(time) \(Digest.sha256(bytes))"
        }
      }
    }
    try walk(try Directory(path), "")
    return result
  }
}

extension Repository {
  /// The working tree.
  var tree: Folder { Folder(path: root ?? []) }

  /// Commits with a message.
  @discardableResult
  func commit(_ message: String) throws(RepositoryError) -> CommitResult {
    var options = CommitOptions()
    options.message = Array(message.utf8)
    return try commit(options)
  }
}
