import FsyncCore
import FsyncStore
import FsyncSystem
import TestSupport
import Testing

@Suite struct CollectTests {
  /// A commit of a folder with one file of each content, stored with all it names.
  private func commit(
    _ store: Store, _ files: [[UInt8]], parents: [ObjectID] = []
  ) throws -> (id: ObjectID, objects: Set<ObjectID>) {
    let ingest = try store.ingest()
    let worker = ingest.worker()
    var objects: Set<ObjectID> = []
    var entries: [TreeEntry] = []
    for (index, content) in files.enumerated() {
      let id = try worker.put(.chunk, content)
      objects.insert(id)
      let name = try Name(bytes("file\(1000 + index)"))
      entries.append(
        TreeEntry(name, .file(id, size: UInt64(content.count), mode: 0o644, mtime: .zero)))
    }
    let tree = try worker.put(.tree, TreeNode.leaf(entries).encoded)
    let replica = try #require(ReplicaID([UInt8](repeating: 1, count: 16)))
    let commit = Commit(
      tree: tree, parents: parents, replica: replica, replicaName: [], sequence: 1, author: [],
      time: .zero, message: [], kind: .manual)
    let id = try worker.put(.commit, commit.encoded)
    try worker.finish()
    try store.transact(ingest) { (_, transaction) throws(Refusal) in transaction.heads = [id] }
    return (id, objects.union([tree, id]))
  }

  @Test(arguments: [100, 120_000])
  func keepsWhatIsReachedAndDropsTheRest(_ size: Int) throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let store = try Store.create(at: folder, host: host())
    var random = SplitMix(seed: 51)
    func files(_ count: Int) -> [[UInt8]] { (0..<count).map { _ in random.bytes(size) } }
    // The second commit is forgotten: the third does not follow it.
    let first = try commit(store, files(80))
    let second = try commit(store, files(70))
    let third = try commit(store, files(60), parents: [first.id])
    let extra = try store.commit([[1, 2, 3]], heads: [third.id])
    let result = try store.collect(grace: 0) { _ in [extra[0]] }
    #expect(result.dropped == second.objects.count)
    #expect(result.bytesAfter < result.bytesBefore)
    for store in [store, try Store.open(at: folder, host: host())] {
      for id in first.objects.union(third.objects).union(extra) { #expect(try store.contains(id)) }
      for id in second.objects { #expect(try store.object(id) == nil) }
      #expect(try store.verify(roots: extra).damages.isEmpty)
      #expect(try store.operations().map(\.serial).last == 1)
    }
    // A second time there is nothing left to do, and nothing is lost.
    #expect(try store.collect(grace: 0) { _ in extra }.dropped == 0)
    #expect(try store.verify(roots: extra).damages.isEmpty)
    #expect(try Directory(folder + bytes("/packs")).names().count == store.state().packs.count)
  }

  @Test func whatIsUnreachedWaitsForTheGracePeriod() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    func open(_ seconds: Int64) throws -> Store {
      try Store.open(at: folder, host: host(seed: UInt64(seconds), seconds: seconds))
    }
    let store = try Store.create(at: folder, host: host(seconds: 1000))
    let lost = try commit(store, [[1], [2]])
    let kept = try commit(store, [[3], [4]])
    #expect(try open(2000).collect(grace: 100) { _ in [] }.dropped == 0)
    #expect(try open(2099).collect(grace: 100) { _ in [] }.dropped == 0)
    // A clock that was set back makes nothing expire.
    #expect(try open(500).collect(grace: 100) { _ in [] }.dropped == 0)
    let state = try store.state()
    #expect(state.packs.contains { $0.unreachableSince == Timestamp(seconds: 2000) })
    for id in lost.objects { #expect(try store.contains(id)) }
    // What is reached again is taken out in time.
    let again = Array(lost.objects.filter { $0 != lost.id }.sorted().prefix(1))
    #expect(try open(2101).collect(grace: 100) { _ in again }.dropped == lost.objects.count - 1)
    for id in kept.objects.union(again) { #expect(try store.object(id) != nil) }
    let end = try store.verify(roots: again)
    #expect(end.damages.isEmpty)
    let drops = try store.state().drops
    #expect(drops == 1)
  }

  @Test func prefixesStayAsLongAsTheyAreNeeded() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let store = try Store.create(at: folder, host: host())
    var content = SplitMix.bytes(seed: 52, 80_000)
    let first = try store.commit([content])[0]
    content[5] &+= 1
    let ingest = try store.ingest()
    let worker = ingest.worker()
    let second = try worker.put(.chunk, content, like: first)
    try worker.finish()
    try store.transact(ingest) { (_, transaction) throws(Refusal) in transaction.heads = [] }
    for _ in 0..<3 {
      _ = try store.collect(grace: 0) { _ in [second] }
      #expect(try Store.open(at: folder, host: host()).object(second)?.bytes == content)
      #expect(try store.verify(roots: [second]).damages.isEmpty)
    }
  }

  @Test func anIngestThatReliedOnWhatWasDroppedStartsOver() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let store = try Store.create(at: folder, host: host())
    let ids = try store.commit([[1, 2], [3, 4]], heads: [])
    let ingest = try store.ingest()
    let worker = ingest.worker()
    try worker.put(.chunk, [1, 2])
    try worker.put(.chunk, [5])
    try worker.finish()
    let other = try Store.open(at: folder, host: host(seed: 2))
    #expect(try other.collect(grace: 0) { _ in [] }.dropped == 2)
    var hasRun = false
    do {
      try store.transact(ingest) { (_, _) throws(Refusal) in hasRun = true }
      Issue.record("the transaction was made")
    } catch TransactionError<Refusal>.store(.gone(let id)) {
      #expect(id == ids[0])
    }
    #expect(!hasRun)
  }

