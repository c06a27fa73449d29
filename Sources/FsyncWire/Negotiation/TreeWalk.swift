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

  /// Is told before the objects of a file, and after them.
  mutating func beginFile()
  mutating func endFile()
}

extension TreeVisitor {
  mutating func beginFile() {}
  mutating func endFile() {}
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

  /// A directory that is being walked.
  private struct Open {
    let root: ObjectID
    /// Its name in the directory above.
    let name: Name?
    let path: Path
    /// Levels above it, and bytes of its path.
    let depth: Int
    let length: Int
    var old: [DirectoryReference]
    var segments: Segments
    var extent = Extent()
    var leaf: Leaf?
  }

  /// A leaf whose entries are being walked.
  private struct Leaf {
    let place: Segments.Next
    let entries: [TreeEntry]
    var next = 0
    var reach = Extent()
  }

  /// Walks a commit's tree.
  mutating func walk(tree: ObjectID, since references: [ObjectID]) throws(WireError) {
    // An explicit stack: a hostile tree is nested as deep as it may be.
    var stack: [Open] = []
    if let open = try open(tree, nil, since: references, at: .root, depth: 0, length: 0).open {
      stack.append(open)
    }
    while var top = stack.popLast() {
      if var leaf = top.leaf, leaf.next < leaf.entries.count {
        top.leaf = nil
        let element = leaf.entries[leaf.next]
        leaf.next += 1
        let (below, extent) = try entry(element, in: &top)
        if below == nil { leaf.reach.include(element.name, extent) }
        top.leaf = leaf
        stack.append(top)
        if let below { stack.append(below) }
      } else if try advance(&top) {
        stack.append(top)
      } else {
        extents[top.root] = top.extent
        if let name = top.name, var above = stack.popLast() {
          above.leaf?.reach.include(name, top.extent)
          stack.append(above)
        }
      }
    }
  }

  /// Begins a directory, unless how far it reaches down is known already.
  private func open(
    _ root: ObjectID, _ name: Name?, since references: [ObjectID], at path: Path, depth: Int,
    length: Int
  ) throws(WireError) -> (open: Open?, extent: Extent) {
    guard depth <= Limits.depth, length <= Limits.path else { throw .depth(root) }
    // Where a reference has it at this very place, it reaches no further than it did there.
    if references.contains(root) { return (nil, Extent()) }
    if let known = extents[root] {
      guard depth + known.depth <= Limits.depth, length + known.length <= Limits.path else {
        throw .depth(root)
      }
      return (nil, known)
    }
    var old: [DirectoryReference] = []
    for id in references where !old.contains(where: { $0.root == id }) {
      if let reference = DirectoryReference(id, reader) { old.append(reference) }
    }
    return (
      Open(
        root: root, name: name, path: path, depth: depth, length: length, old: old,
        segments: Segments(root)), Extent()
    )
  }

  /// Ends the leaf that was walked and opens the next one; false where there is none.
  private mutating func advance(_ top: inout Open) throws(WireError) -> Bool {
    if let leaf = top.leaf {
      top.extent.include(leaf.reach)
      if leaf.place.isChild {
        summaries[leaf.place.node] = Segments.Summary(leaf.entries, leaf.reach)
      }
      top.leaf = nil
    }
    while let next = top.segments.next() {
      if next.isChild, top.segments.isSettled(next, by: top.old) { continue }
      let like = top.old.first.map { next.first == nil ? $0.root : $0.leaf(of: next.first) }
      try visitor.visit(next.node, .tree, length: nil, like: like)
      if next.isChild, let summary = summaries[next.node] {
        // Shared with another directory: its entries have been walked, what it claims has not.
        try top.segments.pass(next, summary)
        top.extent.include(summary.extent)
        continue
      }
      guard let node = try treeNode(next.node) else { continue }
      try top.segments.open(next, node)
      if case .leaf(let entries) = node {
        top.leaf = Leaf(place: next, entries: entries)
        return true
      }
    }
    return false
  }

  /// Looks at an entry: returns the directory that it opens, or how far it reaches down.
  private mutating func entry(
    _ element: TreeEntry, in top: inout Open
  ) throws(WireError) -> (open: Open?, extent: Extent) {
    let entry = element.entry
    var before: [Entry] = []
    for index in top.old.indices {
      if let found = top.old[index].entry(element.name) { before.append(found) }
    }
    let path = origin == nil ? Path.root : top.path.appending(element.name)
    if before.isEmpty, let moved = origin?(path) { before.append(moved) }
    if let attributes = entry.attributes, !before.contains(where: { $0.attributes == attributes }) {
      try visitor.visit(
        attributes, .chunk, length: nil, like: before.lazy.compactMap(\.attributes).first)
    }
    // Size belongs to content: an entry that claims another one is looked at again.
    let isUnchanged = before.contains { $0.hasSameContent(as: entry) }
    switch entry.kind {
    case .directory:
      return try open(
        entry.content, element.name,
        since: before.filter { $0.kind == .directory }.map(\.content), at: path,
        depth: top.depth + 1, length: top.length + element.name.bytes.count + 1)
    case .symlink:
      if !isUnchanged { try visitor.visit(entry.content, .chunk, length: entry.size, like: nil) }
    case .file:
      if isUnchanged { break }
      visitor.beginFile()
      try file(entry, since: before.last { $0.kind == .file })
      visitor.endFile()
    }
    return (nil, Extent())
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
