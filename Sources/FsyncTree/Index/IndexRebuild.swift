package import FsyncCore
internal import FsyncSystem

extension Index {
  /// The index of an empty tree, in which every file is new.
  package static func empty() -> Index {
    let tree = Digest.object(.tree, TreeNode.leaf([]).encoded)
    var arena = IndexArena()
    return IndexBuilder.index(of: arena.keep(IndexDirectory(), tree, []))
  }

  /// Builds the index of a tree from its objects.
  ///
  /// Folders that an older index has with the same tree are copied from it without being read.
  /// - Parameters:
  ///   - older: an index to borrow stats from, where path, kind and content agree.
  ///   - stats: what is known of paths that have just been written; nil where nothing is known
  ///     any more.
  package static func build(
    tree: ObjectID, _ reader: any ObjectReader, borrowing older: Index? = nil,
    stats: [Path: KnownStat?] = [:]
  ) throws(TreeError) -> Index {
    var rebuild = IndexRebuild(
      reader: reader, older: older, olderContents: try older?.contents(), stats: stats)
    do throws(ObjectError) {
      return IndexBuilder.index(
        of: try rebuild.directory(tree, at: .root, older: older == nil ? nil : 0, depth: 0))
    } catch { throw .object(error) }
  }
}

/// One rebuilding of an index from tree objects.
private struct IndexRebuild {
  let reader: any ObjectReader
  let older: Index?
  let olderContents: IndexContents?
  let stats: [Path: KnownStat?]
  // Where no folder is as it was nobody asks, and all that was written need not be sorted.
  private lazy var touched = PathSet(stats.keys)
  private var arena = IndexArena()

  init(
    reader: any ObjectReader, older: Index?, olderContents: IndexContents?,
    stats: [Path: KnownStat?]
  ) {
    self.reader = reader
    self.older = older
    self.olderContents = olderContents
    self.stats = stats
  }

  /// Drafts the directory of a tree object.
  /// - Parameter number: the older index's directory at the same path.
  mutating func directory(
    _ tree: ObjectID, at path: Path, older number: Int?, depth: Int
  ) throws(ObjectError) -> DirectoryDraft {
    guard depth <= Limits.depth else { throw .malformed(tree, .tooLarge) }
    if let number, let older, let olderContents, older.directories[number].tree.id == tree,
      !touched.hasBelow(path)
    {
      return .copied(number, of: older, olderContents)
    }
    var record = IndexDirectory()
    if let number, let older {
      // What was listed for the older tree may have names that this one has not: listed again.
      record = older.directories[number]
      record.flags &= ~IndexDirectory.quiet
    }
    var rows: [RowDraft] = []
    for element in try reader.entries(ofTree: tree) {
      rows.append(try row(element, at: path.appending(element.name), older: number, depth: depth))
    }
    return arena.keep(record, tree, rows)
  }

  private mutating func row(
    _ element: TreeEntry, at path: Path, older number: Int?, depth: Int
  ) throws(ObjectError) -> RowDraft {
    var draft = RowDraft(name: element.name, entry: element.entry)
    let old = number.flatMap { older?.row(named: element.name.bytes, in: $0) }
    if element.entry.kind == .directory {
      var child: Int?
      if let older, let old, older.rows[old].isDirectory { child = Int(older.rows[old].child) }
      draft.child = try directory(
        element.entry.content, at: path, older: child, depth: depth + 1)
    } else if let known = stats[path] {
      draft.stat = known.map { .new($0) } ?? .none
    } else if let old, let older, let olderContents,
      olderContents.entry(older.rows[old], old).hasSameContent(as: element.entry)
    {
      draft.stat = .borrowed(older.rows[old])
    }
    return draft
  }
}
