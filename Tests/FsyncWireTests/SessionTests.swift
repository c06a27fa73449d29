import FsyncCore
import FsyncWire
import TestSupport
import Testing

@Suite struct SessionTests {
  private func text(_ count: Int, seed: UInt64 = 7) -> [UInt8] {
    var random = SplitMix(seed: seed)
    return (0..<count).map { _ in UInt8(0x61 + random.below(20)) }
  }

  /// Two replicas with a common history and edits on both sides.
  private func pair() throws -> (MemoryHost, MemoryHost) {
    let a = MemoryHost("alpha")
    let b = MemoryHost("beta")
    try a.commit([("one", text(3000)), ("folder/two", text(5000)), ("folder/deep/three", [1, 2])])
    var link = Link()
    _ = try link.run(a, b)
    try a.commit([("one", text(3100)), ("new", [9])])
    try b.commit([("folder/two", text(4000)), ("folder/deep/three", nil)])
    try b.commit([("folder/four", text(100, seed: 3))])
    return (a, b)
  }

  @Test(arguments: [1, 2, 3, 7, 100, 4096, Int.max], UInt64(0)..<4)
  func bothSidesEndWithTheSameHeads(piece: Int, seed: UInt64) throws {
    let (a, b) = try pair()
    var link = Link(piece: piece, random: SplitMix(seed: seed))
    let result = try link.run(a, b)
    #expect(a.current == b.current)
    #expect(a.current.count == 2)
    #expect(try a.files() == b.files())
    #expect(try a.files().count == 4)
    #expect(result.client?.report?.heads == b.current)
    #expect(result.server?.report?.heads == a.current)
    #expect(result.counts.roundTrips == 2)
    #expect(result.counts.objectsSent == result.serverCounts.objectsReceived)
    #expect(b.prepared == 2)
    // Again: nothing to do, in one round trip.
    let again = try link.run(a, b, shared: a.current)
    #expect(again.counts.roundTrips == 1)
    #expect(again.counts.objectsSent + again.counts.objectsReceived == 0)
  }

  @Test(arguments: 1...8)
  func aNoOpStaysUnder600Bytes(replicas: Int) throws {
    // As many heads as replicas, each by another one, and names as long as host names are.
    let hub = MemoryHost("hub-at-home")
    try hub.commit([("start", [1])])
    var hosts: [MemoryHost] = []
    for index in 0..<replicas {
      let host = MemoryHost("laptop-\(index)-abc")
      var link = Link()
      _ = try link.run(host, hub)
      try host.commit([("file\(index)", text(100))])
      hosts.append(host)
    }
    for _ in 0..<2 {
      for host in hosts {
        var link = Link()
        _ = try link.run(host, hub)
      }
    }
    #expect(hub.current.count == replicas)
    var link = Link()
    let result = try link.run(hosts[0], hub, shared: hub.current)
    #expect(result.counts.roundTrips == 1)
    #expect(result.counts.bytesSent + result.counts.bytesReceived < 600)
  }

  @Test func anEmptyClientTakesEverything() throws {
    let (a, b) = try pair()
    var link = Link()
    _ = try link.run(a, b)
    let clone = MemoryHost("clone", repository: nil)
    let result = try link.run(clone, a)
    #expect(clone.current == a.current)
    #expect(clone.repository == a.repository)
    #expect(try clone.files() == a.files())
    #expect(result.counts.objectsSent == 0)
    // One history in each: a pull is a session whose one direction is empty.
    try a.commit([("x", [1])])
    _ = try link.run(clone, a, shared: clone.current)
    #expect(clone.current == a.current)
  }

  @Test func anEmptyServerTakesEverythingAndTheRepositoryID() throws {
    let (a, _) = try pair()
    let hub = MemoryHost("hub", repository: nil)
    var link = Link()
    _ = try link.run(a, hub)
    #expect(hub.current == a.current)
    #expect(hub.repository == a.repository)
  }

  @Test func twoEmptyOnesHaveNothingToDo() throws {
    var link = Link()
    let result = try link.run(MemoryHost("a"), MemoryHost("b", repository: nil))
    #expect(result.counts.roundTrips == 1)
  }

