import FsyncCore
import FsyncWire
import TestSupport
import Testing

/// What a client that is watched is told of how much comes.
@Suite struct OutlineTests {
  /// A repository of some files, each of two in a folder of its own, and of two that are alike.
  private func host(files: Int, of size: Int) throws -> MemoryHost {
    let host = MemoryHost("hub")
    var random = SplitMix(seed: 31)
    var edits: [(String, [UInt8]?)] = (0..<files).map { ("d\($0 % 5)/f\($0)", random.bytes(size)) }
    edits.append(("twin", edits[0].1))
    try host.commit(edits)
    return host
  }

  @Test func aWatchedClientIsToldHowMuchComes() throws {
    // A file of several chunks counts once, and one whose content another has does not.
    let hub = try host(files: 30, of: 300_000)
    var link = Link(isWatched: true)
    let result = try link.run(MemoryHost("lap", repository: nil), hub)
    let expected = try #require(result.expected)
    #expect(expected.files == 30)
    #expect(expected.objects == result.counts.objectsReceived && expected.objects > 60)
  }

  @Test func nobodyElseIsTold() throws {
    let hub = try host(files: 30, of: 300_000)
    var link = Link()
    #expect(try link.run(MemoryHost("lap", repository: nil), hub).expected == nil)
    var watched = Link(isWatched: true)
    let small = try host(files: 30, of: 300)
    #expect(try watched.run(MemoryHost("lap", repository: nil), small).expected == nil)
  }

  @Test func aClientIsToldOnceAndWhereItAsked() throws {
    for isWatched in [true, false] {
      let standing = Standing(replica: identity([1]), name: [], heads: [], beyond: VersionVector())
      var hello = Hello(repository: nil, shared: [], standing: standing)
      hello.isWatched = isWatched
      var session = ClientSession(hello)
      _ = session.start()
      let other = Standing(
        replica: identity([2]), name: [], heads: [Digest.object(.commit, [1])],
        beyond: VersionVector())
      _ = try session.receive(
        .welcome(Welcome(repository: nil, knowsShared: true, standing: other)))
      let outline = Message.outline(Outline(objects: 5, files: 4))
      if isWatched { #expect(try session.receive(outline).isEmpty) }
      #expect(throws: WireError.unexpected(.outline)) { try session.receive(outline) }
    }
  }
}
