internal import FsyncCore
internal import FsyncSystem

/// A directory of an index that is being made.
indirect enum DirectoryDraft {
  /// The whole subtree as another index has it.
  case copied(Int, of: Index, IndexContents)
  /// New rows.
  case built(BuiltDirectory)

  /// The directory's tree object.
  var tree: ObjectID {
    switch self {
    case .copied(let number, let source, _): source.directories[number].tree.id
    case .built(let built): built.tree
    }
  }
}

/// A directory with rows of its own.
struct BuiltDirectory {
  /// Stat, rules and flags; the builder fills in numbers.
  var record: IndexDirectory
  /// The tree object of the rows.
  var tree: ObjectID
  /// In order of name.
  var rows: [RowDraft]
}

/// A row of an index that is being made.
struct RowDraft {
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
