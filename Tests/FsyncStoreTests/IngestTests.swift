import FsyncCore
import FsyncStore
import TestSupport
import Testing

@Suite struct IngestTests {
  /// What was gathered can be read before it is part of the store, whether it waits in memory or
  /// has gone into a pack, and whoever wrote it.
  @Test(arguments: [100, 100_000]) func whatWasGatheredIsReadBack(size: Int) throws {
    let directory = try TemporaryDirectory()
    let store = try Store.create(at: bytes(directory.appending("store")), host: host())
    var random = SplitMix(seed: 11)
    let stored = try store.commit([random.bytes(50)])[0]
    let ingest = try store.ingest()
    var expected: [ObjectID: StoredObject] = [:]
    for _ in 0..<2 {
      let worker = ingest.worker()
      for number in 0..<150 {
        let kind = number % 3 == 0 ? ObjectKind.tree : .chunk
        let content = random.bytes(1 + random.below(size))
        expected[try worker.put(kind, content)] = StoredObject(kind: kind, bytes: content)
      }
      try worker.finish()
    }
    let reader = IngestReader(ingest)
    for (id, object) in expected {
      #expect(try reader.object(id) == object)
      #expect(try store.object(id) == nil)
    }
    #expect(try reader.object(stored) != nil)
    #expect(try reader.object(Digest.object(.chunk, [1, 2, 3])) == nil)
    try store.transact(ingest) { (_, transaction) throws(Refusal) in
      transaction.command = Array("test".utf8)
    }
    for (id, object) in expected { #expect(try store.object(id) == object) }
    #expect(try store.state().packs.count == (size > 1000 ? 1 : 0))
    #expect(try store.verify(roots: []).damages.allSatisfy(\.isMissing))
  }

  /// Trees are stored apart from content, so that who walks them need not decompress that.
  @Test func treesAndContentDoNotShareAFrame() throws {
    let directory = try TemporaryDirectory()
    let store = try Store.create(at: bytes(directory.appending("store")), host: host())
    let ingest = try store.ingest()
    let worker = ingest.worker()
    let tree = try worker.put(.tree, [1, 2, 3])
    let chunk = try worker.put(.chunk, [4, 5, 6])
    let other = try worker.put(.tree, [7, 8, 9])
    try worker.finish()
    try store.transact(ingest) { (_, transaction) throws(Refusal) in
      transaction.command = Array("test".utf8)
    }
    let places = [tree, chunk, other].compactMap { store.location(of: $0) }
    #expect(places.count == 3)
    #expect(places[0].isInFrame(of: places[2]))
    #expect(!places[0].isInFrame(of: places[1]))
  }
}
