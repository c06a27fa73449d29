/// One stored node of a large file's Merkle list of chunks.
package struct ListNode: Hashable, Sendable {
  /// A run of equal children.
  package struct Element: Hashable, Sendable {
    /// A chunk at level 0, else a list node of the level below.
    package let id: ObjectID
    /// Bytes of file content under one child.
    package let length: UInt64
    /// How often the child repeats in a row; 1 or more.
    package let repeats: UInt64

    /// Makes a run.
    package init(id: ObjectID, length: UInt64, repeats: UInt64 = 1) {
      self.id = id
      self.length = length
      self.repeats = repeats
    }
  }

  /// 0 where the elements are chunks.
  package let level: UInt8
  /// The runs, in file order.
  package let elements: [Element]

  /// Makes a node.
  package init(level: UInt8, elements: [Element]) {
    self.level = level
    self.elements = elements
  }

  /// The fewest elements of a node that is not its level's last.
  package static let minimum = 16
  /// The most elements of a node.
  package static let maximum = 1024
  /// The deepest level.
  package static let maximumLevel: UInt8 = 12

  /// Bytes of file content under the node; nil where the sum does not fit.
  package var length: UInt64? {
    var total: UInt64 = 0
    for element in elements {
      let (product, overflow) = element.length.multipliedReportingOverflow(by: element.repeats)
      let (sum, overflowed) = total.addingReportingOverflow(product)
      guard !overflow, !overflowed, sum <= UInt64(Int64.max) else { return nil }
      total = sum
    }
    return total
  }

  /// The canonical encoding: level, count, then id, length and repeats of each run.
  package var encoded: [UInt8] {
    var writer = ByteWriter(reserving: 16 + elements.count * 40)
    writer.byte(level)
    writer.count(elements.count)
    for element in elements {
      writer.id(element.id)
      writer.varint(element.length)
      writer.varint(element.repeats)
    }
    return writer.bytes
  }

  /// Decodes a node; throws where the bytes are not the canonical encoding of one.
  package init(decoding bytes: [UInt8]) throws(DecodeError) {
    var reader = ByteReader(bytes)
    let level = try reader.byte()
    guard level <= ListNode.maximumLevel else { throw .tag(level) }
    let count = try reader.elements(atMost: ListNode.maximum, eachAtLeast: 34)
    guard count >= 1 else { throw .notCanonical }
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for _ in 0..<count {
      let element = Element(
        id: try reader.id(), length: try reader.varint(), repeats: try reader.varint())
      guard element.length >= 1, element.repeats >= 1 else { throw .notCanonical }
      if level == 0, element.length > UInt64(Limits.chunk) { throw .tooLarge }
      if let last = elements.last, last.id == element.id { throw .notCanonical }
      elements.append(element)
    }
    try reader.finish()
    self.init(level: level, elements: elements)
    guard self.length != nil else { throw .tooLarge }
  }
}

