internal import FsyncCore
internal import FsyncSystem

/// Writes an index directory by directory, in pre-order; an unchanged subtree is copied whole.
struct IndexBuilder: Sendable {
  private let directories: Section<IndexDirectory>
  private let rows: Section<IndexRow>
  private let names: Section<UInt8>
  private let contents: Section<IndexContent>
  private let attributes = Section<StoredID>(reserving: 1)

  /// Begins an index of about a size; it may become larger.
  init(reserving size: IndexSize = IndexSize()) {
    directories = Section(reserving: size.directories)
    rows = Section(reserving: size.rows)
    names = Section(reserving: size.names)
    contents = Section(reserving: size.rows)
  }

  /// Says whether so much more fits without a move.
  func hasRoom(for size: IndexSize) -> Bool {
    directories.count + size.directories <= directories.capacity
      && rows.count + size.rows <= rows.capacity && names.count + size.names <= names.capacity
  }

  /// Makes the index of a root directory.
  static func index(of root: DirectoryDraft) -> Index {
    let builder = IndexBuilder(reserving: root.size)
    builder.append(root, parent: 0, row: 0)
    return builder.finish(root.tree)
  }

  /// Ends the index.
  private consuming func finish(_ tree: ObjectID) -> Index {
    let owner = Owner(sections: [directories, rows, names, contents, attributes])
    return Index(
      tree: tree, directories: directories.records, rows: rows.records, names: names.records,
      contents: contents.records, attributes: attributes.records, owner: owner, pending: nil)
  }

  private final class Owner: Sendable {
    let sections: [any AnyObject & Sendable]
    init(sections: [any AnyObject & Sendable]) { self.sections = sections }
  }

  /// Appends a directory and all below it; returns its number.
  @discardableResult
  private func append(_ draft: DirectoryDraft, parent: Int, row: Int) -> Int {
    switch draft {
    case .copied(let number, let source, let contents):
      let records = IndexSource(
        directories: source.directories, rows: source.rows, names: source.names,
        contents: contents.records, attributes: { contents.attributes[$0] })
      return copy(number, of: records, parent: parent, row: row)
    case .part(let part):
      return copy(part, parent: parent, row: row)
    }
  }

  private var source: IndexSource {
    IndexSource(
      directories: directories.reserved, rows: rows.reserved, names: names.reserved,
      contents: contents.reserved, attributes: { attributes[$0] })
  }

  /// Appends a directory without what is below it; returns its number.
  func append(_ record: IndexDirectory, _ tree: ObjectID, _ drafts: [RowDraft]) -> Int {
    var record = record
    record.firstRow = UInt32(rows.count)
    record.rowCount = UInt32(drafts.count)
    record.tree = StoredID(tree)
    directories.append(record)
    for draft in drafts { append(draft) }
    return directories.count - 1
  }

  private func append(_ draft: RowDraft) {
    var row = IndexRow()
    row.kind = draft.entry.kind.rawValue
    row.mode = draft.entry.mode
    row.size = draft.entry.size
    switch draft.stat {
    case .none: row.note(nil)
    case .new(let stat): row.note(stat)
    case .borrowed(let old):
      (row.inode, row.mtime, row.ctime, row.flags) = (old.inode, old.mtime, old.ctime, old.flags)
    }
    row.nameOffset = UInt32(names.count)
    row.nameLength = UInt8(draft.name.bytes.count)
    draft.name.bytes.withUnsafeBufferPointer { names.append(contentsOf: $0) }
    names.append(0)
    rows.append(row)
    var content = IndexContent()
    content.id = StoredID(draft.entry.content)
    content.seconds = draft.entry.mtime.seconds
    content.nanoseconds = draft.entry.mtime.nanoseconds
    if let id = draft.entry.attributes { content.attributes = number(ofAttributes: id) }
    contents.append(content)
  }

  private func number(ofAttributes id: ObjectID) -> UInt32 {
    attributes.append(StoredID(id))
    return UInt32(attributes.count)
  }

  /// Copies a directory from an arena, and then those in it.
  private func copy(_ part: IndexPart, parent: Int, row: Int) -> Int {
    let number = directories.count
    let first = rows.count
    part.copied { arena, source in
      var record = arena.directories[source]
      let range = record.rowRange
      record.firstRow = UInt32(first)
      record.parent = UInt32(parent)
      record.row = UInt32(row)
      directories.append(record)
      copyRows(range, of: arena.source)
    }
    part.takeChildren { row, child in
      let childNumber = append(child, parent: number, row: first + row)
      rows[first + row].child = UInt32(childNumber)
    }
    directories[number].end = UInt32(directories.count)
    return number
  }

  /// Copies a subtree: its directories, rows and names are contiguous in the source.
  private func copy(
    _ number: Int, of source: IndexSource, parent: Int, row: Int
  ) -> Int {
    let root = source.directories[number]
    let range = number..<Int(root.end)
    let last = source.directories[range.upperBound - 1]
    let rowRange = Int(root.firstRow)..<last.rowRange.upperBound
    let newNumber = directories.count
    let newRow = rows.count
    for old in source.directories[range] {
      var record = old
      record.firstRow = UInt32(Int(old.firstRow) - rowRange.lowerBound + newRow)
      record.parent = UInt32(clamping: Int(old.parent) - number + newNumber)
      record.row = UInt32(clamping: Int(old.row) - rowRange.lowerBound + newRow)
      record.end = UInt32(Int(old.end) - number + newNumber)
      directories.append(record)
    }
    directories[newNumber].parent = UInt32(parent)
    directories[newNumber].row = UInt32(row)
    copyRows(rowRange, of: source, children: newNumber - number)
    return newNumber
  }

  /// Copies rows with their names and contents.
  /// - Parameter shift: what is added to the numbers of directories.
  private func copyRows(
    _ range: Range<Int>, of source: IndexSource, children shift: Int = 0
  ) {
    for index in range {
      var record = source.rows[index]
      // The NUL after the name comes with it.
      let name = Int(record.nameOffset)
      record.nameOffset = UInt32(names.count)
      names.append(
        contentsOf: UnsafeBufferPointer(
          rebasing: source.names[name...(name + Int(record.nameLength))]))
      if record.isDirectory { record.child = UInt32(Int(record.child) + shift) }
      rows.append(record)
      var content = source.contents[index]
      if content.attributes != 0 {
        content.attributes = self.number(
          ofAttributes: source.attributes(Int(content.attributes) - 1).id)
      }
      contents.append(content)
    }
  }
}

/// Records that directories are copied from; the caller keeps them in memory.
private struct IndexSource {
  let directories: UnsafeBufferPointer<IndexDirectory>
  let rows: UnsafeBufferPointer<IndexRow>
  let names: UnsafeBufferPointer<UInt8>
  let contents: UnsafeBufferPointer<IndexContent>
  /// The id of extended attributes by its number from 0.
  let attributes: (Int) -> StoredID
}
