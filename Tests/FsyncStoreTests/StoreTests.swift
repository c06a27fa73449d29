import FsyncCore
import FsyncStore
import FsyncSystem
import TestSupport
import Testing

@Suite struct StoreTests {
  @Test func createsOnceAndOpens() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    #expect(throws: StoreError.self) { try Store.open(at: bytes(directory.path)) }
    let id = RepositoryID([UInt8](repeating: 7, count: 16))
    let options = StoreOptions(
      compression: Compression(codec: .zlib, level: 6), repositoryID: id, isBare: true)
    let state = try Store.create(at: folder, options, host: host()).state()
    #expect(state.repositoryID == id)
    #expect(state.isBare)
    #expect(state.compression == options.compression)
    #expect(state.serial == 1)
    #expect(throws: StoreError.present) { try Store.create(at: folder, options, host: host()) }
    #expect(try Store.open(at: folder, host: host()).state() == state)
  }

  @Test func objectsComeBackFromJournalAndPack() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let store = try Store.create(at: folder, host: host())
    var random = SplitMix(seed: 3)
    let small = (0..<50).map { _ in random.bytes(random.below(5000)) }
    let large = (0..<100).map { _ in random.bytes(100_000 + random.below(100_000)) }
    var expected: [ObjectID: [UInt8]] = [:]
    for contents in [small, large, [[]], small] {
      for (id, content) in zip(try store.commit(contents), contents) { expected[id] = content }
    }
    for other in [store, try Store.open(at: folder, host: host())] {
      #expect(try other.state().packs.count == 1)
      for (id, content) in expected {
        #expect(try other.object(id) == StoredObject(kind: .chunk, bytes: content))
        #expect(try other.contains(id))
      }
      #expect(try other.object(Digest.object(.chunk, [1, 2, 3])) == nil)
      #expect(try !other.contains(Digest.object(.chunk, [1, 2, 3])))
    }
  }

  @Test func readersFollowWithoutOpeningAgain() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let writer = try Store.create(at: folder, host: host())
    let reader = try Store.open(at: folder, host: host())
    let head = Digest.object(.commit, [1])
    let ids = try writer.commit([[1, 2, 3]], heads: [head])
    #expect(try reader.object(ids[0])?.bytes == [1, 2, 3])
    #expect(try reader.state().heads == [head])
  }

  @Test func refusedTransactionsLeaveNothing() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let store = try Store.create(at: folder, host: host())
    let before = try store.state()
    let ingest = try store.ingest()
    let worker = ingest.worker()
    let id = try worker.put(.chunk, [9])
    try worker.finish()
    #expect(throws: (any Error).self) {
      try store.transact(ingest) { (_, transaction) throws(Refusal) in
        transaction.heads = [id]
        throw Refusal()
      }
    }
    #expect(try store.state() == before)
    #expect(try store.object(id) == nil)
    // The same ingest can be used once more.
    try store.transact(ingest) { (_, _) throws(Refusal) in }
    #expect(try store.object(id)?.bytes == [9])
  }

  @Test func differencesAreStoredAgainstWholeObjects() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let store = try Store.create(at: folder, host: host())
    var random = SplitMix(seed: 4)
    var content = random.bytes(100_000)
    var versions: [(ObjectID, [UInt8])] = []
    for version in 0..<20 {
      content[random.below(content.count)] &+= 1
      let ingest = try store.ingest()
      let worker = ingest.worker()
      versions.append((try worker.put(.chunk, content, like: versions.last?.0), content))
      try worker.finish()
      #expect((ingest.counts.storedBytes < 1000) == (version > 0))
      try store.transact(ingest) { (_, _) throws(Refusal) in }
    }
    for store in [store, try Store.open(at: folder, host: host())] {
      for (id, content) in versions { #expect(try store.object(id)?.bytes == content) }
    }
  }
}
