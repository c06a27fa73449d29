internal import FsyncCore
internal import FsyncSystem
internal import FsyncWire

/// The file that a bundle is written to: `PATH.part`, which becomes `PATH` when it is whole.
final class BundleTarget {
  private let path: [UInt8]
  private let part: [UInt8]
  private let file: File
  private let lock: LockFile
  private var end: UInt64 = 0
  private var begun: UInt64 = 0

  /// Bytes after which the disk begins with what it was given: a slow medium has little left to do
  /// in the end.
  private static let portion: UInt64 = 8 << 20

  /// Opens the part, which nobody else may be writing.
  init(_ path: [UInt8]) throws(RepositoryError) {
    let part = BundleTarget.part(of: path)
    let lock = try calling(part) { () throws(SystemError) in
      try LockFile.acquire(part, waiting: 0)
    }
    guard let lock else { throw .busy(lock: "bundle") }
    self.path = path
    self.part = part
    self.lock = lock
    file = try calling(part) { () throws(SystemError) in try File(part, .readWrite) }
  }

  /// Refuses a place at which something other than a bundle is.
  static func check(_ path: [UInt8]) throws(RepositoryError) {
    for path in [path, part(of: path)] {
      var stat: Stat?
      do throws(SystemError) { stat = try Stat(following: path) } catch {
        if !error.isAbsent { throw .system(error, path: path) }
      }
      guard let stat, stat.size > 0 || stat.kind != .file else { continue }
      guard stat.kind == .file, BundleSource.isBundle(path) else { throw .bundle(.occupied(path)) }
    }
  }

  /// Writes what comes before the first frame, or finds that it is there; then what follows it is
  /// handed to the maker as far as it belongs to the same bundle, and the rest is cut off.
  /// - Returns: the bytes of frames that need not be made again.
  func begin(_ maker: inout BundleMaker) throws(RepositoryError) -> UInt64 {
    let opening = maker.open()
    let there = try calling(part) { () throws(SystemError) in
      try file.read(opening.count, at: 0)
    }
    if there == opening { try resume(&maker, after: opening) }
    end = maker.length
    try calling(part) { () throws(SystemError) in
      try file.truncate(to: there == opening ? end : 0)
      if there != opening { try file.write(opening, at: 0) }
    }
    return end - UInt64(opening.count)
  }

  private func resume(
    _ maker: inout BundleMaker, after opening: [UInt8]
  ) throws(RepositoryError) {
    var resumption = BundleResumption(after: opening)
    var offset = UInt64(opening.count)
    while true {
      let bytes = try calling(part) { () throws(SystemError) in
        try file.read(1 << 20, at: offset)
      }
      guard !bytes.isEmpty, resumption.feed(bytes, to: &maker) else { return }
      offset += UInt64(bytes.count)
    }
  }

  /// Appends bytes.
  func append(_ bytes: [UInt8]) throws(RepositoryError) {
    guard !bytes.isEmpty else { return }
    let next = end + UInt64(bytes.count)
    try calling(part) { () throws(SystemError) in
      try file.write(bytes, at: end)
      if next - begun >= BundleTarget.portion {
        try file.startWriting(begun..<next)
        begun = next
      }
    }
    end = next
  }

  /// Makes the file durable, and gives it its name.
  func finish() throws(RepositoryError) {
    try calling(path) { () throws(SystemError) in
      try file.sync()
      let folder = try Directory(BundleTarget.folder(of: path))
      try folder.rename(BundleTarget.name(of: part), to: folder, BundleTarget.name(of: path))
      try folder.sync()
    }
  }

  private static func part(of path: [UInt8]) -> [UInt8] { path + Array(".part".utf8) }

  private static func folder(of path: [UInt8]) -> [UInt8] {
    guard let slash = path.lastIndex(of: 0x2f) else { return [0x2e] }
    return slash == 0 ? [0x2f] : Array(path[..<slash])
  }

  private static func name(of path: [UInt8]) -> [UInt8] {
    path.lastIndex(of: 0x2f).map { Array(path[($0 + 1)...]) } ?? path
  }
}
