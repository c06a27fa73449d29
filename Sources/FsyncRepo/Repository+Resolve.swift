package import FsyncCore
internal import FsyncStore
internal import FsyncSystem

extension Repository {
  /// Closes an open conflict, everywhere, in one commit.
  ///
  /// Every version stays in history.
  /// - Parameters:
  ///   - path: the conflict's path, or the path of one of its copies.
  ///   - how: what the path becomes.
  package func resolve(
    _ path: Path, _ how: Resolution, dryRun: Bool = false
  ) throws(RepositoryError) -> CommitResult {
    guard let conflict = try openConflict(of: path) else { throw .noConflict(path) }
    let copies = conflict.sides.filter { $0.path != conflict.path }
    var edits: [(path: Path, entry: Entry?)] = []
    var objects: [StoredObject] = []
    switch how {
    case .plain: break
    case .both: break
    case .base: edits.append((conflict.path, conflict.base))
    case .copy(let wanted):
      let chosen = copies.filter {
        wanted == nil ? path == conflict.path || $0.path == path : $0.path == wanted
      }
      guard chosen.count == 1, let side = chosen.first else { throw .noSuchPath(wanted ?? path) }
      edits.append((conflict.path, side.entry))
    case .file(let file):
      let content = try readContent(of: file)
      objects = content.objects
      let current = try stored(conflict.path, in: try state().base?.tree)
      let mode = current?.kind == .file ? current?.mode ?? 0o644 : 0o644
      edits.append(
        (
          conflict.path,
          .file(content.id, size: content.size, mode: mode, mtime: content.mtime)
        ))
    }
    if case .both = how {
    } else {
      for copy in copies { edits.append((copy.path, nil)) }
    }
    return try record(
      RecordedEdit(
        edits: edits, kind: .resolve, message: Array("resolve \(conflict.path)".utf8),
        closes: [conflict.path], objects: objects), dryRun: dryRun)
  }

  /// The open conflict at a path, or whose copy is at it; nil where there is none.
  private func openConflict(of path: Path) throws(RepositoryError) -> Conflict? {
    let table = try conflictTable(of: try state().base?.conflicts)
    return table.openConflict(at: path)
      ?? table.open.first { $0.sides.contains { $0.path == path } }
  }

  /// Decodes a stored conflict table; the empty one for nil.
  func conflictTable(of id: ObjectID?) throws(RepositoryError) -> ConflictTable {
    guard let id else { return .empty }
    do { return try store.conflicts(id) } catch { throw .object(error) }
  }

  /// A file's content as objects in memory: for files that a person names, of at most 256 MiB.
  private func readContent(
    of path: [UInt8]
  ) throws(RepositoryError) -> (
    id: ObjectID, size: UInt64, mtime: Timestamp, objects: [StoredObject]
  ) {
    var objects: [StoredObject] = []
    do throws(SystemError) {
      let file = try File(path, .read)
      let stat = try file.stat()
      let bytes = try file.readAll(atMost: 256 << 20)
      var builder = ContentBuilder()
      func put(_ kind: ObjectKind, _ buffer: UnsafeRawBufferPointer) -> ObjectID {
        let object = StoredObject(kind: kind, bytes: Array(buffer))
        objects.append(object)
        return object.id
      }
      bytes.withUnsafeBytes { builder.append($0, put: put) }
      let id = builder.finish(put: put)
      let mtime = Timestamp(seconds: stat.mtime.seconds, nanoseconds: stat.mtime.nanoseconds)
      return (id, builder.size, mtime, objects)
    } catch { throw .system(error, path: path) }
  }
}
