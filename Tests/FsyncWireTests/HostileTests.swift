import FsyncCore
import FsyncWire
import TestSupport
import Testing

/// A peer that says what a test wants, in well-formed messages.
struct Forger {
  var writer = MessageWriter()

  mutating func say(_ messages: [Message]) -> [UInt8] {
    var bytes: [UInt8] = []
    for message in messages { writer.append(message, to: &bytes) }
    return bytes
  }

  static func hello(
    _ heads: [ObjectID], repository: UInt8 = 1, shared: [ObjectID] = [],
    beyond: VersionVector = VersionVector()
  ) -> Message {
    .hello(
      Hello(
        repository: RepositoryID([UInt8](repeating: repository, count: 16)), shared: shared,
        standing: Standing(
          replica: MessageTests.replica(66), name: [0x6d], heads: heads.sorted(), beyond: beyond)))
  }

  static func frame(_ objects: [StoredObject], prefix: [StoredObject] = []) -> Message {
    let encoder = FrameEncoder(.standard)
    for object in objects { encoder.add(object.id, object.kind, object.bytes) }
    return .frame(
      encoder.finish(prefix: prefix.map(\.id), prefixBytes: prefix.flatMap(\.bytes)).encoded)
  }
}

@Suite struct HostileTests {
  private func commit(
    _ tree: ObjectID, parents: [ObjectID] = [], replica: UInt8 = 66, sequence: UInt64 = 1,
    renames: ObjectID? = nil
  ) -> StoredObject {
    StoredObject(
      kind: .commit,
      bytes: Commit(
        tree: tree, parents: parents, replica: MessageTests.replica(replica), replicaName: [],
        sequence: sequence, author: [], time: .zero, message: [], kind: .manual, renames: renames
      ).encoded)
  }

  private func tree(_ entries: [(String, Entry)]) -> StoredObject {
    var writer = ByteWriter()
    writer.byte(0)
    writer.count(entries.count)
    for (name, entry) in entries {
      // Written by hand, since the model refuses the names that this is about.
      writer.string(Array(name.utf8))
      writer.byte(entry.kind.rawValue)
      writer.varint(UInt64(entry.mode))
      if entry.kind != .directory {
        writer.timestamp(entry.mtime)
        writer.varint(entry.size)
      }
      writer.id(entry.content)
    }
    return StoredObject(kind: .tree, bytes: writer.bytes)
  }

  private let chunk = StoredObject(kind: .chunk, bytes: [1, 2, 3])
  private var file: Entry { .file(chunk.id, size: 3, mode: 0o644, mtime: .zero) }

  /// Runs a server against a client that says these, and returns what it throws.
  /// - Parameter atOnce: whether they all come before the server can answer the first.
  private func verdict(
    _ messages: [Message], host: MemoryHost = MemoryHost("victim"), atOnce: Bool = false
  ) -> WireError? {
    let heads = host.current
    var forger = Forger()
    var server = Endpoint(server: host)
    do {
      for message in messages {
        forger.say([message]).withUnsafeBytes { server.feed($0) }
        while try !atOnce && server.advance() {}
      }
      while try server.advance() {}
    } catch {
      guard case .wire(let error)? = error as? ExchangeError else { return nil }
      #expect(host.current == heads)
      return error
    }
    return nil
  }

  /// A push of these objects, whose head is the last of them.
  private func push(_ objects: [StoredObject], host: MemoryHost = MemoryHost("victim"))
    -> WireError?
  {
    verdict(
      [Forger.hello([objects[objects.count - 1].id]), Forger.frame(objects), .end], host: host)
  }

  @Test func anHonestPushIsJoined() throws {
    let host = MemoryHost("victim")
    let folder = tree([("a", file)])
    let commit = commit(folder.id)
    var forger = Forger()
    var server = Endpoint(server: host)
    forger.say([Forger.hello([commit.id]), Forger.frame([chunk, folder, commit]), .end])
      .withUnsafeBytes { server.feed($0) }
    while try server.advance() {}
    #expect(host.current == [commit.id])
  }

