/// One stored node of a tree: the entries of a directory, or the children of a large one's node.
///
/// A directory whose leaf encoding is larger than `TreeNode.leafBound` is cut into segments at
/// entry boundaries that the entries' own names choose, so that a change in a folder of a
/// million files rewrites a few segments and not the folder.
package enum TreeNode: Hashable, Sendable {
  /// Entries in strictly rising order of name.
  case leaf([TreeEntry])
  /// Children of a node `level` (1 or more) above the leaves, in rising order of first name.
  case inner(level: UInt8, [Child])

  /// A child of an inner node.
  package struct Child: Hashable, Sendable {
    /// The smallest name under the child.
    package let first: Name
    /// The number of entries under the child.
    package let count: UInt64
    /// The child's node, a tree object.
    package let node: ObjectID

    /// Makes a child.
    package init(first: Name, count: UInt64, node: ObjectID) {
      self.first = first
      self.count = count
      self.node = node
    }
  }

  /// The largest encoding of an unsegmented directory, in bytes.
  package static let leafBound = 128 << 10
  /// The fewest elements of a segment that is not its level's last.
  package static let minimumSegment = 16
  /// The most elements of a segment.
  package static let maximumSegment = 1024
  /// The deepest level: 16 to the 12th leaves is beyond any file system.
  package static let maximumLevel: UInt8 = 12

  /// The canonical encoding: a level byte, a count, then the elements.
  package var encoded: [UInt8] {
    switch self {
    case .leaf(let entries):
      var writer = ByteWriter(reserving: 16 + entries.count * 72)
      writer.byte(0)
      writer.count(entries.count)
      for entry in entries { TreeNode.encode(entry, to: &writer) }
      return writer.bytes
    case .inner(let level, let children):
      var writer = ByteWriter(reserving: 16 + children.count * 64)
      writer.byte(level)
      writer.count(children.count)
      for child in children {
        writer.string(child.first.bytes)
        writer.varint(child.count)
        writer.id(child.node)
      }
      return writer.bytes
    }
  }

  static func encode(_ element: TreeEntry, to writer: inout ByteWriter) {
    let entry = element.entry
    writer.string(element.name.bytes)
    writer.byte(entry.kind.rawValue | (entry.attributes == nil ? 0 : 0x80))
    if entry.kind != .symlink { writer.varint(UInt64(entry.mode)) }
    if entry.kind != .directory {
      writer.timestamp(entry.mtime)
      writer.varint(entry.size)
    }
    writer.id(entry.content)
    if let attributes = entry.attributes { writer.id(attributes) }
  }

  /// Decodes a node; throws where the bytes are not the canonical encoding of one.
  package init(decoding bytes: [UInt8]) throws(DecodeError) {
    var reader = ByteReader(bytes)
    let level = try reader.byte()
    if level == 0 {
      let count = try reader.elements(atMost: Limits.object, eachAtLeast: 36)
      var entries: [TreeEntry] = []
      entries.reserveCapacity(count)
      for _ in 0..<count {
        let element = try TreeNode.entry(&reader)
        if let last = entries.last, last.name >= element.name { throw .order }
        entries.append(element)
      }
      try reader.finish()
      self = .leaf(entries)
    } else {
      guard level <= TreeNode.maximumLevel else { throw .tag(level) }
      let count = try reader.elements(atMost: TreeNode.maximumSegment, eachAtLeast: 35)
      guard count >= 1 else { throw .notCanonical }
      var children: [Child] = []
      children.reserveCapacity(count)
      for _ in 0..<count {
        let first = try Name(try reader.string(atMost: Limits.name))
        let child = Child(first: first, count: try reader.varint(), node: try reader.id())
        if let last = children.last, last.first >= child.first { throw .order }
        children.append(child)
      }
      try reader.finish()
      self = .inner(level: level, children)
    }
  }

  private static func entry(_ reader: inout ByteReader) throws(DecodeError) -> TreeEntry {
    let name = try Name(try reader.string(atMost: Limits.name))
    let tag = try reader.byte()
    guard let kind = Entry.Kind(rawValue: tag & 0x7f) else { throw .tag(tag) }
    var mode = 0
    if kind != .symlink { mode = try reader.count(atMost: 0o777) }
    var mtime = Timestamp.zero
    var size: UInt64 = 0
    if kind != .directory {
      mtime = try reader.timestamp()
      size = try reader.varint()
      guard size <= UInt64(Int64.max) else { throw .tooLarge }
      if kind == .symlink, size > UInt64(Limits.path) { throw .tooLarge }
    }
    let content = try reader.id()
    let attributes = tag & 0x80 == 0 ? nil : try reader.id()
    return TreeEntry(
      name,
      Entry(
        kind: kind, mode: UInt16(mode), mtime: mtime, size: size, content: content,
        attributes: attributes))
  }
}