/// Builds a file's Merkle list from its chunks in order, holding one open node a level.
///
/// A node ends after an element whose id has six zero low bits, between 16 and 1,024 elements,
/// so an edit in a file of any size rewrites one node a level or two.
package struct ListBuilder {
  private var levels: [[ListNode.Element]] = [[]]
  /// The list nodes that are complete; the caller stores them and may clear this at any time.
  package private(set) var finished: [(id: ObjectID, bytes: [UInt8])] = []

  /// Makes a builder of an empty list.
  package init() {}

  /// Appends chunks.
  package mutating func append(_ id: ObjectID, length: Int, repeats: UInt64 = 1) {
    append(
      ListNode.Element(id: id, length: UInt64(length), repeats: repeats), level: 0)
  }

  /// Forgets the nodes that the caller has stored.
  package mutating func clearFinished() {
    finished.removeAll(keepingCapacity: true)
  }

  /// Ends the list and returns the id of its root node, which is then in `finished`.
  package mutating func finish() -> ObjectID {
    var level = 0
    while true {
      let open = levels[level]
      let isTop = level == levels.count - 1
      // The top is the first level that holds everything in one node; a single inner element
      // that does not repeat is itself the root.
      if isTop {
        if level > 0, open.count == 1, open[0].repeats == 1 { return open[0].id }
        let node = close(level)
        return node.id
      }
      if !open.isEmpty {
        let node = close(level)
        append(node, level: level + 1)
      }
      level += 1
    }
  }

  private mutating func append(_ element: ListNode.Element, level: Int) {
    if levels.count == level { levels.append([]) }
    if let last = levels[level].last, last.id == element.id {
      levels[level][levels[level].count - 1] = ListNode.Element(
        id: last.id, length: last.length, repeats: last.repeats + element.repeats)
      return
    }
    // A node is closed only when the next element arrives, so that a run that began in it
    // stays in it however long it grows.
    let open = levels[level]
    let isBoundary = (open.last?.id.word3 ?? 1) & 63 == 0
    if open.count >= ListNode.maximum || (open.count >= ListNode.minimum && isBoundary) {
      let node = close(level)
      append(node, level: level + 1)
    }
    levels[level].append(element)
  }

  private mutating func close(_ level: Int) -> ListNode.Element {
    let node = ListNode(level: UInt8(level), elements: levels[level])
    levels[level].removeAll(keepingCapacity: true)
    let bytes = node.encoded
    let id = Digest.object(.list, bytes)
    finished.append((id, bytes))
    return ListNode.Element(id: id, length: node.length ?? 0)
  }
}

extension ObjectReader {
  /// Calls back for each run of equal chunks of a file's content, in file order.
  ///
  /// Sizes are checked against the entry: throws `.malformed` where the list does not add up.
  package func forEachChunk(
    of entry: Entry,
    _ body: (ObjectID, _ length: Int, _ repeats: UInt64) throws(ObjectError) -> Void
  ) throws(ObjectError) {
    try forEachChunk(of: entry, in: 0..<entry.size) { id, length, repeats, _ throws(ObjectError) in
      try body(id, length, repeats)
    }
  }

  /// Calls back for each run of equal chunks that has bytes in a range of a file's content, in
  /// file order, with where in the file the run begins.
  ///
  /// What lies elsewhere is passed over by its length. Sizes are checked as for the whole.
  package func forEachChunk(
    of entry: Entry, in range: Range<UInt64>,
    _ body: (ObjectID, _ length: Int, _ repeats: UInt64, _ start: UInt64) throws(ObjectError) ->
      Void
  ) throws(ObjectError) {
    guard entry.contentKind == .list else {
      return try body(entry.content, Int(entry.size), 1, 0)
    }
    let root = try listNode(entry.content)
    guard root.length == entry.size else { throw .malformed(entry.content, .notCanonical) }
    try forEachChunk(under: root, from: 0, in: range, body)
  }

  private func forEachChunk(
    under node: ListNode, from start: UInt64, in range: Range<UInt64>,
    _ body: (ObjectID, _ length: Int, _ repeats: UInt64, _ start: UInt64) throws(ObjectError) ->
      Void
  ) throws(ObjectError) {
    var place = start
    for element in node.elements where place < range.upperBound {
      let end = place + element.length * element.repeats
      defer { place = end }
      guard end > range.lowerBound else { continue }
      // Of equal children those that end before the range are left out.
      let skipped = range.lowerBound > place ? (range.lowerBound - place) / element.length : 0
      let needed = (min(range.upperBound, end) - place + element.length - 1) / element.length
      let first = place + skipped * element.length
      guard node.level > 0 else {
        try body(element.id, Int(element.length), needed - skipped, first)
        continue
      }
      let child = try listNode(element.id)
      guard child.level == node.level - 1, child.length == element.length else {
        throw .malformed(element.id, .notCanonical)
      }
      for turn in 0..<(needed - skipped) {
        try forEachChunk(
          under: child, from: first + turn * element.length, in: range, body)
      }
    }
  }
}
