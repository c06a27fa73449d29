package import FsyncCore
package import FsyncSystem

/// A folder's rows as they come together.
struct FolderRows: Sendable {
  var rows: [RowDraft] = []
  /// Whether the rows make another tree than the base's.
  var isChanged = false
  /// Whether something on disk has no row.
  var hasUnrecorded = false

  /// Builds the tree of the rows, which must be in order.
  func tree<Failure: Error>(
    put: (ObjectKind, [UInt8]) throws(Failure) -> ObjectID
  ) throws(Failure) -> ObjectID {
    try TreeNode.build(rows.map(\.element), put: put)
  }
}

/// By what a snapshot judges what was seen and read.
struct SnapshotRules: Sendable {
  /// How finely the file system stamps changes.
  let stamps: StampRule
  /// When the looking began.
  let started: FileTime
  /// Whether the file system keeps permission bits.
  let hasModes: Bool

  /// The permission bits of a folder that no tree has yet.
  func mode(ofNew stat: Stat) -> UInt16 { hasModes ? stat.mode : 0o755 }

  /// The entry of what was read.
  /// - Parameter old: what the base has at the path.
  func entry(_ found: FoundContent, over old: Entry?) -> Entry {
    let mode =
      hasModes ? found.stat.stat.mode & 0o777 : old.map { $0.kind == .file ? $0.mode : 0o644 }
    if var same = old, found.matches(same) {
      if same.kind == .file { same.mode = mode ?? same.mode }
      return same
    }
    let mtime = Timestamp(found.stat.stat.mtime)
    switch found.kind {
    case .symlink: return .symlink(found.content, size: found.size, mtime: mtime)
    default:
      var entry = Entry.file(
        found.content, size: found.size, mode: mode ?? 0o644, mtime: mtime)
      // What this replica cannot see it does not take away.
      if old?.kind == .file { entry.attributes = old?.attributes }
      return entry
    }
  }

  /// Takes over what was seen of a directory itself.
  func note(
    _ record: ScannedDirectory, _ rows: FolderRows, in directory: inout IndexDirectory
  ) {
    guard let stat = record.stat else { return }
    let wasQuiet = directory.flags & IndexDirectory.quiet != 0 && directory.matches(stat)
    directory.note(stat)
    directory.flags &= ~IndexDirectory.quiet
    if record.isListed {
      directory.rules = record.rules
      directory.flags &= ~IndexDirectory.ignoreFile
      if record.hasIgnoreFile { directory.flags |= IndexDirectory.ignoreFile }
    }
    let isWhole = record.isListed ? record.isAccounted && record.rulesFailure == nil : wasQuiet
    if isWhole, !rows.hasUnrecorded, stamps.isSafe(stat.ctime, at: started) {
      directory.flags |= IndexDirectory.quiet
    }
  }
}

extension Timestamp {
  /// A file's time.
  package init(_ time: FileTime) {
    self.init(seconds: time.seconds, nanoseconds: min(time.nanoseconds, 999_999_999))
  }
}
