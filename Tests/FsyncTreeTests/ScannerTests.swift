import FsyncCore
import FsyncSystem
import FsyncTree
import Glibc
import TestSupport
import Testing

@Suite struct ScannerTests {
  @Test func recordsFilesFoldersAndLinks() throws {
    let folder = try TemporaryDirectory()
    try folder.write("a.txt", Array("hello".utf8))
    try folder.write("sub/deep/b.txt", Array("there".utf8))
    mkdir(folder.appending("empty"), 0o755)
    symlink("a.txt", folder.appending("link"))
    let replica = try Replica(folder.path)
    try replica.commit()
    #expect(
      try replica.paths == ["a.txt", "empty", "link", "sub", "sub/deep", "sub/deep/b.txt"])
    let entries = try replica.entries()
    #expect(entries["a.txt"]?.content == Digest.object(.chunk, Array("hello".utf8)))
    #expect(entries["link"]?.kind == .symlink)
    #expect(entries["link"]?.content == Digest.object(.chunk, Array("a.txt".utf8)))
    #expect(entries["empty"]?.kind == .directory)
  }

  @Test func cleanTreeHasNothingToSay() throws {
    let folder = try TemporaryDirectory()
    try folder.write("a/b/c.txt", [1])
    try folder.write("d.txt", [2])
    let replica = try Replica(folder.path)
    let tree = try replica.commit()
    usleep(50_000)
    #expect(try replica.commit() == tree)
    let scan = try replica.scan()
    #expect(scan.isClean)
    #expect(scan.directories.isEmpty)
    #expect(scan.problems.isEmpty)
  }

  @Test func deletionIsRecordedAtOnce() throws {
    let folder = try TemporaryDirectory()
    try folder.write("a.txt", [1])
    try folder.write("b/c.txt", [1])
    let replica = try Replica(folder.path)
    try replica.commit()
    unlink(folder.appending("a.txt"))
    unlink(folder.appending("b/c.txt"))
    rmdir(folder.appending("b"))
    try replica.commit()
    #expect(try replica.paths == [])
  }

  @Test func touchIsNoChange() throws {
    let folder = try TemporaryDirectory()
    try folder.write("a.txt", [1, 2, 3])
    let replica = try Replica(folder.path)
    let tree = try replica.commit()
    var times = [timespec(tv_sec: 5, tv_nsec: 6), timespec(tv_sec: 7, tv_nsec: 8)]
    utimensat(AT_FDCWD, folder.appending("a.txt"), &times, 0)
    #expect(try replica.commit() == tree)
    chmod(folder.appending("a.txt"), 0o600)
    #expect(try replica.commit() != tree)
    #expect(try replica.entries()["a.txt"]?.mode == 0o600)
  }
}

@Suite struct SnapshotTests {
  /// What a commit makes of changes is what one without a past makes of the whole.
  @Test(arguments: UInt64(0)..<40)
  func changesGiveTheTreeOfTheWhole(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let folder = try TemporaryDirectory(inMemory: true)
    let replica = try Replica(folder.path)
    replica.options.threads = seed % 2 == 0 ? 1 : 2
    if seed % 4 < 2 { replica.options.untracked = .left(unless: PathSet()) }
    try random.grow(replica.root, depth: 3, count: 6)
    for _ in 0..<4 {
      // On a machine with much to do, a deletion may have to wait for another commit.
      var waiting: [Path] = []
      for _ in 0..<5 {
        let snapshot = try replica.snapshot()
        (replica.index, waiting) = (snapshot.index, snapshot.waiting)
        if waiting.isEmpty { break }
      }
      #expect(waiting == [], "seed \(seed)")
      let whole = try Replica(folder.path)
      try whole.commit()
      #expect(try replica.entries() == whole.entries(), "seed \(seed)")
      #expect(replica.index.tree == whole.index.tree, "seed \(seed)")
      try random.edit(replica.root, depth: 3)
    }
  }

  @Test func unreadAndKeptPathsStayAsTheyWere() throws {
    let folder = try TemporaryDirectory()
    for name in ["a", "b", "d/e"] { try folder.write(name, [1]) }
    let replica = try Replica(folder.path)
    let tree = try replica.commit()
    for name in ["a", "b", "d/e", "new", "other"] { try folder.write(name, [1, 2]) }
    replica.unread = [path("a"), path("new")]
    replica.kept = [path("b"), path("d/e"), path("other")]
    #expect(try replica.commit() == tree)
    // A folder that is kept and there keeps its own mode alone.
    replica.unread = []
    replica.kept = [path("d")]
    chmod(folder.appending("d"), 0o700)
    try replica.commit()
    let entries = try replica.entries()
    #expect(entries["d"]?.mode == 0o755)
    #expect(entries["d/e"]?.size == 2)
    #expect(entries["new"]?.size == 2)
  }

