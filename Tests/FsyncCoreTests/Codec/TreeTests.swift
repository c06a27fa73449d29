import FsyncCore
import TestSupport
import Testing

@Suite struct TreeTests {
  private func build(_ entries: [TreeEntry], _ objects: MemoryObjects) -> ObjectID {
    TreeNode.build(entries) { objects.put($0, $1) }
  }

  /// Small entries, so that many fit: names like those of a mail folder.
  private func many(_ count: Int, _ random: inout SplitMix) -> [TreeEntry] {
    (0..<count).map { number in
      let digits = String(number)
      let name = String(repeating: "0", count: 7 - digits.count) + digits
      guard let name = path(name).name else { preconditionFailure("digits are a name") }
      return TreeEntry(name, .file(random.objectID(), size: 1, mode: 0o644, mtime: .zero))
    }
  }

  @Test(arguments: [0, 1, 100, 2000, 3000, 9000])
  func allEntriesComeBack(count: Int) throws {
    var random = SplitMix(seed: UInt64(count))
    let objects = MemoryObjects()
    let entries = many(count, &random)
    let tree = build(entries, objects)
    #expect(try objects.entries(ofTree: tree) == entries)
    let isSmall = TreeNode.leaf(entries).encoded.count <= TreeNode.leafBound
    if case .leaf = try objects.treeNode(tree) { #expect(isSmall) } else { #expect(!isSmall) }
    if let some = entries.randomElement(using: &random) {
      let path = try Path(some.name.bytes)
      #expect(try objects.entry(at: path, in: tree) == some.entry)
    }
    #expect(try objects.entry(at: path("none"), in: tree) == nil)
  }

  /// A name is found, and a page of names read, without the rest of the folder.
  @Test(arguments: [0, 1, 100, 3000, 40_000]) func aPartOfAFolderIsReadAlone(count: Int) throws {
    var random = SplitMix(seed: UInt64(count))
    let objects = MemoryObjects()
    let entries = many(count, &random)
    let tree = build(entries, objects)
    #expect(try objects.entryCount(ofTree: tree) == UInt64(count))
    var pages: [TreeEntry] = []
    while true {
      let page = try objects.entries(ofTree: tree, after: pages.last?.name, atMost: 700)
      if page.isEmpty { break }
      pages += page
    }
    #expect(pages == entries)
    // A name that is not there has its place too.
    for text in ["", "0", "0000100x", "zzz"] {
      let name = path(text).name
      let expected = entries.filter { entry in name.map { entry.name > $0 } ?? true }.prefix(5)
      #expect(try objects.entries(ofTree: tree, after: name, atMost: 5) == Array(expected))
    }
    let reads = objects.reads
    for entry in entries.prefix(3) + entries.suffix(3) {
      #expect(try objects.entry(named: entry.name, inTree: tree) == entry.entry)
    }
    let absent = try #require(path("0000100x").name)
    #expect(try objects.entry(named: absent, inTree: tree) == nil)
    #expect(objects.reads - reads <= 7 * 3)
  }

  /// An edit, an addition or a removal writes a few nodes, whatever the size of the folder.
  @Test(arguments: UInt64(0)..<10) func oneChangeWritesAFewNodes(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let objects = MemoryObjects()
    var entries = many(5000, &random)
    let before = build(entries, objects)
    let place = random.below(entries.count)
    switch seed % 3 {
    case 0: entries[place].entry.mode = 0o755
    case 1: entries.remove(at: place)
    default:
      guard let name = path(entries[place].name.description + "x").name else { return }
      entries.insert(TreeEntry(name, random.entry()), at: place + 1)
    }
    var written: Set<ObjectID> = []
    let after = TreeNode.build(entries) { kind, bytes in
      let object = StoredObject(kind: kind, bytes: bytes)
      if (try? objects.object(object.id)) == .some(nil) { written.insert(object.id) }
      return objects.put(kind, bytes)
    }
    #expect(after != before)
    #expect(try objects.entries(ofTree: after) == entries)
    // A segment that ends elsewhere may move the next few ends until one is met again.
    #expect(written.count <= 6, "\(written.count)")
  }

  @Test func segmentsKeepTheirBounds() throws {
    var random = SplitMix(seed: 1)
    let objects = MemoryObjects()
    let tree = build(many(6000, &random), objects)
    guard case .inner(let level, let children) = try objects.treeNode(tree) else {
      Issue.record("a folder of 6,000 is one node")
      return
    }
    #expect(level == 1)
    #expect(children.reduce(0) { $0 + $1.count } == 6000)
    for child in children.dropLast() {
      #expect(child.count >= TreeNode.minimumSegment && child.count <= TreeNode.maximumSegment)
    }
  }

  @Test func segmentsThatDoNotFitAreRefused() throws {
    var random = SplitMix(seed: 2)
    let objects = MemoryObjects()
    let leaf = objects.put(.tree, TreeNode.leaf(many(20, &random)).encoded)
    func inner(_ level: UInt8, _ children: [TreeNode.Child]) -> ObjectID {
      objects.put(.tree, TreeNode.inner(level: level, children).encoded)
    }
    let first = try Name(Array("0000000".utf8))
    let second = try Name(Array("0000001".utf8))
    let good = TreeNode.Child(first: first, count: 20, node: leaf)
    #expect(try objects.entries(ofTree: inner(1, [good])).count == 20)
    for bad in [
      inner(2, [good]), inner(1, [TreeNode.Child(first: second, count: 20, node: leaf)]),
      inner(1, [TreeNode.Child(first: first, count: 21, node: leaf)]),
      inner(1, [good, TreeNode.Child(first: second, count: 20, node: leaf)]),
      inner(2, [TreeNode.Child(first: first, count: 20, node: inner(2, [good]))]),
      inner(
        2,
        [
          TreeNode.Child(first: first, count: 20, node: inner(1, [good])),
          TreeNode.Child(first: second, count: 20, node: inner(1, [good])),
        ]),
    ] {
      #expect(throws: ObjectError.self) { try objects.entries(ofTree: bad) }
    }
  }
}