extension TreeNode {
  /// Encodes a whole directory, cutting it into segments where it is large, and returns the id
  /// of its root node.
  ///
  /// Entries must be in strictly rising order of name. Law: the id depends on the entries alone, and an edit of one entry leaves all segments
  /// but a few per level as they were.
  package static func build<Failure: Error>(
    _ entries: [TreeEntry], put: (ObjectKind, [UInt8]) throws(Failure) -> ObjectID
  ) throws(Failure) -> ObjectID {
    let whole = TreeNode.leaf(entries).encoded
    if whole.count <= leafBound { return try put(.tree, whole) }
    var children: [Child] = []
    for range in segments(entries.map(\.name)) {
      children.append(
        Child(
          first: entries[range.lowerBound].name, count: UInt64(range.count),
          node: try put(.tree, TreeNode.leaf(Array(entries[range])).encoded)))
    }
    var level: UInt8 = 1
    while children.count > maximumSegment {
      var parents: [Child] = []
      for range in segments(children.map(\.first)) {
        let slice = Array(children[range])
        parents.append(
          Child(
            first: slice[0].first, count: slice.reduce(0) { $0 + $1.count },
            node: try put(.tree, TreeNode.inner(level: level, slice).encoded)))
      }
      children = parents
      level += 1
    }
    return try put(.tree, TreeNode.inner(level: level, children).encoded)
  }

  /// Cuts a run of names: a segment ends before a name whose XXH3 has six zero low bits, and
  /// holds 16 to 1,024 names.
  private static func segments(_ names: [Name]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    for index in names.indices {
      let length = index - start
      let isBoundary = Checksum.xxh3(names[index].bytes) & 63 == 0
      if length >= maximumSegment || (length >= minimumSegment && isBoundary) {
        ranges.append(start..<index)
        start = index
      }
    }
    ranges.append(start..<names.count)
    return ranges
  }
}

extension ObjectReader {
  /// Returns all entries of a directory, in order of name, whatever its segments.
  package func entries(ofTree id: ObjectID) throws(ObjectError) -> [TreeEntry] {
    switch try treeNode(id) {
    case .leaf(let entries): return entries
    case .inner(let level, let children):
      var result: [TreeEntry] = []
      try collect(children, under: level, of: id, into: &result)
      return result
    }
  }

  private func collect(
    _ children: [TreeNode.Child], under level: UInt8, of root: ObjectID,
    into result: inout [TreeEntry]
  ) throws(ObjectError) {
    for child in children {
      switch try treeNode(child.node) {
      case .leaf(let entries) where level == 1:
        guard entries.first?.name == child.first, UInt64(entries.count) == child.count else {
          throw .malformed(root, .notCanonical)
        }
        if let last = result.last, let first = entries.first, last.name >= first.name {
          throw .malformed(root, .order)
        }
        result.append(contentsOf: entries)
      case .inner(let below, let grandchildren) where below == level - 1:
        try collect(grandchildren, under: below, of: root, into: &result)
      default: throw .malformed(root, .notCanonical)
      }
    }
  }

  /// Returns the entry at a path below a tree; nil where there is none, and for the root.
  package func entry(at path: Path, in tree: ObjectID) throws(ObjectError) -> Entry? {
    var folder = tree
    let components = path.components
    for (depth, name) in components.enumerated() {
      guard let found = try entry(named: name, inTree: folder) else { return nil }
      if depth == components.count - 1 { return found }
      guard found.kind == .directory else { return nil }
      folder = found.content
    }
    return nil
  }
}

extension [TreeEntry] {
  /// Finds an entry by name in a sorted array.
  package func binarySearch(_ name: Name) -> TreeEntry? {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle].name < name { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low].name == name ? self[low] : nil
  }
}
