internal import FsyncCore
internal import FsyncStore

/// The folders in which other file systems were entered: the ref `mounts`.
///
/// One that is not mounted any more leaves an empty folder, which must not be taken for the
/// deletion of all that was in it.
enum MountRecord {
  /// The ref's name.
  static let ref = Array("mounts".utf8)

  /// The ref's value.
  static func encoded(_ paths: [Path]) -> [UInt8] {
    var writer = ByteWriter()
    writer.byte(1)
    writer.count(paths.count)
    for path in paths.sorted() { writer.string(path.bytes) }
    return writer.bytes
  }

  /// Reads the folders; none where there is no record, or none that decodes.
  static func read(_ refs: [[UInt8]: [UInt8]]) -> [Path] {
    guard let bytes = refs[ref], let paths = try? decoded(bytes) else { return [] }
    return paths
  }

  private static func decoded(_ bytes: [UInt8]) throws(DecodeError) -> [Path] {
    var reader = ByteReader(bytes)
    let version = try reader.byte()
    guard version == 1 else { throw .tag(version) }
    var paths: [Path] = []
    for _ in 0..<(try reader.elements(atMost: Limits.object, eachAtLeast: 1)) {
      paths.append(try Path(try reader.string(atMost: Limits.path)))
    }
    try reader.finish()
    return paths
  }
}

extension Repository {
  /// Remembers where a scan entered other file systems, before anything of them is committed, and
  /// forgets those of which history holds nothing any more.
  func note(mounts: [Path], _ state: ReplicaState) throws(RepositoryError) {
    let known = MountRecord.read(state.refs)
    var paths = Set(mounts)
    for path in known where try stored(path, in: state.base?.tree) != nil { paths.insert(path) }
    guard paths != Set(known) else { return }
    do {
      try store.transact { (_, transaction) throws(Never) in
        transaction.command = Array("note".utf8)
        transaction.refs[MountRecord.ref] = .some(
          paths.isEmpty ? nil : MountRecord.encoded(Array(paths)))
      }
    } catch { throw RepositoryError(error) }
  }
}
