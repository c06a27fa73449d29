import FsyncCore
import FsyncStore
import FsyncSystem
import TestSupport
import Testing

@Suite struct PackTests {
  /// A store whose only pack holds objects, and the pack's path below the directory.
  private func sample(
    _ directory: borrowing TemporaryDirectory, count: Int = 90
  ) throws -> (contents: [ObjectID: [UInt8]], pack: String) {
    let folder = bytes(directory.appending("store"))
    let store = try Store.create(at: folder, host: host())
    var random = SplitMix(seed: 11)
    let contents = (0..<count).map { _ in random.bytes(100_000) }
    var result: [ObjectID: [UInt8]] = [:]
    for (id, content) in zip(try store.commit(contents), contents) { result[id] = content }
    let name = try store.state().packs[0].name
    return (result, "store/packs/\(name.hex).pack")
  }

  @Test func flippedBitsAreSeenWhereverTheyAre() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let (contents, pack) = try sample(directory)
    let whole = try directory.read(pack)
    var random = SplitMix(seed: 12)
    var positions = (0..<25).map { _ in random.below(whole.count) }
    // The index is small beside the frames; it is hit as often.
    positions += (0..<25).map { _ in whole.count - 1 - random.below(8000) }
    for position in positions {
      var damaged = whole
      damaged[position] ^= 1 << UInt8(position % 8)
      try directory.write(pack, damaged)
      let store = try Store.open(at: folder, host: host())
      var unread = 0
      for (id, content) in contents {
        do {
          let object = try store.object(id)
          #expect(object == nil || object?.bytes == content)
          if object == nil { unread += 1 }
        } catch ObjectError.damaged { unread += 1 }
      }
      #expect(unread <= 40)
      let damages = try store.verify(roots: []).damages.filter { !$0.isMissing }
      // Padding between frames and index is the only place that nothing depends on.
      if damages.isEmpty { #expect(unread == 0 && whole[position] == 0) }
    }
  }

  @Test(arguments: [1, 96, 97, 3000])
  func aDamagedIndexIsMadeAnew(_ cut: Int) throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let (contents, pack) = try sample(directory)
    try directory.write(pack, Array(try directory.read(pack).dropLast(cut)))
    let store = try Store.open(at: folder, host: host(seed: 5))
    for (id, content) in contents { #expect(try store.object(id)?.bytes == content) }
    let path = bytes(directory.appending(pack))
    #expect(try store.verify(roots: []).damages.contains(.index(file: path)))
    #expect(try store.repairPacks() == 1)
    for store in [store, try Store.open(at: folder, host: host())] {
      for (id, content) in contents { #expect(try store.object(id)?.bytes == content) }
      #expect(try store.verify(roots: []).damages.allSatisfy(\.isMissing))
    }
    #expect(throws: SystemError.self) { try Stat(path: path) }
  }

  @Test func aPackThatIsGoneIsToldAndTheRestIsRead() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let (contents, pack) = try sample(directory)
    let first = try Store.open(at: folder, host: host())
    let small = try first.commit([[1, 2, 3]])
    try Directory(folder + bytes("/packs")).unlink(bytes(pack.split(separator: "/")[2].description))
    let store = try Store.open(at: folder, host: host(seed: 6))
    #expect(try store.object(small[0])?.bytes == [1, 2, 3])
    let lost = try #require(contents.keys.first)
    #expect(try store.object(lost) == nil)
    #expect(
      try store.verify(roots: []).damages.contains(.pack(file: bytes(directory.appending(pack)))))
    // What is stored again is there again.
    for content in contents.values { _ = try store.commit([content]) }
    #expect(try store.repairPacks() == 1)
    for (id, content) in contents { #expect(try store.object(id)?.bytes == content) }
    #expect(try store.verify(roots: []).damages.allSatisfy(\.isMissing))
  }

  @Test func abbreviationsFindIds() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let (contents, _) = try sample(directory)
    let store = try Store.open(at: folder, host: host())
    let small = try store.commit([[1, 2, 3], [4]])
    let all = Set(contents.keys).union(small)
    for id in all {
      for length in [0, 1, 2, 3, 5, 63, 64] {
        let text = String(id.description.prefix(length))
        let expected = all.filter { $0.description.hasPrefix(text) }.sorted()
        #expect(
          try store.ids(abbreviated: text.uppercased(), kind: .chunk, atMost: 1000) == expected)
        #expect(try store.ids(abbreviated: text, kind: .tree).isEmpty)
      }
    }
    #expect(try store.ids(abbreviated: "xyz", kind: nil).isEmpty)
    #expect(try store.ids(abbreviated: "", kind: nil, atMost: 5).count == 5)
  }

  @Test func storedFramesCanBeReadAsTheyAre() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let (contents, _) = try sample(directory)
    let store = try Store.open(at: folder, host: host())
    let small = try store.commit([[1, 2, 3], [4]])
    var frames: Set<[UInt8]> = []
    for id in Array(contents.keys) + small {
      let bytes = try #require(try store.frame(holding: id))
      let frame = try bytes.withUnsafeBytes { try Frame(decoding: $0) }
      #expect(frame.encoded == bytes)
      #expect(frame.objects.contains { $0.id == id })
      frames.insert(bytes)
    }
    #expect(frames.count < 40)
    let first = try #require(store.location(of: small[0]))
    let second = try #require(store.location(of: small[1]))
    #expect(first < second && first.isInFrame(of: second))
  }
}