  @Test func anotherRepositoryIsRefusedWithItsName() throws {
    var link = Link()
    let (a, b) = (MemoryHost("a", repository: 1), MemoryHost("b", repository: 2))
    try a.commit([("x", [1])])
    #expect(throws: ExchangeError.self) { try link.run(a, b) }
    #expect(b.prepared == 0)
    #expect(b.joins == 0)
  }

  @Test func theServersOwnChangesAreCommittedFirst() throws {
    let (a, b) = try pair()
    b.onPrepare = { _ = try? b.commit([("late", [5])]) }
    var link = Link()
    _ = try link.run(a, b)
    #expect(try a.files()["late"] == [5])
  }

  @Test func aSmallEditIsSomeHundredBytes() throws {
    let a = MemoryHost("alpha")
    let b = MemoryHost("beta")
    var files: [(String, [UInt8]?)] = (0..<3000).map {
      ("d\($0 % 40)/e\($0 % 7)/file\($0)", text(400, seed: UInt64($0)))
    }
    var large = text(5_000_000)
    files.append(("large", large))
    try a.commit(files)
    var link = Link()
    _ = try link.run(a, b)
    let shared = a.current
    try a.commit([("d3/e4/file123", text(401, seed: 123))])
    let small = try link.run(a, b, shared: shared)
    #expect(small.counts.bytesSent + small.counts.bytesReceived < 2048)
    #expect(try a.files() == b.files())
    let sharedThen = a.current
    large.insert(7, at: 2_345_678)
    try a.commit([("large", large)])
    let insertion = try link.run(a, b, shared: sharedThen)
    #expect(insertion.counts.bytesSent + insertion.counts.bytesReceived < 4096)
    #expect(try b.files()["large"] == large)
  }

  @Test func movedFoldersAreNotSentAgain() throws {
    let (a, b) = (MemoryHost("alpha"), MemoryHost("beta"))
    try a.commit((0..<200).map { ("old/f\($0)", text(2000, seed: UInt64($0))) })
    var link = Link()
    _ = try link.run(a, b)
    let shared = a.current
    var edits: [(String, [UInt8]?)] = [("old", nil)]
    edits += (0..<200).map { ("new/f\($0)", text(2000, seed: UInt64($0))) }
    try a.commit(edits, renames: [("old", "new")])
    let result = try link.run(a, b, shared: shared)
    // Files got new times, so the folder's own node is new; their contents are not.
    #expect(result.counts.objectsSent <= 4)
    #expect(try b.files() == a.files())
  }

  @Test func whatIsThereByAnotherWayIsOfferedAndNotSent() throws {
    let (a, b) = (MemoryHost("alpha"), MemoryHost("beta"))
    var random = SplitMix(seed: 5)
    let content = random.bytes(3_000_000)
    try a.commit([("mine", content), ("both", [1])])
    try b.commit([("theirs", content), ("both", [1])])
    var link = Link()
    let result = try link.run(a, b)
    #expect(result.counts.roundTrips == 3)
    #expect(result.counts.bytesSent < 20_000)
    #expect(try a.files() == b.files())
    #expect(try a.files().count == 3)
  }

  @Test(arguments: UInt64(0)..<12)
  func replicasThatExchangeInAnyOrderConverge(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let hosts = (0..<3).map { MemoryHost("host\($0)") }
    var shared: [String: [ObjectID]] = [:]
    func sync(_ x: Int, _ y: Int) throws {
      var link = Link(random: SplitMix(seed: random.next()))
      _ = try link.run(hosts[x], hosts[y], shared: shared["\(x)-\(y)"] ?? [])
      #expect(hosts[x].current == hosts[y].current)
      shared["\(x)-\(y)"] = hosts[x].current
    }
    for _ in 0..<30 {
      if random.once(in: 2) {
        let host = hosts[random.below(3)]
        let path = "d\(random.below(3))/f\(random.below(6))"
        try host.commit([(path, random.once(in: 5) ? nil : random.bytes(random.below(3000)))])
      } else {
        let x = random.below(3)
        try sync(x, (x + 1 + random.below(2)) % 3)
      }
    }
    for (x, y) in [(0, 1), (1, 2), (2, 0), (0, 1)] { try sync(x, y) }
    #expect(hosts[0].current == hosts[1].current)
    #expect(hosts[0].current == hosts[2].current)
    #expect(try hosts[0].files() == hosts[1].files())
    #expect(try hosts[0].files() == hosts[2].files())
  }
}
