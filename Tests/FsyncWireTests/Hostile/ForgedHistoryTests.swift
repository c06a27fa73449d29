import FsyncCore
import FsyncWire
import TestSupport
import Testing

@Suite struct ForgedHistoryTests {
  private let chunk = Forged.chunk
  private let folder = Forged.tree([("a", Forged.file)])

  @Test(arguments: Victim.allCases) func numbersMustRise(victim: Victim) {
    let first = Forged.commit(folder.id, sequence: 5)
    for number: UInt64 in [1, 4, 5] {
      let second = Forged.commit(folder.id, parents: [first.id], sequence: number)
      #expect(victim.verdict(on: [chunk, folder, first, second]) == .sequence(second.id))
      // Another replica's commit in between does not help.
      let between = Forged.commit(folder.id, parents: [first.id], replica: 67)
      let late = Forged.commit(folder.id, parents: [between.id], sequence: number)
      #expect(victim.verdict(on: [chunk, folder, first, between, late]) == .sequence(late.id))
    }
  }

  @Test(arguments: Victim.allCases) func numbersMustRiseAboveOurs(victim: Victim) throws {
    let host = MemoryHost("victim")
    try host.commit([("a", [1])])
    try host.commit([("a", [2])])
    let mine = try host.store.commit(host.current[0])
    let forged = StoredObject(
      kind: .commit,
      bytes: Commit(
        tree: mine.tree, parents: host.current, replica: host.replica.id, replicaName: [],
        sequence: 2, author: [], time: .zero, message: [], kind: .manual
      ).encoded)
    #expect(victim.verdict(on: [forged], host: host) == .sequence(forged.id))
  }

  @Test(arguments: Victim.allCases) func whatIsMissingIsAskedForOnceAndThenRefused(victim: Victim) {
    let ancestor = Forged.commit(folder.id, sequence: 1)
    let head = Forged.commit(folder.id, parents: [ancestor.id], sequence: 2)
    // Whole commits, a tree, a chunk: whatever is left out.
    let objects = [ancestor, folder, chunk]
    for left in objects.indices {
      var sent = objects
      sent.remove(at: left)
      let error = victim.verdict(on: [Liar.frame(sent + [head]), .end, .end], heads: [head.id])
      #expect(error == .disconnected(objects[left].id))
    }
    #expect(victim.verdict(on: [.end, .end], heads: [head.id]) == .disconnected(head.id))
  }

  @Test(arguments: Victim.allCases) func whatIsMissingMayStillCome(victim: Victim) {
    let host = MemoryHost("victim")
    let head = Forged.commit(folder.id)
    let messages = [Liar.frame([folder, head]), .end, Liar.frame([chunk]), .end]
    #expect(victim.verdict(on: messages, heads: [head.id], host: host) == nil)
    #expect(host.current == [head.id])
  }

  @Test("a head must be whole, whatever is said of it", arguments: Victim.allCases)
  func declared(victim: Victim) {
    let head = Forged.commit(folder.id)
    let messages = [Message.absent([head.id]), Liar.frame([folder, head]), .end, .end]
    #expect(victim.verdict(on: messages, heads: [head.id]) == .disconnected(chunk.id))
  }

  @Test(arguments: Victim.allCases) func aNeedForWhatIsNotHereIsRefused(victim: Victim) {
    for need in [
      Need(commits: [], objects: [chunk.id]), Need(commits: [chunk.id], objects: []),
    ] {
      #expect(
        victim.verdict(on: [.need(need)], heads: [chunk.id]) == .unavailable(chunk.id))
    }
  }
}
