import FsyncCore
import FsyncSystem
import FsyncTree
import Glibc
import TestSupport
import Testing

@Suite struct IndexTests {
  /// All that an index says, in a form that two can be compared by.
  private func contents(_ index: Index) throws -> [String] {
    try (0..<index.count).map { "\(index.name($0)?.description ?? "?") \(try index.entry($0))" }
  }

  @Test(arguments: UInt64(0)..<20) func whatIsWrittenIsRead(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let folder = try TemporaryDirectory(inMemory: true)
    let place = try TemporaryDirectory(inMemory: true)
    let replica = try Replica(folder.path)
    try random.grow(replica.root, depth: 4, count: 7)
    try replica.commit()
    usleep(50_000)
    try replica.commit()
    let home = try Directory(Array(place.path.utf8))
    try replica.index.write(to: home)
    let read = try #require(try Index.open(in: home))
    #expect(read.tree == replica.index.tree)
    #expect(try contents(read) == contents(replica.index))
    #expect(try home.names() == [Array("index".utf8)])
    // It vouches for the folder as the one in memory did.
    replica.index = read
    #expect(try replica.scan().isClean)
    #expect(try replica.scan().directories.isEmpty)
  }

  /// Losing the index costs a rescan: built from its tree it leads to the same tree.
  @Test(arguments: UInt64(0)..<20) func theTreeAloneMakesTheIndex(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let folder = try TemporaryDirectory(inMemory: true)
    let replica = try Replica(folder.path)
    try random.grow(replica.root, depth: 3, count: 6)
    let tree = try replica.commit()
    usleep(50_000)
    try replica.commit()
    let old = replica.index
    replica.index = try Index.build(tree: tree, replica.objects)
    #expect(try contents(replica.index) == contents(old))
    #expect(try replica.commit() == tree)
    // With an older one's stats nothing needs to be read.
    try random.edit(replica.root, depth: 3)
    let changed = try replica.commit()
    replica.index = try Index.build(tree: changed, replica.objects, borrowing: old)
    let unchanged = try replica.flatten(tree).filter { path, entry in
      entry.kind != .directory && (try? replica.index.entry(at: path)) == entry
    }
    let scan = try replica.scan()
    scan.forEachCandidate { path, _, _ in #expect(unchanged[path] == nil, "\(path)") }
    #expect(try replica.commit() == changed)
  }

  @Test func pathsAreFound() throws {
    let folder = try TemporaryDirectory()
    for name in ["a", "a-b/c", "a.d", "b/c/d"] { try folder.write(name, [1]) }
    let replica = try Replica(folder.path)
    try replica.commit()
    for (name, entry) in try replica.entries() {
      #expect(try replica.index.entry(at: path(name)) == entry)
    }
    for name in ["", "a/b", "b/c/e", "c", "b/c/d/e"] {
      #expect(try replica.index.entry(at: path(name)) == nil)
    }
  }

  @Test func extendedAttributesAreCarriedOn() throws {
    let folder = try TemporaryDirectory()
    try folder.write("a", [1])
    try folder.write("b/c", [1])
    let replica = try Replica(folder.path)
    try replica.commit()
    let attributes = replica.objects.put(.chunk, [9])
    var entries = try replica.objects.entries(ofTree: replica.index.tree)
    for position in entries.indices where entries[position].entry.kind == .file {
      entries[position].entry.attributes = attributes
    }
    let tree = TreeNode.build(entries) { replica.objects.put($0, $1) }
    replica.index = try Index.build(tree: tree, replica.objects, borrowing: replica.index)
    #expect(try replica.commit() == tree)
    try folder.write("a", [1, 2])
    try folder.write("b/d", [1])
    try replica.commit()
    #expect(try replica.entries()["a"]?.attributes == attributes)
  }

  @Test func missingAndForeignFilesAreNoIndex() throws {
    let place = try TemporaryDirectory()
    let home = try Directory(Array(place.path.utf8))
    #expect(try Index.open(in: home) == nil)
    for content in [[], [1, 2, 3], [UInt8](repeating: 0, count: 4096)] {
      try place.write("index", content)
      #expect(throws: TreeError.damagedIndex) { try Index.open(in: home) }
    }
  }

  /// A change of any byte, and any other length, is seen before what it says is believed.
  @Test func everyDamageIsSeen() throws {
    let folder = try TemporaryDirectory(inMemory: true)
    for name in ["a", "b/c", "b/d/e"] { try folder.write(name, [1]) }
    symlink("a", folder.appending("link"))
    let replica = try Replica(folder.path)
    try replica.commit()
    let place = try TemporaryDirectory(inMemory: true)
    let home = try Directory(Array(place.path.utf8))
    try replica.index.write(to: home)
    let good = try place.read("index")
    for position in good.indices {
      for bit in [0, 3, 7] {
        var bad = good
        bad[position] ^= 1 << UInt8(bit)
        try place.write("index", bad)
        #expect(throws: TreeError.damagedIndex, "byte \(position)") {
          try Index.open(in: home).map { try contents($0) }
        }
      }
    }
    for length in 0..<good.count {
      try place.write("index", Array(good[..<length]))
      #expect(throws: TreeError.damagedIndex) { try Index.open(in: home) }
    }
    try place.write("index", good + [0])
    #expect(throws: TreeError.damagedIndex) { try Index.open(in: home) }
    try place.write("index", good)
    #expect(try Index.open(in: home) != nil)
  }

  @Test func aFailedWriteLeavesTheOldIndex() throws {
    let folder = try TemporaryDirectory(inMemory: true)
    let place = try TemporaryDirectory(inMemory: true)
    let home = try Directory(Array(place.path.utf8))
    let replica = try Replica(folder.path)
    let old = try replica.commit()
    try replica.index.write(to: home)
    try folder.write("a", [1])
    let new = try replica.commit()
    var passing = 0
    while true {
      let met = Faults.injecting(nil, after: passing, code: ENOSPC) {
        try? replica.index.write(to: home)
      }.met
      if !met { break }
      let read = try #require(try Index.open(in: home))
      #expect(read.tree == old)
      passing += 1
    }
    #expect(passing > 5)
    #expect(try Index.open(in: home)?.tree == new)
    #expect(try home.names() == [Array("index".utf8)])
  }
}
