internal import FsyncCore
internal import FsyncSystem

/// Writes an index directory by directory, in pre-order; an unchanged subtree is copied whole.
struct IndexBuilder {
  private let directories = Section<IndexDirectory>()
  private let rows = Section<IndexRow>()
  private let names = Section<UInt8>(reserving: 4096)
  private let contents = Section<IndexContent>()
  private let attributes = Section<StoredID>(reserving: 1)

  /// Ends the index.
  consuming func finish(_ tree: ObjectID) -> Index {
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
  func append(_ draft: DirectoryDraft, parent: Int, row: Int) -> Int {
    switch draft {
    case .copied(let number, let source, let contents):
      return copy(number, of: source, contents, parent: parent, row: row)
    case .built(let built):
      return append(built, parent: parent, row: row)
    }
  }

  private func append(_ built: BuiltDirectory, parent: Int, row: Int) -> Int {
    let number = directories.count
    var record = built.record
    record.firstRow = UInt32(rows.count)
    record.rowCount = UInt32(built.rows.count)
    record.parent = UInt32(parent)
    record.row = UInt32(row)
    record.tree = StoredID(built.tree)
    directories.append(record)
    for draft in built.rows { append(draft) }
    for (index, draft) in built.rows.enumerated() {
      guard let child = draft.child else { continue }
      let position = Int(record.firstRow) + index
      let childNumber = append(child, parent: number, row: position)
      rows[position].child = UInt32(childNumber)
    }
    directories[number].end = UInt32(directories.count)
    return number
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

  /// Copies a subtree: its directories, rows and names are contiguous in the source.
  private func copy(
    _ number: Int, of source: Index, _ sourceContents: IndexContents, parent: Int, row: Int
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
    for index in rowRange {
      var record = source.rows[index]
      record.nameOffset = UInt32(names.count)
      names.append(contentsOf: source.nameBytes(index))
      names.append(0)
      if record.isDirectory { record.child = UInt32(Int(record.child) - number + newNumber) }
      rows.append(record)
      var content = sourceContents.records[index]
      if content.attributes != 0 {
        content.attributes = self.number(
          ofAttributes: sourceContents.attributes[Int(content.attributes) - 1].id)
      }
      contents.append(content)
    }
    return newNumber
  }
}
