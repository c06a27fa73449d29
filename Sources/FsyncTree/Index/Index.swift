package import FsyncCore
internal import FsyncSystem
internal import Synchronization

/// What the working tree looked like when it was last in step with a tree: every entry of that
/// tree, and for each the stat that vouches for its content, where one is known.
///
/// A cache: losing it costs a rescan and nothing else. It is immutable; a change makes a new one.
package final class Index: Sendable {
  /// The tree whose entries these are.
  package let tree: ObjectID
  // The memory below is never written after the index is made, and `owner` keeps it.
  nonisolated(unsafe) let directories: UnsafeBufferPointer<IndexDirectory>
  nonisolated(unsafe) let rows: UnsafeBufferPointer<IndexRow>
  nonisolated(unsafe) let names: UnsafeBufferPointer<UInt8>
  // Read through `contents`, which verifies them first.
  nonisolated(unsafe) private let unverifiedContents: UnsafeBufferPointer<IndexContent>
  nonisolated(unsafe) private let unverifiedAttributes: UnsafeBufferPointer<StoredID>
  private let owner: any AnyObject & Sendable
  /// The checksum that contents and attributes must still be shown to have.
  private let pending: Mutex<UInt64?>

  init(
    tree: ObjectID, directories: UnsafeBufferPointer<IndexDirectory>,
    rows: UnsafeBufferPointer<IndexRow>, names: UnsafeBufferPointer<UInt8>,
    contents: UnsafeBufferPointer<IndexContent>, attributes: UnsafeBufferPointer<StoredID>,
    owner: any AnyObject & Sendable, pending: UInt64?
  ) {
    self.tree = tree
    self.directories = directories
    self.rows = rows
    self.names = names
    unverifiedContents = contents
    unverifiedAttributes = attributes
    self.owner = owner
    self.pending = Mutex(pending)
  }

  /// The number of entries, directories included and the root not.
  package var count: Int { rows.count }

  /// Verifies the ids and times, which a clean scan never touches, when they are first needed.
  func contents() throws(TreeError) -> IndexContents {
    let isSound = pending.withLock { pending in
      guard let expected = pending else { return true }
      guard
        IndexFile.contentChecksum(unverifiedContents, unverifiedAttributes) == expected,
        unverifiedContents.allSatisfy({
          $0.nanoseconds < 1_000_000_000 && $0.attributes <= unverifiedAttributes.count
        })
      else { return false }
      pending = nil
      return true
    }
    guard isSound else { throw .damagedIndex }
    return IndexContents(records: unverifiedContents, attributes: unverifiedAttributes)
  }

  /// Returns the tree's entry of a row.
  package func entry(_ row: Int) throws(TreeError) -> Entry {
    try contents().entry(rows[row], row)
  }

  /// The name of a row; nil where the bytes may not be one.
  package func name(_ row: Int) -> Name? { try? Name(Array(nameBytes(row))) }

  func nameBytes(_ row: Int) -> UnsafeBufferPointer<UInt8> {
    let record = rows[row]
    return UnsafeBufferPointer(
      rebasing: names[Int(record.nameOffset)..<Int(record.nameOffset) + Int(record.nameLength)])
  }

  /// A row's name for a system call.
  @inline(__always)
  func terminatedName(_ record: IndexRow) -> UnsafePointer<CChar>? {
    guard let base = names.baseAddress else { return nil }
    return UnsafeRawPointer(base + Int(record.nameOffset)).assumingMemoryBound(to: CChar.self)
  }

  /// Returns the row of a path; nil where the tree has none, and for the root.
  package func row(at path: Path) -> Int? {
    var directory = 0
    var found: Int?
    for name in path.components {
      if let row = found {
        guard rows[row].isDirectory else { return nil }
        directory = Int(rows[row].child)
      }
      guard let row = row(named: name.bytes, in: directory) else { return nil }
      found = row
    }
    return found
  }

  /// Returns the tree's entry at a path; nil where there is none, and for the root.
  package func entry(at path: Path) throws(TreeError) -> Entry? {
    guard let row = row(at: path) else { return nil }
    return try entry(row)
  }

  /// Returns the number of the directory at a path.
  func directory(at path: Path) -> Int? {
    if path.isRoot { return 0 }
    guard let row = row(at: path), rows[row].isDirectory else { return nil }
    return Int(rows[row].child)
  }

  /// Finds a name among a directory's rows.
  func row(named name: [UInt8], in directory: Int) -> Int? {
    let range = directories[directory].rowRange
    let row = lowerBound(name, in: range)
    guard row < range.upperBound, nameBytes(row).elementsEqual(name) else { return nil }
    return row
  }

  /// Returns the first row of a range whose name is not less than a name.
  private func lowerBound(_ name: [UInt8], in range: Range<Int>) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if Bytes.compare(nameBytes(middle), name) < 0 { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Returns the path of a directory; nil where a name in it may not be one.
  func path(ofDirectory number: Int) -> Path? {
    var names: [Name] = []
    var number = number
    while number != 0 {
      guard let name = name(Int(directories[number].row)) else { return nil }
      names.append(name)
      number = Int(directories[number].parent)
    }
    return names.reversed().reduce(.root) { $0.appending($1) }
  }
}

/// The verified cold part of an index; the index must be held as long.
struct IndexContents: Sendable {
  // Memory that is never written after the index is made.
  nonisolated(unsafe) let records: UnsafeBufferPointer<IndexContent>
  nonisolated(unsafe) let attributes: UnsafeBufferPointer<StoredID>

  func entry(_ record: IndexRow, _ row: Int) -> Entry {
    let content = records[row]
    let id = content.id.id
    let mtime = Timestamp(seconds: content.seconds, nanoseconds: content.nanoseconds)
    var entry: Entry =
      switch Entry.Kind(rawValue: record.kind) {
      case .directory: .directory(id, mode: record.mode)
      case .symlink: .symlink(id, size: record.size, mtime: mtime)
      case .file, nil: .file(id, size: record.size, mode: record.mode, mtime: mtime)
      }
    if content.attributes != 0 { entry.attributes = attributes[Int(content.attributes) - 1].id }
    return entry
  }
}

/// Comparison of names as trees order them.
enum Bytes {
  /// Returns a negative number, 0 or a positive one.
  @inline(__always)
  static func compare(_ left: UnsafeBufferPointer<UInt8>, _ right: [UInt8]) -> Int {
    right.withUnsafeBufferPointer { compare(left, $0) }
  }

  /// Returns a negative number, 0 or a positive one.
  static func compare(
    _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>
  ) -> Int {
    let common = min(left.count, right.count)
    var index = 0
    while index < common {
      if left[index] != right[index] { return Int(left[index]) - Int(right[index]) }
      index += 1
    }
    return left.count - right.count
  }
}
