import FsyncCore
import FsyncSystem
import FsyncTree
import TestSupport
import Testing

@Suite struct MaterialiserTests {
  /// What one replica holds comes to be in another, and both then see the same tree.
  @Test(arguments: UInt64(0)..<40)
  func treesComeOverWhole(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let here = try TemporaryDirectory()
    let there = try TemporaryDirectory()
    let staging = try TemporaryDirectory()
    let a = try Replica(here.path)
    let b = try Replica(there.path)
    let stage = try Directory(Array(staging.path.utf8))
    try random.grow(a.root, depth: 3, count: 6)
    for _ in 0..<3 {
      let tree = try a.commit()
      for object in a.objects.new { b.objects.put(object.kind, object.bytes) }
      for (change, outcome) in try b.bring(to: tree, stage: stage) {
        #expect(outcome.isDone, "\(change.path): \(outcome)")
      }
      #expect(try Disk.see(a.root) == Disk.see(b.root))
      #expect(try stage.names().isEmpty)
      #expect(try b.commit() == tree)
      try random.edit(a.root, depth: 3)
    }
  }
}
