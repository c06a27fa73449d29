import FsyncCore
import TestSupport
import Testing

/// Views in which a text that the first step merges meets what a later head made of it.
@Suite struct FoldTests {
  private let history = History()

  private func commit(
    _ text: TestTree, _ other: String = "g", by replica: String, on parents: [ObjectID],
    time: Int64 = 0
  ) throws -> ObjectID {
    try history.commit(dir(["f": text, "g": file(other)]), by: replica, on: parents, time: time)
  }

  @Test("a version that a later head settled is no loss where it went into a merged text")
  func settledVersionOfMergedText() throws {
    let origin = try commit(lines("1", "2", "3", "4", "5", "6", "7"), by: "a", on: [])
    let middle = try commit(
      lines("one", "2", "3", "4", "5", "6", "7", at: 1), by: "b", on: [origin])
    let kept = try commit(
      lines("one", "2", "3", "4", "5", "6", "7", at: 1), "h", by: "b", on: [middle])
    // Of three versions in conflict somebody removes the one that `kept` still has.
    let clash = try [
      middle, commit(lines("x", at: 2), by: "c", on: [origin]),
      commit(lines("y", at: 3), by: "d", on: [origin]),
    ]
    var folder = Simulation.flat(try history.folder(of: clash))
    let copy = try #require(folder.keys.first { Self.has("one", folder[$0]) })
    #expect(copy != "f")
    folder[copy] = nil
    var isFirst = Set<Bool>()
    // Heads are merged in the order of their ids: all orders come up.
    for time in Int64(0)..<24 {
      let edit = try commit(
        lines("1", "2", "3", "4", "5", "6", "seven", at: 4), by: "a", on: [origin], time: time)
      let settled = try history.commit(
        Simulation.nested(folder), by: "e", on: clash, time: time)
      let words = Simulation.occurrences(
        in: Simulation.flat(try history.folder(of: [kept, edit, settled])))
      for word in ["seven", "x", "y"] { #expect(words[word] == 1) }
      isFirst.insert(settled > max(kept, edit))
    }
    #expect(isFirst.count == 2)
  }

  private static func has(_ word: String, _ tree: TestTree?) -> Bool {
    tree.map { Simulation.occurrences(in: ["": $0])[word] != nil } ?? false
  }
}