  @Test(arguments: [
    "..", ".", "", "a/b", "a\0", ".fsync", ".FSYNC", String(repeating: "x", count: 256),
  ])
  func namesThatLeadElsewhereAreRefused(name: String) {
    let folder = tree([(name, file)])
    let error = push([chunk, folder, commit(folder.id)])
    guard case .object(folder.id, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func treesOutOfOrderAreRefused() {
    let folder = tree([("b", file), ("a", file)])
    #expect(push([chunk, folder, commit(folder.id)]) == .object(folder.id, .order))
    let twice = tree([("a", file), ("a", file)])
    #expect(push([chunk, twice, commit(twice.id)]) == .object(twice.id, .order))
  }

  @Test func contentThatIsNotWhatItsIDPromisesIsRefused() throws {
    let encoder = FrameEncoder(.standard)
    encoder.add(chunk.id, .chunk, [9, 9, 9])
    let bytes = encoder.finish().encoded
    #expect(verdict([Forger.hello([chunk.id]), .frame(bytes)]) == .hash(chunk.id))
    // The same bytes as another kind are another object.
    let other = FrameEncoder(.standard)
    other.add(chunk.id, .tree, chunk.bytes)
    #expect(verdict([Forger.hello([chunk.id]), .frame(other.finish().encoded)]) == .hash(chunk.id))
  }

  @Test func framesThatLieAboutSizesAreRefused() throws {
    guard case .frame(let honest) = Forger.frame([chunk]) else { return }
    for offset in [8, 12, 16] {
      var bytes = honest
      for index in 0..<4 { bytes[offset + index] = 0xff }
      #expect(verdict([Forger.hello([chunk.id]), .frame(bytes)]) == .frame(.tooLarge))
    }
    #expect(
      verdict([Forger.hello([chunk.id]), .frame(Array(honest.dropLast()))]) == .frame(.truncated))
    #expect(verdict([Forger.hello([chunk.id]), .frame(honest + [0])]) == .frame(.truncated))
    var damaged = honest
    damaged[honest.count - 1] ^= 1
    #expect(verdict([Forger.hello([chunk.id]), .frame(damaged)]) == .frame(.checksum))
    let operation = StoredObject(kind: .operation, bytes: [1])
    #expect(verdict([Forger.hello([chunk.id]), Forger.frame([operation])]) == .kind(operation.id))
    let large = StoredObject(kind: .chunk, bytes: [UInt8](repeating: 0, count: Limits.chunk + 1))
    #expect(
      verdict([Forger.hello([chunk.id]), Forger.frame([large])]) == .object(large.id, .tooLarge))
  }

  @Test func whatIsMissingIsAskedForOnceAndThenRefused() {
    let folder = tree([("a", file)])
    let ancestor = commit(folder.id, sequence: 1)
    let head = commit(folder.id, parents: [ancestor.id], sequence: 2)
    // Whole commits, a tree, a chunk: whatever is left out.
    for left in 0..<3 {
      let objects = [ancestor, folder, chunk]
      var sent = objects
      sent.remove(at: left)
      let error = verdict([
        Forger.hello([head.id]), Forger.frame(sent + [head]), .end, .end,
      ])
      #expect(error == .disconnected(objects[left].id))
    }
    let nothing = verdict([Forger.hello([head.id]), .end, .end])
    #expect(nothing == .disconnected(head.id))
  }

  @Test func whatIsMissingMayStillCome() throws {
    let host = MemoryHost("victim")
    let folder = tree([("a", file)])
    let head = commit(folder.id)
    var forger = Forger()
    var server = Endpoint(server: host)
    for message in [
      Forger.hello([head.id]), Forger.frame([folder, head]), .end, Forger.frame([chunk]), .end,
    ] {
      forger.say([message]).withUnsafeBytes { server.feed($0) }
      while try server.advance() {}
    }
    #expect(host.current == [head.id])
  }

  @Test func numbersMustRise() {
    let folder = tree([("a", file)])
    let first = commit(folder.id, sequence: 5)
    for number: UInt64 in [1, 4, 5] {
      let second = commit(folder.id, parents: [first.id], sequence: number)
      #expect(push([chunk, folder, first, second]) == .sequence(second.id))
      // Another replica's commit in between does not help.
      let between = commit(folder.id, parents: [first.id], replica: 67, sequence: 1)
      let late = commit(folder.id, parents: [between.id], sequence: number)
      #expect(push([chunk, folder, first, between, late]) == .sequence(late.id))
    }
  }

  @Test func numbersMustRiseAboveOurs() throws {
    let host = MemoryHost("victim")
    try host.commit([("a", [1])])
    try host.commit([("a", [2])])
    let mine = try host.store.commit(host.current[0])
    let forged = StoredObject(
      kind: .commit,
      bytes: Commit(
        tree: mine.tree, parents: host.current, replica: host.replica.id, replicaName: [],
        sequence: 2, author: [], time: .zero, message: [], kind: .manual
      ).encoded)
    #expect(push([forged], host: host) == .sequence(forged.id))
  }

