import FsyncCore
import FsyncSystem
import FsyncTree
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite struct SettleTests {
  /// A file is moved from a folder that is still to be read into one that has been.
  @Test func movedFileIsNotDeleted() throws {
    let folder = try TemporaryDirectory()
    try folder.write("a/file", [1])
    try folder.write("b/other", [1])
    let replica = try Replica(folder.path)
    replica.options.threads = 1
    try replica.commit()
    usleep(50_000)
    try replica.commit()
    let (from, to) = ((folder.appending("a/file"), folder.appending("b/file")))
    let moves = Atomic<Int>(0)
    replica.options.visited = { path in
      if path.description == "b", moves.load(ordering: .relaxed) == 0 {
        rename(from, to)
        moves.add(1, ordering: .relaxed)
      }
    }
    let scan = try replica.scan()
    #expect(moves.load(ordering: .relaxed) == 1)
    #expect(scan.hasAbsences)
    // Unsettled, the deletion waits.
    let waiting = try replica.snapshot(scan)
    #expect(waiting.waiting == [path("a/file")])
    #expect(waiting.tree == replica.index.tree)
    // Settled, it is a move.
    let settled = try Scanner.settle(scan, replica.root, replica.index, replica.options)
    #expect(settled.isSettled)
    replica.index = try replica.snapshot(settled).index
    #expect(try replica.paths == ["a", "b", "b/file", "b/other"])
  }

  /// A file is moved, while the second look reads the folder that it was in, into one where that look
  /// has been already.
  @Test func whatMovesWhileASecondLookReadsIsNotDeleted() throws {
    let folder = try TemporaryDirectory()
    for name in ["a/file", "a/gone", "b/other"] { try folder.write(name, Array(name.utf8)) }
    let replica = try Replica(folder.path)
    replica.options.threads = 1
    try replica.commit()
    usleep(50_000)
    try replica.commit()
    unlink(folder.appending("a/gone"))
    let (from, to) = (folder.appending("a/file"), folder.appending("b/file"))
    let extra = folder.appending("a/extra")
    let looks = Atomic<Int>(0)
    replica.options.visited = { path in
      // Too fresh for the first look, so that the second one reads it again.
      if path.description == "b", looks.load(ordering: .relaxed) == 0 { symlink("x", extra) }
    }
    replica.options.reading = { path in
      guard path.description == "a" else { return }
      if looks.add(1, ordering: .relaxed).newValue == 2 { rename(from, to) }
    }
    let settled = try Scanner.settle(
      try replica.scan(), replica.root, replica.index, replica.options)
    #expect(looks.load(ordering: .relaxed) > 2)
    #expect(settled.isSettled)
    replica.index = try replica.snapshot(settled).index
    #expect(try replica.paths == ["a", "a/extra", "b", "b/file", "b/other"])
  }

  /// A file is found where it was moved to, and moves on before it is read.
  @Test func whatMovesOnBeforeItIsReadIsNotDeleted() throws {
    let folder = try TemporaryDirectory()
    for name in ["a/file", "a/gone", "b/other", "c/third"] {
      try folder.write(name, Array(name.utf8))
    }
    let replica = try Replica(folder.path)
    try replica.commit()
    rename(folder.appending("a/file"), folder.appending("b/file"))
    unlink(folder.appending("a/gone"))
    let scan = try Scanner.settle(
      try replica.scan(), replica.root, replica.index, replica.options)
    #expect(scan.isSettled && scan.hasAbsences)
    rename(folder.appending("b/file"), folder.appending("c/file"))
    let waiting = try replica.snapshot(scan)
    #expect(waiting.waiting.contains(path("a/file")))
    replica.index = waiting.index
    #expect(try replica.paths.contains("a/file"))
    try replica.commit()
    #expect(try replica.paths == ["a", "b", "b/other", "c", "c/file", "c/third"])
    // What can never be read does not keep deletions for ever.
    rename(folder.appending("c/file"), folder.appending("b/file"))
    unlink(folder.appending("c/third"))
    replica.unread = [path("b/file")]
    try replica.commit()
    #expect(try replica.paths == ["a", "b", "b/other", "c"])
  }

  /// Where something moves in every pass, deletions wait for the next commit.
  @Test func restlessTreeKeepsWhatIsMissing() throws {
    let folder = try TemporaryDirectory()
    try folder.write("a/file", [1])
    try folder.write("b/other", [1])
    let replica = try Replica(folder.path)
    replica.options.threads = 1
    let tree = try replica.commit()
    unlink(folder.appending("a/file"))
    let (one, two) = (folder.appending("b/one"), folder.appending("b/two"))
    symlink("x", one)
    try replica.commit()
    #expect(replica.index.tree != tree)
    try folder.write("a/file", [1])
    try replica.commit()
    unlink(folder.appending("a/file"))
    replica.options.visited = { path in
      if path.description == "b", rename(one, two) != 0 { rename(two, one) }
    }
    let scan = try Scanner.settle(
      try replica.scan(), replica.root, replica.index, replica.options)
    #expect(!scan.isSettled)
    let snapshot = try replica.snapshot(scan)
    #expect(snapshot.waiting.contains(path("a/file")))
    replica.options.visited = nil
    try replica.commit()
    #expect(!(try replica.paths.contains("a/file")))
  }

  /// Random files are moved to and fro by another thread while scans go on.
  @Test(arguments: UInt64(0)..<6)
  func movesNeverLoseAFile(seed: UInt64) throws {
    let folder = try TemporaryDirectory(inMemory: true)
    let count = 12
    for number in 0..<count { try folder.write("d\(number % 4)/f\(number)", [UInt8(number)]) }
    let replica = try Replica(folder.path)
    try replica.commit()
    let stop = Atomic<Bool>(false)
    let root = folder.path
    let mover = try WorkerThread {
      var random = SplitMix(seed: seed)
      while !stop.load(ordering: .relaxed) {
        let name = "f\(random.below(count))"
        for source in 0..<4 {
          rename("\(root)/d\(source)/\(name)", "\(root)/d\(random.below(4))/\(name)")
        }
        usleep(UInt32(random.below(3000)))
      }
    }
    for _ in 0..<10 {
      try replica.commit()
      let names = Set(try replica.paths.compactMap { $0.split(separator: "/").dropFirst().first })
      #expect(names.count == count)
    }
    stop.store(true, ordering: .relaxed)
    mover.join()
    try replica.commit()
    #expect(try replica.paths.count == count + 4)
  }

  @Test func missingFolderTakesAllWithItButWhatIsKept() throws {
    let folder = try TemporaryDirectory()
    for name in ["d/a", "d/sub/b", "d/sub/c"] { try folder.write(name, [1]) }
    let replica = try Replica(folder.path)
    try replica.commit()
    _ = try run("rm", ["-r", folder.appending("d")])
    replica.kept = [path("d/sub/b")]
    try replica.commit()
    #expect(try replica.paths == ["d", "d/sub", "d/sub/b"])
    replica.kept = [path("d")]
    try replica.commit()
    #expect(try replica.paths == ["d", "d/sub", "d/sub/b"])
    replica.kept = []
    try replica.commit()
    #expect(try replica.paths == [])
  }
}
