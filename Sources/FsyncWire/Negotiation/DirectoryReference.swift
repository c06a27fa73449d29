internal import FsyncCore

/// A directory that the other side holds, opened as far as a comparison needs it: the inner nodes
/// of its tree, and single leaves on demand.
struct DirectoryReference {
  /// What an inner node says about a child, and what follows it there.
  struct Place: Hashable {
    let first: Name
    let count: UInt64
    let next: Name?
  }

  /// The root node.
  let root: ObjectID
  private(set) var places: [ObjectID: Place] = [:]
  private var leaves: [(first: Name?, id: ObjectID)] = []
  private let reader: any ObjectReader
  private var opened: (leaf: Int, entries: [TreeEntry])?

  /// Opens a directory; nil where it is not here or does not decode, for then it is no reference.
  init?(_ root: ObjectID, _ reader: any ObjectReader) {
    self.root = root
    self.reader = reader
    do throws(ObjectError) { try open() } catch { return nil }
  }

  private mutating func open() throws(ObjectError) {
    switch try reader.treeNode(root) {
    case .leaf(let entries):
      leaves = [(entries.first?.name, root)]
      opened = (0, entries)
    case .inner(let level, let children):
      var stack: [(level: UInt8, child: TreeNode.Child, next: Name?)] = []
      func push(_ children: [TreeNode.Child], under level: UInt8, next: Name?) {
        for index in children.indices.reversed() {
          let following = index + 1 < children.count ? children[index + 1].first : next
          stack.append((level - 1, children[index], following))
        }
      }
      push(children, under: level, next: nil)
      while let (level, child, next) = stack.popLast() {
        places[child.node] = Place(first: child.first, count: child.count, next: next)
        if level == 0 {
          leaves.append((child.first, child.node))
        } else if case .inner(level, let grandchildren) = try reader.treeNode(child.node) {
          push(grandchildren, under: level, next: next)
        } else {
          throw .malformed(root, .notCanonical)
        }
      }
    }
  }

  /// Says whether a node is one of the directory's.
  func contains(_ node: ObjectID) -> Bool { node == root || places[node] != nil }

  /// The leaf that holds a name, or would.
  func leaf(of name: Name?) -> ObjectID {
    leaves.isEmpty ? root : leaves[position(of: name)].id
  }

  /// Finds the entry of a name.
  mutating func entry(_ name: Name) -> Entry? {
    guard !leaves.isEmpty else { return nil }
    let position = position(of: name)
    if opened?.leaf != position {
      guard case .leaf(let entries)? = try? reader.treeNode(leaves[position].id) else {
        return nil
      }
      opened = (position, entries)
    }
    return opened?.entries.binarySearch(name)?.entry
  }

  private func position(of name: Name?) -> Int {
    guard let name else { return 0 }
    var low = 1
    var high = leaves.count
    while low < high {
      let middle = (low + high) / 2
      if let first = leaves[middle].first, first <= name { low = middle + 1 } else { high = middle }
    }
    return low - 1
  }
}
