internal import FsyncCore
package import FsyncSystem

/// An entry of the base tree and the stat that vouches for it: 48 bytes, all that a scan reads.
struct IndexRow: BitwiseCopyable {
  /// The file's number; meaningful with the flag `known`.
  var inode: UInt64 = 0
  /// Bytes of content, as in the tree.
  var size: UInt64 = 0
  /// The file's own modification time, which a touch moves away from the tree's.
  var mtime: UInt64 = 0
  /// The file's change time.
  var ctime: UInt64 = 0
  /// Where its NUL-terminated name begins.
  var nameOffset: UInt32 = 0
  /// Bytes of its name, without the NUL.
  var nameLength: UInt8 = 0
  /// The raw value of `Entry.Kind`.
  var kind: UInt8 = 0
  /// Permission bits, as in the tree.
  var mode: UInt16 = 0
  /// `IndexRow.known` and `IndexRow.racy`.
  var flags: UInt16 = 0
  /// Zero.
  var reserved: UInt16 = 0
  /// A directory's number; 0 for anything else.
  var child: UInt32 = 0

  /// The stat was taken of this content.
  static let known: UInt16 = 1
  /// The stat was taken within a tick of the change that it shows.
  static let racy: UInt16 = 2

  var isDirectory: Bool { kind == Entry.Kind.directory.rawValue }

  /// Says whether a stat proves that the content is the row's.
  @inline(__always)
  func vouches(for stat: Stat) -> Bool {
    flags & (IndexRow.known | IndexRow.racy) == IndexRow.known
      && inode == stat.inode && size == stat.size
      && ctime == stat.ctime.packed && mtime == stat.mtime.packed
      && kind == stat.kind.entryKind
  }

  /// Takes over a stat, or forgets the one it had.
  mutating func note(_ known: KnownStat?) {
    flags = 0
    (inode, mtime, ctime) = (0, 0, 0)
    guard let known else { return }
    inode = known.stat.inode
    mtime = known.stat.mtime.packed
    ctime = known.stat.ctime.packed
    flags = known.isRacy ? IndexRow.known | IndexRow.racy : IndexRow.known
  }
}

extension FileKind {
  /// The raw value of `Entry.Kind`; 0 for what no tree holds.
  @inline(__always)
  var entryKind: UInt8 {
    switch self {
    case .file: 1
    case .directory: 2
    case .symlink: 3
    default: 0
    }
  }
}

/// A stat of content that is known, and whether it can be relied on next time.
package struct KnownStat: Hashable, Sendable {
  /// The stat.
  package let stat: Stat
  /// Whether a change could have gone unseen: the file must be read again.
  package let isRacy: Bool

  /// Pairs a stat with its reliability.
  package init(_ stat: Stat, isRacy: Bool) {
    self.stat = stat
    self.isRacy = isRacy
  }
}

/// A directory of the base tree: 88 bytes.
///
/// Directories are numbered in pre-order, so a subtree is a range of numbers, of rows and of names.
struct IndexDirectory: BitwiseCopyable {
  /// The directory's own number, times as the last scan saw them; with the flag `known`.
  var inode: UInt64 = 0
  var mtime: UInt64 = 0
  var ctime: UInt64 = 0
  /// Digest of the ignore rules that its listing was judged by.
  var rules: UInt64 = 0
  /// Its first row; its rows are sorted by name.
  var firstRow: UInt32 = 0
  var rowCount: UInt32 = 0
  /// The directory that holds it, and its row there; 0 for the root.
  var parent: UInt32 = 0
  var row: UInt32 = 0
  /// The number after those of its subtree.
  var end: UInt32 = 0
  /// `known`, `quiet` and `ignoreFile`.
  var flags: UInt32 = 0
  /// The directory's tree object.
  var tree = StoredID()

  /// The stat is known.
  static let known: UInt32 = 1
  /// Every name on disk was a row or ignored, and a later change must show in the stat: as long
  /// as that and the rules are the same, no listing is needed.
  static let quiet: UInt32 = 2
  /// The directory held a `.fsyncignore`.
  static let ignoreFile: UInt32 = 4

  var rowRange: Range<Int> { Int(firstRow)..<Int(firstRow) + Int(rowCount) }

  /// Says whether a stat is the one of the last scan.
  func matches(_ stat: Stat) -> Bool {
    flags & IndexDirectory.known != 0 && inode == stat.inode
      && mtime == stat.mtime.packed && ctime == stat.ctime.packed
  }

  mutating func note(_ stat: Stat) {
    inode = stat.inode
    mtime = stat.mtime.packed
    ctime = stat.ctime.packed
    flags |= IndexDirectory.known
  }
}

/// What only a change needs to know of a row: 48 bytes.
struct IndexContent: BitwiseCopyable {
  /// The content's id: of a chunk, a list or a tree.
  var id = StoredID()
  /// The tree's modification time.
  var seconds: Int64 = 0
  var nanoseconds: UInt32 = 0
  /// The number of its extended attributes' id, from 1; 0 for none.
  var attributes: UInt32 = 0
}

/// The 32 bytes of an id, as they are in the file.
struct StoredID: BitwiseCopyable {
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  init() {}

  init(_ id: ObjectID) {
    withUnsafeMutableBytes(of: &words) { id.store(to: $0) }
  }

  var id: ObjectID { withUnsafeBytes(of: words) { ObjectID(loading: $0) } }
}
