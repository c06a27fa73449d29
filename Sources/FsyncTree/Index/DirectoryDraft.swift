internal import FsyncCore
internal import FsyncSystem

/// A directory of an index that is being made.
enum DirectoryDraft: Sendable {
  /// The whole subtree as another index has it.
  case copied(Int, of: Index, IndexContents)
  /// New rows, which wait in an arena.
  case part(IndexPart)

  /// The directory's tree object.
  var tree: ObjectID {
    switch self {
    case .copied(let number, let source, _): source.directories[number].tree.id
    case .part(let part): part.tree
    }
  }

  /// What the directory takes in an index, with all below it.
  var size: IndexSize {
    switch self {
    case .copied(let number, let source, _): IndexSize(of: number, in: source)
    case .part(let part): part.size
    }
  }
}

/// A row of an index that is being made.
struct RowDraft: Sendable {
  enum StatSource {
    case none
    case new(KnownStat)
    case borrowed(IndexRow)
  }

  var name: Name
  var entry: Entry
  var stat: StatSource = .none
  /// The directory that the row is.
  var child: DirectoryDraft?

  var element: TreeEntry { TreeEntry(name, entry) }
}

/// How much an index or a part of one holds.
struct IndexSize: Hashable, Sendable {
  var directories = 0
  var rows = 0
  /// Bytes of names, each with its NUL.
  var names = 0

  mutating func add(_ other: IndexSize) {
    directories += other.directories
    rows += other.rows
    names += other.names
  }
}

extension IndexSize {
  /// The size of one directory's own rows.
  init(of drafts: [RowDraft]) {
    self.init(
      directories: 1, rows: drafts.count,
      names: drafts.reduce(0) { $0 + $1.name.bytes.count + 1 })
  }

  /// The size of a directory with all below it: its rows and names are contiguous.
  fileprivate init(of number: Int, in index: Index) {
    let root = index.directories[number]
    let end = index.directories[Int(root.end) - 1].rowRange.upperBound
    self.init(directories: Int(root.end) - number, rows: end - Int(root.firstRow))
    guard rows > 0 else { return }
    let last = index.rows[end - 1]
    names =
      Int(last.nameOffset) + Int(last.nameLength) + 1
      - Int(index.rows[Int(root.firstRow)].nameOffset)
  }
}
