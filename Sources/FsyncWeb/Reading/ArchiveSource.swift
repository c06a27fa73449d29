internal import FsyncArchive
internal import FsyncCore
internal import FsyncRepo

/// Writes a folder of history into an archive.
///
/// The way down to where it is, and a few entries of each folder on it, is all that is kept.
struct ArchiveSource {
  let reader: any ObjectReader
  /// The time of folders, which have none of their own.
  let time: Timestamp

  /// A folder on the way.
  private struct Step {
    let tree: ObjectID
    let path: [UInt8]
    var last: Name?
    var entries: ArraySlice<TreeEntry> = []
    var isRead = false
  }

  /// Entries of a folder that are read at once.
  private static let portion = 256

  /// Writes everything at and below an entry, which becomes `top` in the archive.
  func write(
    _ entry: Entry, as top: [UInt8], _ format: ArchiveFormat,
    to sink: @escaping (UnsafeRawBufferPointer) -> Bool
  ) throws(Download.Failure) {
    let writer: ArchiveWriter
    do throws(ArchiveError) { writer = try ArchiveWriter(format, to: sink) } catch {
      throw Self.failure(error)
    }
    do throws(Download.Failure) {
      try add(entry, top, to: writer)
      if entry.kind == .directory { try addFolder(entry.content, top, to: writer) }
      try Self.writing { () throws(ArchiveError) in try writer.finish() }
    } catch {
      writer.abandon()
      throw error
    }
  }

  private func addFolder(
    _ tree: ObjectID, _ path: [UInt8], to writer: ArchiveWriter
  ) throws(Download.Failure) {
    var way = [Step(tree: tree, path: path)]
    while var step = way.popLast() {
      if step.entries.isEmpty {
        guard !step.isRead else { continue }
        try Download.reading { _ throws(ObjectError) in
          step.entries = try reader.entries(
            ofTree: step.tree, after: step.last, atMost: Self.portion)[...]
        }
        step.isRead = step.entries.count < Self.portion
        step.last = step.entries.last?.name
      }
      guard let child = step.entries.popFirst() else { continue }
      way.append(step)
      let path = step.path + [UInt8(ascii: "/")] + child.name.bytes
      try add(child.entry, path, to: writer)
      if child.entry.kind == .directory {
        guard way.count <= Limits.depth else {
          throw .repository(.object(.malformed(child.entry.content, .tooLarge)))
        }
        way.append(Step(tree: child.entry.content, path: path))
      }
    }
  }

  private func add(
    _ entry: Entry, _ path: [UInt8], to writer: ArchiveWriter
  ) throws(Download.Failure) {
    switch entry.kind {
    case .directory:
      try Self.writing { () throws(ArchiveError) in
        try writer.addFolder(path, mode: entry.mode, mtime: time)
      }
    case .symlink:
      var target: [UInt8] = []
      try Download.reading { _ throws(ObjectError) in
        target = try reader.content(of: entry, atMost: Limits.path) ?? []
      }
      try Self.writing { () throws(ArchiveError) in
        try writer.addLink(path, target: target, mtime: entry.mtime)
      }
    case .file:
      try Self.writing { () throws(ArchiveError) in
        try writer.addFile(path, size: entry.size, mode: entry.mode, mtime: entry.mtime)
      }
      try Download.reading { stop throws(ObjectError) in
        try reader.readContent(of: entry) { bytes throws(ObjectError) in
          do throws(ArchiveError) { try writer.write(bytes) } catch {
            throw stop(Self.failure(error))
          }
        }
      }
    }
  }

  private static func writing(
    _ body: () throws(ArchiveError) -> Void
  ) throws(Download.Failure) {
    do throws(ArchiveError) { try body() } catch { throw failure(error) }
  }

  private static func failure(_ error: ArchiveError) -> Download.Failure {
    error == .closed ? .closed : .archive(error)
  }
}
