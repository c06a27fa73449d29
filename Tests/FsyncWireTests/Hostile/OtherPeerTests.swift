import FsyncCore
import FsyncWire
import TestSupport
import Testing

/// Peers that are not who one hoped for.
@Suite struct OtherPeerTests {
  @Test func anotherRepositoryIsRefusedByBothSides() throws {
    let other = Liar.repository(2)
    var server = Endpoint(server: MemoryHost("victim"))
    #expect(
      Victim.tell(&server, [Liar.hello([], repository: 2)]) == .otherRepository(other))
    var client = try Endpoint(client: MemoryHost("victim"), shared: [])
    #expect(
      Victim.tell(&client, [Liar.welcome([], repository: 2)]) == .otherRepository(other))
    var asked = Endpoint(server: MemoryHost("victim"))
    #expect(
      Victim.tell(&asked, [.fetch(Fetch(repository: other, ids: [Forged.chunk.id]))])
        == .otherRepository(other))
  }

  @Test func whatANewRepositoryHasNotGotIsNotGiven() {
    // One that takes the first repository that is pushed to it has no identity yet.
    var server = Endpoint(server: MemoryHost("empty", repository: nil))
    let any = Liar.repository(1)
    #expect(
      Victim.tell(&server, [.fetch(Fetch(repository: any, ids: [Forged.chunk.id]))])
        == .otherRepository(any))
  }

  @Test func aCopiedReplicaIsFoundOut() throws {
    let (a, b) = (MemoryHost("alpha"), MemoryHost("beta"))
    try a.commit([("x", [1])])
    var link = Link()
    _ = try link.run(a, b)
    // A copy of alpha commits as alpha; beta learns of the copy's commits first.
    let copy = MemoryHost("alpha")
    _ = try link.run(copy, b)
    copy.sequence = a.sequence
    try copy.commit([("y", [2])])
    try copy.commit([("y", [3])])
    _ = try link.run(copy, b)
    try a.commit([("z", [4])])
    _ = try link.run(a, b)
    #expect(a.current == b.current)
    #expect(a.current.count == 2)
    #expect(try a.files() == ["x": [1], "y": [3], "z": [4]])
    #expect(a.metPeers.last?.beyond.tips[a.replica.id]?.last?.sequence == 3)
  }
}