  @Test func nothingIsDroppedWhereSomethingIsDamaged() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let store = try Store.create(at: folder, host: host())
    let ids = try store.commit([[1, 2], [3, 4]])
    // The head does not exist: nobody knows what it would reach.
    #expect(throws: StoreError.self) { try store.collect(grace: 0) { _ in [] } }
    for id in ids { #expect(try store.contains(id)) }
  }

  @Test("a journal with a damaged frame is never let go of")
  func aDamagedJournalStays() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let store = try Store.create(at: folder, host: host())
    let content = SplitMix.bytes(seed: 50, 5000)
    _ = try store.transact { (_, transaction) throws(Refusal) in transaction.put(.chunk, content) }
    let end = try directory.read("store/journal-00000001").count
    let head = try commit(store, [content, [1, 2, 3]])
    var journal = try directory.read("store/journal-00000001")
    // In the middle of a frame that holds the content alone: what it hides names nothing else.
    journal[end / 2] ^= 4
    try directory.write("store/journal-00000001", journal)
    let later = try Store.open(at: folder, host: host(boot: "other"))
    #expect(try later.state().heads == [head.id])
    #expect(throws: StoreError.damaged(file: folder + bytes("/journal-00000001"))) {
      try later.collect(grace: 0) { _ in [] }
    }
    #expect(try directory.read("store/journal-00000001") == journal)
  }

  @Test func packsFoldGeometrically() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    _ = try Store.create(at: folder, host: host())
    let store = try Store.open(at: folder, host: host(seed: 4), journalLimit: 1000)
    var random = SplitMix(seed: 53)
    var contents: [ObjectID: [UInt8]] = [:]
    for _ in 0..<80 {
      let content = random.bytes(2000)
      contents[try store.commit([content])[0]] = content
    }
    #expect(try store.state().packs.count <= 26)
    while try store.foldPacks() {}
    #expect(try store.state().packs.count <= 8)
    for (id, content) in contents { #expect(try store.object(id)?.bytes == content) }
    let left = try Directory(folder + bytes("/packs")).names().count
    #expect(try left == store.state().packs.count)
  }
}
