import FsyncCore
import FsyncStore
import FsyncSystem
import TestSupport
import Testing

/// Stores that keep what they decompress in one cache, as the sessions of a hub do.
@Suite struct SharedCacheTests {
  private let cache = FrameCache(capacity: 8 << 20)
  private var random = SplitMix(seed: 12)

  @Test("what one store has decompressed another one of the same folder need not")
  mutating func sharesWithWhoOpensTheSame() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let id = try Store.create(at: folder, host: host()).commit([random.bytes(5000)])[0]
    let journal = "store/journal-00000001"
    let whole = try directory.read(journal)
    let first = try Store.open(at: folder, host: host(), cache: cache)
    let second = try Store.open(at: folder, host: host(), cache: cache)
    let alone = try Store.open(at: folder, host: host())
    let object = try #require(try first.object(id))
    // The same file, in which now nothing can be read.
    let file = try File(bytes(directory.appending(journal)), .readWrite)
    try file.write([UInt8](repeating: 0, count: whole.count - 64), at: 64)
    #expect(try second.object(id) == object)
    #expect(throws: ObjectError.self) { try alone.object(id) }
    cache.clear()
    #expect(throws: ObjectError.self) { try second.object(id) }
  }

  @Test("copies of a store that grow apart are not taken for each other")
  mutating func tellsCopiesApart() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("one"))
    _ = try Store.create(at: folder, host: host()).commit([random.bytes(3000)])
    #expect(
      try run("cp", ["-a", directory.appending("one"), directory.appending("two")]).status == 0)
    var expected: [[ObjectID: [UInt8]]] = []
    for name in ["one", "two"] {
      let path = bytes(directory.appending(name))
      var contents: [ObjectID: [UInt8]] = [:]
      for _ in 0..<3 {
        // Of the same length, so that frames come to lie at the same places.
        let content = random.bytes(4000)
        contents[try Store.open(at: path, host: host()).commit([content])[0]] = content
      }
      expected.append(contents)
    }
    for (name, contents) in zip(["one", "two"], expected) {
      let store = try Store.open(
        at: bytes(directory.appending(name)), host: host(), cache: cache)
      for (id, content) in contents { #expect(try store.object(id)?.bytes == content) }
    }
  }
}
