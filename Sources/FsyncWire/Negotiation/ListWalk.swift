internal import FsyncCore

extension TreeWalk {
  /// Walks the list of a large file, against the list (or the one chunk) that it had before.
  ///
  /// Level by level from the top: only nodes that one side has and the other has not are opened.
  mutating func list(_ entry: Entry, since before: Entry?) throws(WireError) {
    if let known = lists[entry.content] {
      guard known.length == entry.size else { throw .object(entry.content, .notCanonical) }
      return
    }
    try visitor.visit(entry.content, .list, length: nil, like: before?.content)
    guard let root = try listNode(entry.content) else { return }
    guard root.length == entry.size else { throw .object(entry.content, .notCanonical) }
    lists[entry.content] = ListShape(level: root.level, length: entry.size)
    var old = OldList(before, reader)
    var level = root.level
    var nodes = [root]
    while true {
      old.descend(to: level)
      let elements = nodes.flatMap(\.elements)
      let news = Alignment.novelties(elements.map(\.id), since: old.comparable)
      guard level > 0 else {
        for new in news {
          let element = elements[new.index]
          try visitor.visit(element.id, .chunk, length: element.length, like: new.like)
        }
        return
      }
      old.keepOnly(notIn: Set(elements.map(\.id)))
      nodes = try descend(news.map { (elements[$0.index], $0.like) }, to: level - 1)
      level -= 1
    }
  }

  /// Opens the nodes of the next level, each once however often and in how many files it occurs.
  private mutating func descend(
    _ elements: [(element: ListNode.Element, like: ObjectID?)], to level: UInt8
  ) throws(WireError) -> [ListNode] {
    var nodes: [ListNode] = []
    for (element, like) in elements {
      let shape = ListShape(level: level, length: element.length)
      if let known = lists[element.id] {
        guard known == shape else { throw .object(element.id, .notCanonical) }
        continue
      }
      try visitor.visit(element.id, .list, length: nil, like: like)
      guard let node = try listNode(element.id) else { continue }
      guard node.level == level, node.length == element.length else {
        throw .object(element.id, .notCanonical)
      }
      lists[element.id] = shape
      nodes.append(node)
    }
    return nodes
  }
}

/// What a list's node is from above.
struct ListShape: Hashable {
  let level: UInt8
  let length: UInt64
}

/// The list that a file had before, opened level by level beside the new one.
private struct OldList {
  private let reader: any ObjectReader
  private var nodes: [ListNode] = []
  private var level: Int
  private var children: [ObjectID] = []
  private var isOpen = true

  /// What there is to compare with at the level of the new nodes: nothing above the old root.
  var comparable: [ObjectID] { isOpen ? children : [] }

  init(_ before: Entry?, _ reader: any ObjectReader) {
    self.reader = reader
    level = -1
    guard let before else { return }
    if before.contentKind == .list, let root = try? reader.listNode(before.content) {
      nodes = [root]
      level = Int(root.level)
      children = root.elements.map(\.id)
    } else if before.contentKind == .chunk {
      children = [before.content]
      level = 0
    }
  }

  /// Opens nodes until the children are those of a node of this level.
  mutating func descend(to goal: UInt8) {
    while level > Int(goal) {
      nodes = children.compactMap { try? reader.listNode($0) }
      children = nodes.flatMap { $0.elements.map(\.id) }
      level -= 1
    }
    // An old list that is lower than the new one has nothing to compare with yet.
    isOpen = level == Int(goal)
  }

  mutating func keepOnly(notIn new: Set<ObjectID>) {
    guard isOpen else { return }
    children.removeAll { new.contains($0) }
  }
}