  @Test func kindsMustFitTheirPlaces() {
    let folder = tree([("a", file)])
    let asTree = commit(chunk.id)
    #expect(push([chunk, asTree]) == .kind(chunk.id))
    let asFile = tree([("a", .file(folder.id, size: 3, mode: 0o644, mtime: .zero))])
    #expect(push([chunk, folder, asFile, commit(asFile.id)]) == .kind(folder.id))
    let asFolder = tree([("a", .directory(chunk.id, mode: 0o755))])
    #expect(push([chunk, asFolder, commit(asFolder.id)]) == .kind(chunk.id))
    let asList = tree([("a", .file(chunk.id, size: 1 << 20, mode: 0o644, mtime: .zero))])
    #expect(push([chunk, asList, commit(asList.id)]) == .kind(chunk.id))
    #expect(push([chunk, folder, commit(folder.id, renames: chunk.id)]) == .kind(chunk.id))
    // The offered head itself.
    #expect(push([chunk]) == .kind(chunk.id))
  }

  @Test func sizesMustAddUp() {
    let folder = tree([("a", .file(chunk.id, size: 4, mode: 0o644, mtime: .zero))])
    #expect(push([chunk, folder, commit(folder.id)]) == .object(chunk.id, .notCanonical))
    let node = StoredObject(
      kind: .list,
      bytes: ListNode(
        level: 0, elements: [.init(id: chunk.id, length: 3, repeats: 100_000)]
      ).encoded)
    let wrong = tree([("a", .file(node.id, size: 300_001, mode: 0o644, mtime: .zero))])
    #expect(push([chunk, node, wrong, commit(wrong.id)]) == .object(node.id, .notCanonical))
    let right = tree([("a", .file(node.id, size: 300_000, mode: 0o644, mtime: .zero))])
    #expect(push([chunk, node, right, commit(right.id)]) == nil)
    let lying = StoredObject(
      kind: .list,
      bytes: ListNode(
        level: 0, elements: [.init(id: chunk.id, length: 4, repeats: 100_000)]
      ).encoded)
    let lie = tree([("a", .file(lying.id, size: 400_000, mode: 0o644, mtime: .zero))])
    #expect(push([chunk, lying, lie, commit(lie.id)]) == .object(chunk.id, .notCanonical))
  }

