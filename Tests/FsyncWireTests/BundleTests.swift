import FsyncCore
import FsyncWire
import TestSupport
import Testing

/// A bundle is one side of a session, written down; whoever reads it believes nothing of it.
@Suite struct BundleTests {
  @Test(arguments: [1, 7, 56, 57, 1000, Int.max])
  func everythingComesThroughInAnyPieces(piece: Int) throws {
    let (a, _, _) = try bundlePair()
    let c = MemoryHost("gamma", repository: nil)
    let end = try readBundle(try makeBundle(of: a), into: c, piece: piece)
    #expect(c.current == a.current && c.repository == a.repository)
    #expect(try c.files() == a.files())
    #expect(!end.isKnown && end.missing.isEmpty)
    #expect(end.outcome?.peer.heads == a.current)
    #expect(end.outputCount == 0)
  }

  @Test func whatIsKnownIsLeftOutAndBothWaysMeet() throws {
    let (a, b, common) = try bundlePair(5000)
    let there = try makeBundle(of: a, beyond: common)
    #expect(there.count < 7000)
    try readBundle(there, into: b)
    #expect(b.current.count == 2)
    // Now b has what a had, and a bundle back need not bring it.
    try readBundle(try makeBundle(of: b, beyond: common + a.current), into: a)
    #expect(a.current == b.current)
    #expect(try a.files() == b.files())
  }

  @Test func aSecondImportChangesNothing() throws {
    let (a, b, common) = try bundlePair()
    let bytes = try makeBundle(of: a, beyond: common)
    try readBundle(bytes, into: b)
    let (heads, joins) = (b.current, b.joins)
    let end = try readBundle(bytes, into: b)
    #expect(end.isKnown && end.counts.objectsReceived == 0)
    #expect(b.current == heads && b.joins == joins && b.store.arrived.isEmpty)
  }

  @Test func aBundleOfNothingNewSaysWhatItsMakerHas() throws {
    let (a, b, common) = try bundlePair()
    let bytes = try makeBundle(of: a, beyond: a.current)
    #expect(bytes.count < 400)
    // It brings nothing, so what it is about must be there.
    let error = #expect(throws: ExchangeError.self) { try readBundle(bytes, into: b) }
    guard case .wire(.lacksBase(let missing)) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(missing == a.current)
    try readBundle(try makeBundle(of: a, beyond: common), into: b)
    #expect(try readBundle(bytes, into: b).outcome?.peer.heads == a.current)
    // And one of a repository without a commit.
    let (x, y) = (MemoryHost("x"), MemoryHost("y"))
    #expect(try readBundle(try makeBundle(of: x), into: y).isKnown)
    #expect(y.current.isEmpty)
  }

  @Test func aBaseThatIsNotThereIsNamedBeforeAnythingIsKept() throws {
    let (a, _, common) = try bundlePair()
    let c = MemoryHost("gamma")
    try c.commit([("own", [9])])
    let bytes = try makeBundle(of: a, beyond: common)
    let error = #expect(throws: ExchangeError.self) { try readBundle(bytes, into: c) }
    guard case .wire(.lacksBase(let missing)) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(missing == common && c.store.arrived.isEmpty && c.joins == 0)
    // A look at it tells the same, and goes on to the end.
    let end = try readBundle(bytes, into: c, isVerifying: true)
    #expect(end.missing == common && c.joins == 0)
  }

  @Test func ofSeveralKnownCommitsOnlyThoseAreNeededThatItWasMadeOn() throws {
    let (a, b, common) = try bundlePair()
    try readBundle(try makeBundle(of: b, beyond: common), into: a)
    let both = a.current
    try a.commit([("c", [7])])
    let plan = try BundlePlan(beyond: both, in: a)
    #expect(plan.hello.shared == both.sorted() && plan.commits == a.current)
    // What is known beside the history of the heads is not needed.
    let old = try BundlePlan(beyond: common, in: a)
    #expect(old.hello.shared == common && old.commits.count == 3)
    #expect(try BundlePlan(beyond: [], in: a).hello.shared.isEmpty)
  }

  @Test func theExampleOfTheManual() {
    var digest = Digest.Running()
    BundleFormat.head.withUnsafeBytes { digest.update($0) }
    let trailer = BundleFormat.trailer(length: 16, digest: digest.value)
    let example = """
      46 53 59 4e 43 45 4e 44 10 00 00 00 00 00 00 00
      08 42 41 c8 5e 53 6b f5 37 c1 39 3d dd a2 18 60
      9e fa d3 26 6b ae e4 ab 01 26 33 0f f9 b1 1d 24
      a6 d0 f5 ce 0e ce 42 7d
      """
    #expect(
      trailer == example.split { $0 == " " || $0 == "\n" }.compactMap { UInt8($0, radix: 16) })
    #expect(BundleFormat.head == Array("FSYNCBDL".utf8) + [1, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test func whatWasPrunedIsDeclared() throws {
    let a = MemoryHost("alpha")
    var random = SplitMix(seed: 5)
    let content = random.bytes(1000)
    let first = try a.commit([("old", content), ("kept", [1])])
    try a.commit([("old", nil)])
    let chunk = Digest.object(.chunk, content)
    a.store.stored[chunk] = nil
    a.store.places[chunk] = nil
    a.gaps = [first]
    let bytes = try makeBundle(of: a)
    let b = MemoryHost("beta", repository: nil)
    try readBundle(bytes, into: b, isVerifying: true)
    b.store.arrived = [:]
    try readBundle(bytes, into: b)
    #expect(b.current == a.current && b.gaps == [first])
    #expect(try b.files() == a.files())
  }

  @Test("a creation that stopped anywhere goes on, and makes a bundle that brings the same")
  func resumption() throws {
    let a = MemoryHost("alpha")
    var random = SplitMix(seed: 17)
    try a.commit((0..<40).map { ("f\($0)", random.bytes(30_000)) })
    try a.commit([("f1", random.bytes(10))])
    let whole = try makeBundle(of: a)
    let opening = try {
      var maker = BundleMaker(try BundlePlan(beyond: [], in: a), of: a)
      return maker.open().count
    }()
    for _ in 0..<20 {
      let cut = opening + random.below(whole.count - opening)
      var part = Array(whole[..<cut])
      // What a power cut left may end in anything.
      if random.once(in: 2) { part += random.bytes(random.below(5000)) }
      let bytes = try makeBundle(of: a, after: part)
      let b = MemoryHost("beta", repository: nil)
      try readBundle(bytes, into: b)
      #expect(b.current == a.current, "cut at \(cut)")
      #expect(bytes.count < whole.count + 70_000)
    }
  }

  @Test func whatArrivedOfABundleThatWasCutIsPassedOver() throws {
    let (a, b) = (MemoryHost("alpha"), MemoryHost("beta", repository: nil))
    var random = SplitMix(seed: 3)
    try a.commit((0..<40).map { ("f\($0)", random.bytes(30_000)) })
    let bytes = try makeBundle(of: a)
    #expect(throws: BundleError.truncated) {
      try readBundle(Array(bytes[..<(bytes.count * 3 / 4)]), into: b)
    }
    let arrived = b.store.arrived.count
    #expect(arrived > 20)
    let end = try readBundle(bytes, into: b)
    #expect(end.counts.objectsReceived < 30)
    #expect(b.current == a.current)
  }
}
