internal import FsyncCore

/// The nodes of one directory in order of name, and whether they fit together.
///
/// A directory whose segments contradict each other would be unreadable for whoever joined it.
struct Segments {
  /// A node to be looked at.
  struct Next {
    let node: ObjectID
    /// What its parent node says; nil for the root.
    let level: UInt8?
    let first: Name?
    let count: UInt64?
    /// The smallest name that comes after it.
    let following: Name?
    var isChild: Bool { level != nil }
  }

  /// What is known of a leaf that was walked.
  struct Summary {
    let first: Name?
    let last: Name?
    let count: UInt64
    let extent: Extent

    init(_ entries: [TreeEntry], _ extent: Extent) {
      first = entries.first?.name
      last = entries.last?.name
      count = UInt64(entries.count)
      self.extent = extent
    }
  }

  private let root: ObjectID
  private var stack: [Next]

  init(_ root: ObjectID) {
    self.root = root
    stack = [Next(node: root, level: nil, first: nil, count: nil, following: nil)]
  }

  /// Takes the next node, in order of name.
  mutating func next() -> Next? { stack.popLast() }

  /// Says whether a reference has the same node with the same claims, followed by a name that is
  /// no larger: then it needs no look.
  func isSettled(_ next: Next, by references: [DirectoryReference]) -> Bool {
    references.contains { reference in
      guard let place = reference.places[next.node], place.first == next.first,
        place.count == next.count
      else { return false }
      guard let following = next.following else { return true }
      guard let old = place.next else { return false }
      return old <= following
    }
  }

  /// Checks a leaf below the root against what its parent says.
  func pass(_ next: Next, _ leaf: Summary) throws(WireError) {
    guard next.level == 0, leaf.first == next.first, leaf.count == next.count else {
      throw .object(root, .notCanonical)
    }
    if let last = leaf.last, let following = next.following, last >= following {
      throw .object(root, .order)
    }
  }

  /// Checks a node that was read against what its parent says, and queues its children.
  mutating func open(_ next: Next, _ node: TreeNode) throws(WireError) {
    switch node {
    case .leaf(let entries):
      guard next.isChild else { return }
      try pass(next, Summary(entries, Extent()))
    case .inner(let level, let children):
      guard next.level.map({ $0 == level }) ?? true,
        next.first.map({ $0 == children[0].first }) ?? true
      else { throw .object(root, .notCanonical) }
      var total: UInt64 = 0
      for child in children {
        let (sum, overflow) = total.addingReportingOverflow(child.count)
        guard !overflow, child.count >= 1 else { throw .object(root, .notCanonical) }
        total = sum
      }
      guard next.count.map({ $0 == total }) ?? true else { throw .object(root, .notCanonical) }
      if let last = children.last, let following = next.following, last.first >= following {
        throw .object(root, .order)
      }
      for index in children.indices.reversed() {
        stack.append(
          Next(
            node: children[index].node, level: level - 1, first: children[index].first,
            count: children[index].count,
            following: index + 1 < children.count ? children[index + 1].first : next.following))
      }
    }
  }
}
