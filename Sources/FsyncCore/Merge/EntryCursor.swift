/// Walks the entries of a directory in order of name and can pass over whole segments.
///
/// Nodes are decoded when the walk comes to them, so a segment that both sides of a comparison
/// share is never read.
struct EntryCursor {
  private let reader: any ObjectReader
  /// Inner nodes from the root down: what is left of their children.
  private var inner: [(level: UInt8, children: ArraySlice<TreeNode.Child>)] = []
  private var leaf: ArraySlice<TreeEntry> = []
  private var pendingRoot: ObjectID?
  private var lastName: Name?

  /// Begins before the first entry; nil is an empty directory.
  init(_ root: ObjectID?, _ reader: any ObjectReader) {
    self.reader = reader
    pendingRoot = root
  }

  /// Returns the next entry without taking it; nil at the end.
  mutating func peek() throws(ObjectError) -> TreeEntry? {
    while leaf.isEmpty {
      guard try descend() else { return nil }
    }
    return leaf.first
  }

  /// Takes the entry that `peek` returned.
  mutating func advance() {
    lastName = leaf.popFirst()?.name ?? lastName
  }

  /// The node that begins exactly here, not yet opened; nil inside a leaf and at the end.
  private mutating func pending() -> ObjectID? {
    guard leaf.isEmpty else { return nil }
    if let root = pendingRoot { return root }
    while let top = inner.last, top.children.isEmpty { inner.removeLast() }
    return inner.last?.children.first?.node
  }

  private mutating func skipPending() {
    if pendingRoot != nil {
      pendingRoot = nil
    } else if var top = inner.popLast() {
      lastName = top.children.popFirst()?.first ?? lastName
      inner.append(top)
    }
  }

  /// Opens the node that begins here; false at the end.
  private mutating func descend() throws(ObjectError) -> Bool {
    guard let node = pending() else { return false }
    let expected = inner.last.map { $0.level - 1 }
    let first = inner.last?.children.first?.first
    skipPendingChild()
    switch try reader.treeNode(node) {
    case .leaf(let entries):
      guard expected == nil || expected == 0 else { throw .malformed(node, .notCanonical) }
      if let first, entries.first?.name != first { throw .malformed(node, .notCanonical) }
      if let lastName, let next = entries.first?.name, lastName >= next {
        throw .malformed(node, .order)
      }
      leaf = entries[...]
    case .inner(let level, let children):
      guard expected == nil || expected == level else { throw .malformed(node, .notCanonical) }
      inner.append((level, children[...]))
    }
    return true
  }

  /// Takes the pending child without counting it as passed: its own entries follow.
  private mutating func skipPendingChild() {
    if pendingRoot != nil {
      pendingRoot = nil
    } else if var top = inner.popLast() {
      top.children.removeFirst()
      inner.append(top)
    }
  }

  /// Passes over the segments that both cursors are about to open and that are equal.
  ///
  /// Cursors at different levels, or at segments that begin with different names, open what
  /// they have until they meet again: an edit moves segment borders only near itself.
  static func skipEqual(
    _ left: inout EntryCursor, _ right: inout EntryCursor
  ) throws(ObjectError) {
    while let l = left.pending(), let r = right.pending() {
      if l == r {
        left.skipPending()
        right.skipPending()
        continue
      }
      // The side whose node spans more is opened; leaves are opened by `peek`.
      let (levelLeft, levelRight) = (left.inner.last?.level ?? 255, right.inner.last?.level ?? 255)
      if levelLeft <= 1, levelRight <= 1 { return }
      if levelLeft >= levelRight {
        _ = try left.descend()
      } else {
        _ = try right.descend()
      }
    }
  }
}
