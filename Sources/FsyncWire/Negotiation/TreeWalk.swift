internal import FsyncCore

/// What a walk tells about the objects that it meets.
protocol TreeVisitor {
  /// Takes an object that no reference has; it may come again, from other places.
  /// - Parameters:
  ///   - length: the bytes that its place says it has; nil where it says nothing.
  ///   - like: what it most likely replaced.
  mutating func visit(
    _ id: ObjectID, _ kind: ObjectKind, length: UInt64?, like: ObjectID?
  ) throws(WireError)

  /// Takes an object that the walk could not read because it is not here.
  mutating func absent(_ id: ObjectID, _ kind: ObjectKind) throws(WireError)
}

/// Walks what trees hold and older trees do not, by difference: equal nodes are passed over
/// without being read, so the cost follows the change.
struct TreeWalk<Visitor: TreeVisitor> {
  let reader: any ObjectReader
  var visitor: Visitor
  /// Where a path was before, for walks that follow renames.
  var origin: ((Path) -> Entry?)?

  /// The height and the longest path below each directory that was walked.
  private var extents: [ObjectID: Extent] = [:]
  /// The nodes of lists that were opened, and with them all below.
  var lists: [ObjectID: ListShape] = [:]
  private var summaries: [ObjectID: Segments.Summary] = [:]

  init(_ reader: any ObjectReader, _ visitor: Visitor) {
    self.reader = reader
    self.visitor = visitor
  }

  /// Walks a commit's tree.
  mutating func walk(tree: ObjectID, since references: [ObjectID]) throws(WireError) {
    _ = try directory(tree, since: references, at: .root, depth: 0, length: 0)
  }

  /// Walks the objects of a directory; returns how far it reaches down.
  private mutating func directory(
    _ root: ObjectID, since references: [ObjectID], at path: Path, depth: Int, length: Int
  ) throws(WireError) -> Extent {
    guard depth <= Limits.depth, length <= Limits.path else { throw .depth(root) }
    // Where a reference has it at this very place, it reaches no further than it did there.
    if references.contains(root) { return Extent() }
    if let known = extents[root] {
      guard depth + known.depth <= Limits.depth, length + known.length <= Limits.path else {
        throw .depth(root)
      }
      return known
    }
    var old: [DirectoryReference] = []
    for id in references where !old.contains(where: { $0.root == id }) {
      if let reference = DirectoryReference(id, reader) { old.append(reference) }
    }
    var extent = Extent()
    var segments = Segments(root)
    while let next = segments.next() {
      if next.isChild, segments.isSettled(next, by: old) { continue }
      let like = old.first.map { next.first == nil ? $0.root : $0.leaf(of: next.first) }
      try visitor.visit(next.node, .tree, length: nil, like: like)
      if next.isChild, let summary = summaries[next.node] {
        // Shared with another directory: its entries have been walked, what it claims has not.
        try segments.pass(next, summary)
        extent.include(summary.extent)
        continue
      }
      guard let node = try treeNode(next.node) else { continue }
      try segments.open(next, node)
      guard case .leaf(let entries) = node else { continue }
      var reach = Extent()
      for element in entries {
        reach.include(
          element.name,
          try entry(element, since: &old, in: path, depth: depth, length: length))
      }
      extent.include(reach)
      if next.isChild { summaries[next.node] = Segments.Summary(entries, reach) }
    }
    extents[root] = extent
    return extent
  }

  /// Walks what an entry refers to.
  private mutating func entry(
    _ element: TreeEntry, since old: inout [DirectoryReference], in folder: Path, depth: Int,
    length: Int
  ) throws(WireError) -> Extent {
    let entry = element.entry
    var before: [Entry] = []
    for index in old.indices {
      if let found = old[index].entry(element.name) { before.append(found) }
    }
    let path = origin == nil ? Path.root : folder.appending(element.name)
    if before.isEmpty, let moved = origin?(path) { before.append(moved) }
    if let attributes = entry.attributes, !before.contains(where: { $0.attributes == attributes }) {
      try visitor.visit(
        attributes, .chunk, length: nil, like: before.lazy.compactMap(\.attributes).first)
    }
    let unchanged = before.contains { $0.kind == entry.kind && $0.content == entry.content }
    switch entry.kind {
    case .directory:
      return try directory(
        entry.content, since: before.filter { $0.kind == .directory }.map(\.content), at: path,
        depth: depth + 1, length: length + element.name.bytes.count + 1)
    case .symlink:
      if !unchanged {
        try visitor.visit(entry.content, .chunk, length: entry.size, like: nil)
      }
    case .file:
      // Size belongs to content: an entry that claims another one is looked at again.
      if before.contains(where: { $0.hasSameContent(as: entry) }) { break }
      try file(entry, since: before.last { $0.kind == .file })
    }
    return Extent()
  }

  private mutating func file(_ entry: Entry, since before: Entry?) throws(WireError) {
    guard entry.contentKind == .list else {
      let like = before.flatMap { $0.contentKind == .chunk ? $0.content : nil }
      try visitor.visit(entry.content, .chunk, length: entry.size, like: like)
      return
    }
    try list(entry, since: before)
  }

  /// Reads a tree's node; nil where it is not here and the visitor has been told.
  private mutating func treeNode(_ id: ObjectID) throws(WireError) -> TreeNode? {
    do throws(ObjectError) { return try reader.treeNode(id) } catch {
      return try lacking(id, .tree, error)
    }
  }

  /// Reads a list's node; nil where it is not here and the visitor has been told.
  mutating func listNode(_ id: ObjectID) throws(WireError) -> ListNode? {
    do throws(ObjectError) { return try reader.listNode(id) } catch {
      return try lacking(id, .list, error)
    }
  }

  private mutating func lacking<Node>(
    _ id: ObjectID, _ kind: ObjectKind, _ error: ObjectError
  ) throws(WireError) -> Node? {
    guard case .missing(id) = error else { throw WireError(error) }
    try visitor.absent(id, kind)
    return nil
  }
}

/// How far a directory reaches down: levels, and bytes of the longest path.
struct Extent {
  var depth = 0
  var length = 0

  /// Counts an entry and what is below it.
  mutating func include(_ name: Name, _ below: Extent) {
    depth = max(depth, below.depth + 1)
    length = max(length, below.length + name.bytes.count + 1)
  }

  /// Counts the entries of another part of the same directory.
  mutating func include(_ part: Extent) {
    depth = max(depth, part.depth)
    length = max(length, part.length)
  }
}