  @Test func segmentsMustFitTogether() throws {
    var entries: [TreeEntry] = []
    for index in 0..<4000 {
      let number = String(100_000 + index)
      entries.append(TreeEntry(try Name(Array("file\(number)".utf8)), file))
    }
    var nodes: [StoredObject] = []
    let root = TreeNode.build(entries) { kind, bytes in
      nodes.append(StoredObject(kind: kind, bytes: bytes))
      return nodes[nodes.count - 1].id
    }
    #expect(push([chunk] + nodes + [commit(root)]) == nil)
    guard
      case .inner(let level, let children) = try TreeNode(decoding: nodes[nodes.count - 1].bytes)
    else {
      Issue.record("not segmented")
      return
    }
    func forged(_ level: UInt8, _ children: [(first: Name, count: UInt64, node: ObjectID)])
      -> StoredObject
    {
      var writer = ByteWriter()
      writer.byte(level)
      writer.count(children.count)
      for child in children {
        writer.string(child.first.bytes)
        writer.varint(child.count)
        writer.id(child.node)
      }
      return StoredObject(kind: .tree, bytes: writer.bytes)
    }
    let honest = children.map { (first: $0.first, count: $0.count, node: $0.node) }
    #expect(forged(level, honest).id == root)
    var wrongCount = honest
    wrongCount[2].count += 1
    var wrongFirst = honest
    wrongFirst[2].first = try Name(honest[1].first.bytes + [0x30])
    var overlapping = honest
    overlapping[2].node = honest[1].node
    for (level, children) in [
      (level, wrongCount), (level, wrongFirst), (level, overlapping), (level + 1, honest),
    ] {
      let node = forged(level, children)
      let error = push([chunk] + nodes + [node, commit(node.id)])
      guard case .object(node.id, _) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }

  @Test func treesThatAreTooDeepAreRefused() {
    var folder = tree([])
    var objects = [folder]
    for _ in 0..<(Limits.depth + 2) {
      folder = tree([("d", .directory(folder.id, mode: 0o755))])
      objects.append(folder)
    }
    guard case .depth = push(objects + [commit(folder.id)]) else {
      Issue.record("accepted")
      return
    }
    // Paths that are too long, with few levels.
    folder = tree([])
    objects = [folder]
    let name = String(repeating: "n", count: 255)
    for _ in 0..<300 {
      folder = tree([(name, .directory(folder.id, mode: 0o755))])
      objects.append(folder)
    }
    guard case .depth = push(objects + [commit(folder.id)]) else {
      Issue.record("accepted")
      return
    }
  }

  @Test func aBombOfSharedFoldersCostsWhatItWeighs() {
    // Two to the power of 300 paths in 300 folders.
    var folder = tree([("leaf", file)])
    var objects = [chunk, folder]
    for _ in 0..<300 {
      let below: Entry = .directory(folder.id, mode: 0o755)
      folder = tree([("a", below), ("b", below)])
      objects.append(folder)
    }
    #expect(push(objects + [commit(folder.id)]) == nil)
  }

  @Test func messagesHaveTheirStates() {
    let hello = Forger.hello([chunk.id])
    let cases: [([Message], MessageTag)] = [
      ([.end], .end), ([.frame([])], .frame), ([hello, hello], .hello),
      (
        [
          hello,
          .welcome(
            Welcome(repository: nil, knowsShared: false, standing: MessageTests.standing)),
        ], .welcome
      ),
      ([hello, .want(Selection(count: 0))], .want), ([hello, .want(Selection(count: 3))], .want),
      ([hello, .end, .frame([])], .frame), ([hello, .end, .offer([chunk.id])], .offer),
      ([hello, .ack(0)], .ack), ([hello, .ack(1)], .ack),
      ([hello, .joined(Joined(heads: [])), .joined(Joined(heads: []))], .joined),
      // A need before our end, which has not been said: the hello is not even answered yet.
      ([.need(Need(commits: [chunk.id], objects: []))], .need),
    ]
    for (messages, tag) in cases { #expect(verdict(messages, atOnce: true) == .unexpected(tag)) }
    #expect(verdict([hello, .failure(Failure(.full))]) == .failed(Failure(.full)))
    #expect(
      verdict([Forger.hello([], repository: 2)])
        == .otherRepository(
          RepositoryID([UInt8](repeating: 2, count: 16))!))
  }

  @Test func aNeedForWhatIsNotHereIsRefused() {
    #expect(
      verdict([Forger.hello([chunk.id]), .need(Need(commits: [], objects: [chunk.id]))])
        == .unavailable(chunk.id))
    #expect(
      verdict([Forger.hello([chunk.id]), .need(Need(commits: [chunk.id], objects: []))])
        == .unavailable(chunk.id))
  }

  @Test func aFrameWhosePrefixIsNotHereIsAskedForPlain() throws {
    let (a, b) = (MemoryHost("alpha"), MemoryHost("beta"))
    var random = SplitMix(seed: 3)
    let content = random.bytes(60_000)
    try a.commit([("x", content)])
    var link = Link()
    _ = try link.run(a, b)
    let shared = a.current
    try a.commit([("x", content + [1])])
    // The other side has lost the very chunk that the new one resembles.
    let old = try b.store.entry(at: try Path([0x78]), in: b.store.commit(shared[0]).tree)!.content
    b.store.stored[old] = nil
    let result = try link.run(a, b, shared: shared)
    #expect(result.counts.roundTrips == 3)
    #expect(a.current == b.current)
    #expect(try b.files() == a.files())
  }

  @Test func aCopiedReplicaIsFoundOut() throws {
    let (a, b) = (MemoryHost("alpha"), MemoryHost("beta"))
    try a.commit([("x", [1])])
    var link = Link()
    _ = try link.run(a, b)
    // A copy of alpha commits as alpha; beta learns of the copy's commits first.
    let copy = MemoryHost("alpha")
    _ = try link.run(copy, b)
    copy.sequence = a.sequence
    try copy.commit([("y", [2])])
    try copy.commit([("y", [3])])
    _ = try link.run(copy, b)
    try a.commit([("z", [4])])
    _ = try link.run(a, b)
    #expect(a.current == b.current)
    #expect(a.current.count == 2)
    #expect(try a.files() == ["x": [1], "y": [3], "z": [4]])
    #expect(a.metPeers.last?.beyond.tips[a.replica.id]?.last?.sequence == 3)
  }
}
