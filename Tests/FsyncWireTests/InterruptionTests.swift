import FsyncCore
import FsyncWire
import TestSupport
import Testing

@Suite struct InterruptionTests {
  @Test("what arrived may be ours already: a kill came after the join and before its end")
  func arrivedAndJoined() throws {
    let (ann, bob) = (MemoryHost("ann"), MemoryHost("bob"))
    try ann.commit([("a", [1])])
    var link = Link()
    _ = try link.run(bob, ann)
    try ann.commit([("b", [2])])
    try bob.commit([("c", [3])])
    let (before, annBefore) = (bob.current, ann.current)
    _ = try link.run(bob, ann)
    // Ann did not come to join, and what Bob joined was not yet removed from where it arrived.
    ann.current = annBefore
    let joined = bob.current
    #expect(joined.count == 2 && joined != before)
    for id in annBefore { bob.store.arrived[id] = bob.store.stored[id] }
    _ = try link.run(bob, ann)
    #expect(ann.current == joined)
    #expect(bob.current == joined)
  }

  /// Two replicas with something for each other, some of it large.
  private func pair(_ size: Int) throws -> (MemoryHost, MemoryHost) {
    let (a, b) = (MemoryHost("alpha"), MemoryHost("beta"))
    try a.commit([("common", [1]), ("folder/other", [2, 3])])
    var link = Link()
    _ = try link.run(a, b)
    var random = SplitMix(seed: 11)
    try a.commit([("a", random.bytes(size)), ("folder/other", [4])])
    try b.commit([("b", random.bytes(size)), ("common", nil)])
    return (a, b)
  }

  private func expectSound(_ host: MemoryHost) throws {
    // Whatever happened: everything under the heads is here.
    let check = Connectivity(graph: CommitGraph(host.store), holdings: host.store, ours: [])
    #expect(try check.missing(under: host.current) == nil)
  }

  @Test func cutsAtEveryByteLoseNothingAndHealThemselves() throws {
    var whole = Link()
    let (x, y) = try pair(300)
    let result = try whole.run(x, y)
    let (toServer, toClient) = (Int(result.counts.bytesSent), Int(result.counts.bytesReceived))
    for (limit, isTowardsServer) in (0..<toServer).map({ ($0, true) })
      + (0..<toClient).map({ ($0, false) })
    {
      let (a, b) = try pair(300)
      let (before, other) = (a.current, b.current)
      var cut = Link()
      if isTowardsServer { cut.cutTowardsServer = limit } else { cut.cutTowardsClient = limit }
      // Only what the client says last can be lost without anybody missing it.
      if (try? cut.run(a, b)) != nil { #expect(a.current == b.current) }
      // Each side has its own heads or the joined ones, and never half of it.
      #expect(a.current == before || a.current.count == 2)
      #expect(b.current == other || b.current.count == 2)
      try expectSound(a)
      try expectSound(b)
      var again = Link()
      _ = try again.run(a, b)
      #expect(a.current == b.current)
      #expect(a.current == x.current)
    }
  }

  @Test(arguments: UInt64(0)..<30)
  func whatArrivedIsNotSentAgain(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let (a, b) = try pair(2_500_000)
    var cut = Link(piece: 40_000)
    let limit = 1_200_000 + random.below(1_000_000)
    if random.once(in: 2) { cut.cutTowardsServer = limit } else { cut.cutTowardsClient = limit }
    #expect(throws: ExchangeError.self) { _ = try cut.run(a, b) }
    var again = Link()
    let result = try again.run(a, b)
    #expect(a.current == b.current)
    #expect(try a.files() == b.files())
    let total = result.counts.bytesSent + result.counts.bytesReceived
    #expect(total < UInt64(5_000_000 - limit + 600_000))
  }

  @Test(arguments: UInt64(0)..<200)
  func bytesThatChangeOnTheirWayAreSeen(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let (a, b) = try pair(5000)
    let (before, other) = (a.current, b.current)
    let (direction, bit) = (random.once(in: 2), UInt8(1) << UInt8(random.below(8)))
    let place = random.below(5000)
    var changed = false
    var link = Link(piece: 100)
    link.tamper = { towardsServer, offset, bytes in
      guard towardsServer == direction, place >= offset, place < offset + bytes.count else {
        return
      }
      bytes[place - offset] ^= bit
      changed = true
    }
    do {
      _ = try link.run(a, b)
      #expect(!changed)
    } catch {
      #expect(changed)
    }
    #expect(a.current == before || a.current.count == 2)
    #expect(b.current == other || b.current.count == 2)
    try expectSound(a)
    try expectSound(b)
  }

  @Test func aServerWhoseClientLeavesAfterJoiningIsDone() throws {
    let (a, b) = try pair(10)
    var whole = Link()
    let sizes = try whole.run(a, b)
    let (c, d) = try pair(10)
    var link = Link()
    // All but the client's own report gets through.
    link.cutTowardsServer = Int(sizes.counts.bytesSent) - 1
    #expect(throws: ExchangeError.self) { _ = try link.run(c, d) }
    #expect(d.current.count == 2)
    #expect(c.current.count == 2)
  }

  @Test func storedFramesGoAsTheyAre() throws {
    let (a, clone) = (MemoryHost("alpha"), MemoryHost("clone", repository: nil))
    var random = SplitMix(seed: 4)
    try a.commit((0..<300).map { ("d\($0 % 9)/f\($0)", random.bytes(4000)) })
    var sent: [[UInt8]] = []
    var end = Endpoint(server: a)
    var client = try Endpoint(client: clone, shared: [])
    var parser = MessageParser()
    while client.outcome == nil {
      while try client.advance() {}
      client.withOutput { end.feed($0) }
      client.sent(client.outputCount)
      while try end.advance() {}
      end.withOutput { bytes in
        parser.feed(bytes)
        client.feed(bytes)
      }
      end.sent(end.outputCount)
      while let message = try parser.next() {
        if case .frame(let bytes) = message { sent.append(bytes) }
      }
    }
    #expect(
      sent.sorted(by: { $0.lexicographicallyPrecedes($1) })
        == a.store.frames.sorted(by: { $0.lexicographicallyPrecedes($1) }))
    #expect(clone.current == a.current)
  }
}
