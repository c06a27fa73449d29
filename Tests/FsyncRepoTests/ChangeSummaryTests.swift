import FsyncCore
import FsyncRepo
import TestSupport
import Testing

@Suite struct ChangeSummaryTests {
  /// Whatever the order in which changes come, the summary is that of all of them.
  @Test(arguments: UInt64(0)..<20) func theOrderDoesNotCount(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let kinds: [ChangeKind] = [.added, .modified, .deleted, .renamed]
    var changes = (0..<random.below(12)).map { number in
      PathChange(path: path("f\(number)"), kind: kinds[random.below(kinds.count)])
    }
    let paths = changes.map(\.path).sorted()
    for index in changes.indices.reversed() { changes.swapAt(index, random.below(index + 1)) }
    let summary = ChangeSummary(changes)
    #expect(summary.first == Array(paths.prefix(ChangeSummary.named)), "seed \(seed)")
    #expect(summary.count == changes.count, "seed \(seed)")
    #expect(summary.isEmpty == changes.isEmpty)
    for kind in kinds {
      #expect(summary.counts[kind] ?? 0 == changes.count { $0.kind == kind }, "seed \(seed)")
    }
  }

  /// A commit that does not name its changes counts them, and words its message, all the same.
  @Test func whatIsNotListedIsCounted() throws {
    var options = CommitOptions()
    options.listsChanges = false
    let directory = try TemporaryDirectory()
    let replica = try Repository.initialize(at: Array(directory.appending("tree").utf8))
    try replica.tree.remove(".fsyncignore")
    for name in ["new/a", "new/b", "c", "d"] { try replica.tree.write(name, "x") }
    let result = try replica.commit(options)
    #expect(result.changes.isEmpty)
    #expect(result.summary.counts == [.added: 4])
    #expect(result.summary.first.map(\.description) == ["c", "d", "new/a"])
  }
}