  @Test func permissionsAreCarriedOnWhereThereAreNone() throws {
    let folder = try TemporaryDirectory()
    try folder.write("a", [1])
    chmod(folder.appending("a"), 0o751)
    let replica = try Replica(folder.path)
    let tree = try replica.commit()
    chmod(folder.appending("a"), 0o777)
    replica.options.hasModes = false
    #expect(try replica.commit() == tree)
    try folder.write("a", [1, 2])
    try folder.write("b", [1])
    try replica.commit()
    #expect(try replica.entries()["a"]?.mode == 0o751)
    #expect(try replica.entries()["b"]?.mode == 0o644)
  }

  @Test func anyBytesMakeANameAndAnyDepthAPath() throws {
    let folder = try TemporaryDirectory(inMemory: true)
    let replica = try Replica(folder.path)
    var names: [[UInt8]] = [
      [UInt8](repeating: 0xff, count: 255), [1], [0x0a], Array("é".utf8),
      Array("e\u{301}".utf8), [0x2d, 0x2d], [0x5c],
    ]
    for name in names { try Disk.write([1], name, in: replica.root) }
    names.sort { $0.lexicographicallyPrecedes($1) }
    try replica.commit()
    #expect(
      try replica.objects.entries(ofTree: replica.index.tree).map(\.name.bytes) == names)
    // Deeper than every level could hold a descriptor.
    try Disk.empty(replica.root)
    let depth = 600
    var current = try replica.root.reopened()
    for _ in 0..<depth {
      try current.makeDirectory([0x64], mode: 0o755)
      let next = try current.directory([0x64])
      current = consume next
    }
    try Disk.write([1, 2, 3], [0x66], in: current)
    try replica.commit()
    #expect(try replica.paths.count == depth + 1)
    let staging = try TemporaryDirectory(inMemory: true)
    let copy = try TemporaryDirectory(inMemory: true)
    let other = try Replica(copy.path)
    for object in replica.objects.new { other.objects.put(object.kind, object.bytes) }
    try other.bring(
      to: replica.index.tree, stage: try Directory(Array(staging.path.utf8)))
    #expect(try other.commit() == replica.index.tree)
  }

  @Test func aFolderOfManyFilesIsScannedAndAssembled() throws {
    let folder = try TemporaryDirectory(inMemory: true)
    let replica = try Replica(folder.path)
    let count = 200_000
    for number in 0..<count { mknod(folder.appending("f\(number)"), S_IFREG | 0o644, 0) }
    usleep(50_000)
    let empty = replica.objects.put(.chunk, [])
    func commit() throws -> Int {
      let scan = try Scanner.settle(
        try replica.scan(), replica.root, replica.index, replica.options)
      var stats: [Path: Stat] = [:]
      scan.forEachCandidate { path, stat, _ in stats[path] = stat }
      replica.index = try Snapshot.assemble(replica.index, scan) { path in
        stats[path].map {
          FoundContent(
            kind: .file, content: empty, size: 0, stat: KnownStat($0, isRacy: false))
        }
      } put: {
        replica.objects.put($0, $1)
      }.index
      return stats.count
    }
    #expect(try commit() == count)
    #expect(replica.index.count == count)
    let objects = replica.objects.new.count
    unlink(folder.appending("f777"))
    mknod(folder.appending("f777b"), S_IFREG | 0o644, 0)
    #expect(try commit() == 1)
    #expect(replica.index.count == count)
    // One name went and one came: a segment or two are new, and not the folder.
    #expect(replica.objects.new.count - objects < 8)
  }

  @Test func racyFilesAreReadAgain() throws {
    let folder = try TemporaryDirectory()
    let replica = try Replica(folder.path)
    try folder.write("a", [1])
    try replica.commit()
    #expect(!(try replica.scan().isClean))
    usleep(50_000)
    try replica.commit()
    #expect(try replica.scan().isClean)
  }

  @Test func stampsOfTheSameTickVouchForNothing() {
    let now = FileTime(seconds: 1000, nanoseconds: 500_000_001)
    #expect(!StampRule.coarse.isSafe(now, at: now))
    #expect(!StampRule.coarse.isSafe(now, at: now.adding(nanoseconds: 20_000_000)))
    #expect(StampRule.coarse.isSafe(now, at: now.adding(nanoseconds: 20_000_001)))
    #expect(!StampRule.coarse.isSafe(now, at: now.adding(nanoseconds: -1_000_000_000)))
    // Whole seconds, as FAT has them.
    let whole = FileTime(seconds: 1000, nanoseconds: 0)
    #expect(!StampRule.coarse.isSafe(whole, at: FileTime(seconds: 1002, nanoseconds: 0)))
    #expect(StampRule.coarse.isSafe(whole, at: FileTime(seconds: 1002, nanoseconds: 200_000_000)))
    #expect(StampRule.fine.isSafe(now, at: now))
    #expect(
      now.adding(nanoseconds: -600_000_000) == FileTime(seconds: 999, nanoseconds: 900_000_001))
  }
}
