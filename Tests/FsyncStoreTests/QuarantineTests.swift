import FsyncCore
import FsyncStore
import FsyncSystem
import TestSupport
import Testing

@Suite struct QuarantineTests {
  private func frames(_ count: Int, size: Int, seed: UInt64) -> [(Frame, [[UInt8]])] {
    var random = SplitMix(seed: seed)
    let encoder = FrameEncoder(.standard)
    return (0..<count).map { _ in
      let contents = (0..<3).map { _ in random.bytes(size) }
      for content in contents { encoder.add(Digest.object(.chunk, content), .chunk, content) }
      return (encoder.finish(), contents)
    }
  }

  @Test(arguments: [200, 200_000])
  func resumesAfterACutAndIsAdopted(_ size: Int) throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let store = try Store.create(at: folder, host: host())
    let frames = frames(20, size: size, seed: 21)
    do {
      let quarantine = try store.quarantine(named: bytes("remote/../x"))
      for (frame, _) in frames.prefix(12) { try quarantine.append(frame.encoded) }
      #expect(throws: StoreError.self) { try store.quarantine(named: bytes("remote/../x")) }
      #expect(quarantine.delivered == 0 && quarantine.received > 0)
    }
    // The cut leaves half a frame behind.
    let file = try #require(try Directory(folder + bytes("/quarantine")).names().first)
    let path = "store/quarantine/\(String(decoding: file, as: UTF8.self))"
    try directory.write(path, try directory.read(path) + frames[12].0.encoded.dropLast(30))

