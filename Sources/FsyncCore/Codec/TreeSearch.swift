extension ObjectReader {
  /// Returns what a name stands for in a directory; nil where there is no such name.
  ///
  /// Of a large directory one node a level is read, whatever it holds.
  package func entry(named name: Name, inTree id: ObjectID) throws(ObjectError) -> Entry? {
    var node = try treeNode(id)
    while true {
      switch node {
      case .leaf(let entries): return entries.binarySearch(name)?.entry
      case .inner(let level, let children):
        guard let child = children.last(where: { $0.first <= name }) else { return nil }
        node = try treeNode(child.node, below: level)
      }
    }
  }

  /// Returns the entries of a directory that come after a name, in order, no more than so many.
  ///
  /// Only the segments that they are in are read.
  package func entries(
    ofTree id: ObjectID, after name: Name?, atMost bound: Int
  ) throws(ObjectError) -> [TreeEntry] {
    var result: [TreeEntry] = []
    try collect(try treeNode(id), after: name, atMost: bound, into: &result)
    return result
  }

  /// Returns how many entries a directory has, by what its root node says.
  package func entryCount(ofTree id: ObjectID) throws(ObjectError) -> UInt64 {
    switch try treeNode(id) {
    case .leaf(let entries): return UInt64(entries.count)
    case .inner(_, let children):
      return children.reduce(0) { sum, child in
        let (total, overflow) = sum.addingReportingOverflow(child.count)
        return overflow ? .max : total
      }
    }
  }

  private func collect(
    _ node: TreeNode, after name: Name?, atMost bound: Int, into result: inout [TreeEntry]
  ) throws(ObjectError) {
    switch node {
    case .leaf(let entries):
      let rest = name.map { name in entries.drop { $0.name <= name } } ?? entries[...]
      result.append(contentsOf: rest.prefix(bound - result.count))
    case .inner(let level, let children):
      let start = name.flatMap { name in children.lastIndex { $0.first <= name } } ?? 0
      for child in children[start...] where result.count < bound {
        let below = try treeNode(child.node, below: level)
        try collect(below, after: name, atMost: bound, into: &result)
      }
    }
  }

  /// Returns a node that must lie one level below another.
  private func treeNode(_ id: ObjectID, below level: UInt8) throws(ObjectError) -> TreeNode {
    let node = try treeNode(id)
    let found: UInt8 = if case .inner(let level, _) = node { level } else { 0 }
    guard found == level - 1 else { throw .malformed(id, .notCanonical) }
    return node
  }
}
