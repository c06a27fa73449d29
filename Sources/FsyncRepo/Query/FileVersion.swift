package import FsyncCore
internal import FsyncSystem

/// One version of a file, link or folder: stored, or as it lies in the working tree.
package struct FileVersion {
  /// Where it is read from.
  private enum Source {
    case stored(Entry, any ObjectReader)
    case file([UInt8], TreeFile)
  }

  /// What it is.
  package let kind: Entry.Kind
  /// Its permission bits; 0 for a link.
  package let mode: UInt16
  /// Bytes of content; 0 for a folder.
  package let size: UInt64
  /// Its content's id; nil for what lies in the working tree only.
  package var content: ObjectID? {
    guard case .stored(let entry, _) = source else { return nil }
    return entry.content
  }
  private let source: Source

  /// A version that is stored.
  package init(_ entry: Entry, reader: any ObjectReader) {
    kind = entry.kind
    mode = entry.mode
    size = entry.size
    source = .stored(entry, reader)
  }

  /// The version at a path of the file system; nil where there is none that could be stored.
  package init?(at path: [UInt8]) throws(RepositoryError) {
    let stat: Stat
    do { stat = try Stat(path: path) } catch {
      if error.isAbsent { return nil }
      throw .system(error, path: path)
    }
    switch stat.kind {
    case .file: kind = .file
    case .directory: kind = .directory
    case .symlink: kind = .symlink
    default: return nil
    }
    mode = kind == .symlink ? 0 : stat.mode & 0o777
    size = kind == .directory ? 0 : stat.size
    source = .file(path, TreeFile(path: path))
  }

  /// Hands the content to a callback, in order and in bounded pieces; nothing for a folder.
  package func read(
    _ sink: (UnsafeRawBufferPointer) throws(RepositoryError) -> Void
  ) throws(RepositoryError) {
    guard kind != .directory else { return }
    switch source {
    case .stored(let entry, let reader):
      var failure: RepositoryError?
      try readingObjects { () throws(ObjectError) in
        try reader.readContent(of: entry) { buffer throws(ObjectError) in
          guard failure == nil else { return }
          do throws(RepositoryError) { try sink(buffer) } catch { failure = error }
        }
      }
      if let failure { throw failure }
    case .file(_, let file):
      if kind == .symlink {
        let result: Result<Void, RepositoryError> = try file.target().withUnsafeBytes { buffer in
          do throws(RepositoryError) { return .success(try sink(buffer)) } catch {
            return .failure(error)
          }
        }
        return try result.get()
      }
      try file.read(sink)
    }
  }

  /// Returns the content; nil where it is larger than a bound.
  package func bytes(atMost bound: Int) throws(RepositoryError) -> [UInt8]? {
    guard size <= UInt64(bound) else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(Int(size))
    // A file of the working tree may grow while it is read.
    var isTooLarge = false
    try read { buffer throws(RepositoryError) in
      guard result.count + buffer.count <= bound else {
        isTooLarge = true
        return
      }
      result.append(contentsOf: buffer)
    }
    return isTooLarge ? nil : result
  }

  /// Returns how many bytes of this version's content lie in chunks that an older one has too.
  package func bytesShared(with old: FileVersion) throws(RepositoryError) -> UInt64 {
    if let content, content == old.content { return size }
    let chunks = Set(try old.chunks().map(\.id))
    guard !chunks.isEmpty else { return 0 }
    return try self.chunks().reduce(0) { $0 + (chunks.contains($1.id) ? $1.bytes : 0) }
  }

  /// The content's chunks in order, with the bytes of each run of equal ones.
  private func chunks() throws(RepositoryError) -> [(id: ObjectID, bytes: UInt64)] {
    guard kind != .directory else { return [] }
    var found: [(id: ObjectID, bytes: UInt64)] = []
    if case .stored(let entry, let reader) = source {
      try readingObjects { () throws(ObjectError) in
        try reader.forEachChunk(of: entry) { id, length, repeats throws(ObjectError) in
          found.append((id, UInt64(length) * repeats))
        }
      }
      return found
    }
    // The same cuts that a commit would make, without storing anything.
    var builder = ContentBuilder()
    let put = { (kind: ObjectKind, bytes: UnsafeRawBufferPointer) throws(Never) -> ObjectID in
      let id = Digest.object(kind, Array(bytes))
      if kind == .chunk { found.append((id, UInt64(bytes.count))) }
      return id
    }
    try read { buffer throws(RepositoryError) in builder.append(buffer, put: put) }
    _ = builder.finish(put: put)
    return found
  }
}

/// Reads a file or link of the working tree.
private struct TreeFile {
  let path: [UInt8]

  func read(
    _ sink: (UnsafeRawBufferPointer) throws(RepositoryError) -> Void
  ) throws(RepositoryError) {
    let length = 1 << 20
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: length, alignment: 16)
    defer { buffer.deallocate() }
    let file: File
    do { file = try File(path, .readNoFollow) } catch { throw .system(error, path: path) }
    while true {
      let count: Int
      do {
        count = try file.read(
          into: UnsafeMutableRawBufferPointer(start: buffer, count: length))
      } catch { throw .system(error, path: path) }
      guard count > 0 else { return }
      try sink(UnsafeRawBufferPointer(start: buffer, count: count))
    }
  }

  func target() throws(RepositoryError) -> [UInt8] {
    let slash = path.lastIndex(of: 0x2f) ?? 0
    do {
      let folder = try Directory(slash == 0 ? [0x2f] : Array(path[..<slash]))
      return try folder.readSymlink(Array(path[(slash + 1)...]))
    } catch { throw .system(error, path: path) }
  }
}