    let again = try Store.open(at: folder, host: host(seed: 3))
    let quarantine = try again.quarantine(named: bytes("remote/../x"))
    #expect(quarantine.objectCount == 36)
    #expect(
      quarantine.delivered == UInt64(frames.prefix(12).reduce(0) { $0 + $1.0.encoded.count }))
    for (frame, _) in frames.dropFirst(12) { try quarantine.append(frame.encoded) }
    for (_, contents) in frames {
      for content in contents {
        let id = Digest.object(.chunk, content)
        #expect(try quarantine.object(id)?.bytes == content)
        #expect(quarantine.length(of: id) == content.count)
        #expect(quarantine.hasArrived(id))
        #expect(try !again.contains(id))
      }
    }
    try again.transact { (_, transaction) throws(Refusal) in
      transaction.adopt(quarantine)
      transaction.heads = [Digest.object(.commit, [1])]
    }
    #expect(try again.state().packs.count == (size > 1000 ? 1 : 0))
    for store in [again, try Store.open(at: folder, host: host())] {
      for (_, contents) in frames {
        for content in contents {
          #expect(try store.object(Digest.object(.chunk, content))?.bytes == content)
        }
      }
      #expect(try store.verify(roots: []).damages.allSatisfy(\.isMissing))
    }
    #expect(try Directory(folder + bytes("/quarantine")).names().isEmpty)
  }

  /// Lists are at hand without their frames, as far as there is room for them.
  @Test func listsAreAtHand() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let store = try Store.create(at: folder, host: host())
    let quarantine = try store.quarantine(named: [])
    var random = SplitMix(seed: 4)
    let encoder = FrameEncoder(.standard)
    let lists = (0..<12).map { _ in random.bytes(500_000) }
    var contents: [[UInt8]] = []
    for list in lists {
      let chunk = random.bytes(1000)
      contents += [list, chunk]
      encoder.add(Digest.object(.list, list), .list, list)
      encoder.add(Digest.object(.chunk, chunk), .chunk, chunk)
      try quarantine.append(encoder.finish().encoded)
    }
    // What lies in the file is gone: what is still read was at hand.
    let name = try #require(try Directory(folder + bytes("/quarantine")).names().first)
    let file = "store/quarantine/\(String(decoding: name, as: UTF8.self))"
    let whole = try directory.read(file)
    let blank = try File(folder + bytes("/quarantine/") + name, .readWrite)
    try blank.write([UInt8](repeating: 0, count: whole.count), at: 0)
    let read = lists.filter { (try? quarantine.object(Digest.object(.list, $0))?.bytes) == $0 }
    #expect(read.count == 8)
    #expect(throws: ObjectError.self) { try quarantine.object(Digest.object(.chunk, contents[1])) }
  }

  @Test func whatNobodyGoesOnWithIsCleared() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let store = try Store.create(at: folder, host: host())
    let (frame, _) = try #require(frames(1, size: 200, seed: 5).first)
    func names() throws -> Int { try Directory(folder + bytes("/quarantine")).names().count }
    do {
      let named = try store.quarantine(named: bytes("named"))
      try named.append(frame.encoded)
      _ = try store.quarantine(named: bytes("empty"))
    }
    do {
      let open = try store.passingQuarantine()
      try open.append(frame.encoded)
      try store.passingQuarantine().append(frame.encoded)
      #expect(try names() == 4)
      // One is open, and an empty one may be somebody's in a moment.
      try store.clearQuarantines()
      #expect(try names() == 3)
      #expect(open.hasArrived(frame.objects[0].id))
    }
    try store.clearQuarantines(emptyFor: -60)
    #expect(try names() == 1)
    #expect(try store.quarantine(named: bytes("named")).objectCount == 3)
  }

  @Test func refusesWhatIsNotWhatItClaims() throws {
    let directory = try TemporaryDirectory()
    let store = try Store.create(at: bytes(directory.appending("store")), host: host())
    let quarantine = try store.quarantine(named: [])
    let encoder = FrameEncoder(.standard)
    let content = [UInt8](repeating: 5, count: 500)
    // A false id.
    encoder.add(Digest.object(.chunk, [1]), .chunk, content)
    #expect(throws: StoreError.object(.damaged(Digest.object(.chunk, [1])))) {
      try quarantine.append(encoder.finish().encoded)
    }
    // A false kind.
    encoder.add(Digest.object(.chunk, content), .tree, content)
    #expect(throws: StoreError.self) { try quarantine.append(encoder.finish().encoded) }
    // Damage, a cut, a prefix that is not here.
    encoder.add(Digest.object(.chunk, content), .chunk, content)
    let good = encoder.finish().encoded
    for position in good.indices {
      var damaged = good
      damaged[position] ^= 2
      #expect(throws: StoreError.self) { try quarantine.append(damaged) }
      #expect(throws: StoreError.self) { try quarantine.append(Array(good[..<position])) }
    }
    encoder.add(Digest.object(.chunk, content), .chunk, content)
    let prefixed = encoder.finish(prefix: [Digest.object(.chunk, content)], prefixBytes: content)
    #expect(!prefixed.prefix.isEmpty)
    #expect(throws: StoreError.object(.missing(Digest.object(.chunk, content)))) {
      try quarantine.append(prefixed.encoded)
    }
    #expect(quarantine.objectCount == 0 && quarantine.received == 0)
    try quarantine.drop()
    #expect(try Directory(bytes(directory.appending("store/quarantine"))).names().isEmpty)
  }

  @Test("a frame that holds its own prefix can be read, here and after it was adopted")
  func prefixInItsOwnFrame() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let store = try Store.create(at: folder, host: host())
    let old = SplitMix.bytes(seed: 40, 60_000)
    var new = old
    new[1000] &+= 1
    let (oldID, newID) = (Digest.object(.chunk, old), Digest.object(.chunk, new))
    _ = try store.transact { (_, transaction) throws(Refusal) in transaction.put(.chunk, old) }
    let quarantine = try store.quarantine(named: [])
    let encoder = FrameEncoder(.standard)
    encoder.add(oldID, .chunk, old)
    encoder.add(newID, .chunk, new)
    let frame = encoder.finish(prefix: [oldID], prefixBytes: old)
    #expect(!frame.prefix.isEmpty)
    try quarantine.append(frame.encoded)
    #expect(try quarantine.object(oldID)?.bytes == old)
    #expect(try quarantine.object(newID)?.bytes == new)
    try store.transact { (_, transaction) throws(Refusal) in transaction.adopt(quarantine) }
    let again = try Store.open(at: folder, host: host())
    #expect(try again.object(newID)?.bytes == new)
    #expect(try again.object(oldID)?.bytes == old)
  }

  @Test func prefixesNeverFormChains() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let store = try Store.create(at: folder, host: host())
    var versions = [SplitMix.bytes(seed: 30, 60_000)]
    for index in 1..<4 {
      versions.append(versions[index - 1])
      versions[index][index * 1000] &+= 1
    }
    let ids = versions.map { Digest.object(.chunk, $0) }
    let quarantine = try store.quarantine(named: [])
    let encoder = FrameEncoder(.standard)
    for index in versions.indices {
      encoder.add(ids[index], .chunk, versions[index])
      let frame =
        index == 0
        ? encoder.finish()
        : encoder.finish(prefix: [ids[index - 1]], prefixBytes: versions[index - 1])
      try quarantine.append(frame.encoded)
    }
    try store.transact { (_, transaction) throws(Refusal) in transaction.adopt(quarantine) }
    for store in [store, try Store.open(at: folder, host: host())] {
      for (id, version) in zip(ids, versions) {
        #expect(try store.object(id)?.bytes == version)
        let bytes = try #require(try store.frame(holding: id))
        for part in try bytes.withUnsafeBytes({ try Frame(decoding: $0) }).prefix {
          let other = try #require(try store.frame(holding: part))
          #expect(try other.withUnsafeBytes { try Frame(decoding: $0) }.prefix.isEmpty)
        }
      }
    }
  }

  @Test("a copy with a prefix hides none without that the journal's index alone knows")
  func copiesOfWhatIsIndexed() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    var versions = [SplitMix.bytes(seed: 50, 60_000)]
    for index in 1..<3 {
      versions.append(versions[index - 1])
      versions[index][index * 1000] &+= 1
    }
    let ids = versions.map { Digest.object(.chunk, $0) }
    let store = try Store.create(at: folder, host: host())
    for version in versions[..<2] { _ = try store.commit([version]) }
    // An index is written from a number of megabytes on.
    for seed in 0..<UInt64(24) {
      _ = try store.commit((0..<3).map { SplitMix.bytes(seed: 100 + seed * 3 + $0, 128_000) })
    }
    #expect(try Directory(folder).names().contains(bytes("journal-00000001.index")))

    let again = try Store.open(at: folder, host: host())
    let quarantine = try again.quarantine(named: [])
    let encoder = FrameEncoder(.standard)
    // The last version needs the second whole, and the second comes once more, as what it changed.
    for index in [2, 1] {
      encoder.add(ids[index], .chunk, versions[index])
      let frame = encoder.finish(prefix: [ids[index - 1]], prefixBytes: versions[index - 1])
      #expect(!frame.prefix.isEmpty)
      try quarantine.append(frame.encoded)
    }
    try again.transact { (_, transaction) throws(Refusal) in transaction.adopt(quarantine) }
    for store in [again, try Store.open(at: folder, host: host())] {
      for (id, version) in zip(ids, versions) { #expect(try store.object(id)?.bytes == version) }
      #expect(try store.verify(roots: []).damages.allSatisfy(\.isMissing))
    }
  }
}
