import FsyncCore
import TestSupport
import Testing

@Suite struct ConvergenceTests {
  @Test(arguments: UInt64(0)..<250)
  func replicasThatSyncPairwiseEndAlike(seed: UInt64) throws {
    var simulation = Simulation(seed: seed)
    for _ in 0..<(20 + simulation.random.below(60)) { try simulation.act() }
    try simulation.settle()

    let first = simulation.replicas[0]
    for replica in simulation.replicas {
      #expect(replica.heads == first.heads)
      #expect(Simulation.nested(replica.folder).listing == Simulation.nested(first.folder).listing)
      #expect(replica.folder == first.folder)
    }
    let history = simulation.history
    let view = try history.view(of: first.heads)
    var random = simulation.random
    for _ in 0..<3 {
      let heads = first.heads.shuffled(using: &random)
      #expect(try history.view(of: heads) == view)
    }

    // Nothing lost: a word that nobody took out is in the folder.
    let kept = Simulation.occurrences(in: first.folder).keys
    let lost = simulation.written.subtracting(simulation.removed).subtracting(kept)
      .intersection(simulation.committed)
    #expect(lost.isEmpty)

    // The table speaks of what is in the folder.
    for conflict in try history.table(of: first.heads).open {
      #expect(conflict.sides.count > 1)
      for side in conflict.sides {
        let entry = try history.objects.entry(at: side.path, in: view.tree)
        #expect(entry?.hasSameContent(as: side.entry) == true)
      }
    }
  }
}
