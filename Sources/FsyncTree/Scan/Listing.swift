internal import FsyncSystem

/// The names of one directory, kept in one buffer that serves directory after directory.
struct Listing {
  struct Item {
    let offset: Int
    let count: Int
    let kind: FileKind
  }

  /// All names, each with a NUL after it.
  private var bytes: [UInt8] = []
  private(set) var items: [Item] = []

  /// Reads a directory's names and puts them in order.
  mutating func read(_ directory: borrowing Directory) throws(SystemError) {
    bytes.removeAll(keepingCapacity: true)
    items.removeAll(keepingCapacity: true)
    try directory.forEachName { name, kind throws(SystemError) in
      items.append(Item(offset: bytes.count, count: name.count, kind: kind))
      bytes.append(contentsOf: name)
      bytes.append(0)
    }
    bytes.withUnsafeBufferPointer { all in
      items.sort { left, right in
        Bytes.compare(Listing.name(left, in: all), Listing.name(right, in: all)) < 0
      }
    }
  }

  /// Forgets what was read.
  mutating func clear() {
    items.removeAll(keepingCapacity: true)
  }

  /// Lends an item's name, which is NUL-terminated.
  func withName<Value>(_ item: Item, _ body: (UnsafeBufferPointer<UInt8>) -> Value) -> Value {
    bytes.withUnsafeBufferPointer { body(Listing.name(item, in: $0)) }
  }

  /// Says whether a name is in the directory.
  func contains(_ name: [UInt8]) -> Bool {
    var (low, high) = (0, items.count)
    while low < high {
      let middle = (low + high) / 2
      let order = withName(items[middle]) { Bytes.compare($0, name) }
      if order == 0 { return true }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return false
  }

  private static func name(
    _ item: Item, in all: UnsafeBufferPointer<UInt8>
  ) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: all[item.offset..<item.offset + item.count])
  }
}
