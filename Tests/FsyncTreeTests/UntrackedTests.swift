import FsyncCore
import FsyncSystem
import FsyncTree
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite struct UntrackedTests {
  private func replica(_ path: String, threads: Int = 2, unless: [Path] = []) throws -> Replica {
    let replica = try Replica(path)
    replica.options.threads = threads
    replica.options.untracked = .left(unless: PathSet(unless))
    return replica
  }

  /// What was read at once is what a scan that remembers everything makes, down to the index: the
  /// next scan finds nothing.
  @Test(arguments: UInt64(0)..<30) func readingAtOnceGivesTheSame(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let folder = try TemporaryDirectory(inMemory: true)
    let atOnce = try replica(folder.path, threads: 1 + random.below(4))
    try random.grow(atOnce.root, depth: 4, count: 7)
    // Until what was just stamped vouches for itself.
    usleep(50_000)
    let remembering = try Replica(folder.path)
    #expect(try atOnce.commit() == remembering.commit(), "seed \(seed)")
    #expect(try atOnce.entries() == remembering.entries(), "seed \(seed)")
    #expect(atOnce.index.count == remembering.index.count, "seed \(seed)")
    #expect(try atOnce.scan().isClean, "seed \(seed)")
    // Written and read again, it is one index.
    try atOnce.index.write(to: atOnce.root, Array("index".utf8))
    let stored = try #require(try Index.open(in: atOnce.root, Array("index".utf8)))
    #expect(stored.tree == atOnce.index.tree)
    for row in 0..<stored.count {
      #expect(try stored.entry(row) == atOnce.index.entry(row), "seed \(seed)")
    }
  }

  @Test func largeFoldersAreSharedAndDeepOnesBuilt() throws {
    let folder = try TemporaryDirectory(inMemory: true)
    // More than one batch, more than one arena, and a chain of folders with nothing else.
    for number in 0..<3000 { try folder.write("wide/\(number)", [UInt8(number & 255)]) }
    for number in 0..<400 {
      for file in 0..<50 { try folder.write("many/\(number)/\(file)", [UInt8(file)]) }
    }
    let depth = 300
    try folder.write(
      (0..<depth).map { _ in "d" }.joined(separator: "/") + "/end", [1])
    let atOnce = try replica(folder.path, threads: 4)
    #expect(try atOnce.commit() == Replica(folder.path).commit())
    #expect(atOnce.index.count == 3001 + 400 * 51 + 1 + depth + 1)
    try folder.write("many/7/7", [200, 201])
    #expect(try atOnce.commit() == Replica(folder.path).commit())
  }

  @Test func whatCannotBeRecordedIsTold() throws {
    let folder = try TemporaryDirectory()
    try folder.write(".fsyncignore", Array("*.o\n/new/skip/\n".utf8))
    try folder.write("new/a", [1])
    try folder.write("new/b.o", [1])
    try folder.write("new/skip/c", [1])
    try folder.write("new/only/d.o", [1])
    try folder.write("new/nested/.fsync/journal/1", [1])
    try folder.write("new/nested/x", [1])
    mkdir(folder.appending("new/empty"), 0o700)
    mkfifo(folder.appending("new/pipe"), 0o600)
    let atOnce = try replica(folder.path)
    try atOnce.commit()
    #expect(try atOnce.paths == [".fsyncignore", "new", "new/a", "new/empty"])
    #expect(try atOnce.entries()["new/empty"]?.mode == 0o700)
    #expect(
      Set(atOnce.problems.map(\.path)) == [
        Array("new/nested".utf8), Array("new/pipe".utf8),
      ])
    #expect(try Replica(folder.path).commit() == atOnce.index.tree)
  }

  @Test func aFolderWithAPathThatIsJudgedByItselfIsEntered() throws {
    let folder = try TemporaryDirectory()
    try folder.write("a/b/kept", [1])
    try folder.write("a/other", [1])
    try folder.write("c/d", [1])
    let atOnce = try replica(folder.path, unless: [path("a/b/kept")])
    atOnce.kept = [path("a/b/kept")]
    let scan = try atOnce.scan()
    var met: [String] = []
    scan.forEachCandidate { path, _, _ in met.append(path.description) }
    #expect(Set(met) == ["a/b/kept", "a/other"])
    #expect(scan.hasLeft)
    try atOnce.commit()
    #expect(try atOnce.paths == ["a", "a/other", "c", "c/d"])
  }

  /// A file that has been moved into a new folder moves on into one that was read already.
  @Test(arguments: [StampRule.coarse, .fine], ["new1", "new1/sub", "new1/sub/deep"])
  func whatMovesAmongNewFoldersIsNotDeleted(stamps: StampRule, target: String) throws {
    let folder = try TemporaryDirectory()
    try folder.write("a/file", [1])
    try folder.write("a/gone", [2])
    let atOnce = try replica(folder.path, threads: 1)
    atOnce.options.stamps = stamps
    try atOnce.commit()
    unlink(folder.appending("a/gone"))
    for name in ["new1/sub/deep/x", "new2/y"] { try folder.write(name, [3]) }
    let (from, to) = (folder.appending("new2/file"), folder.appending("\(target)/file"))
    rename(folder.appending("a/file"), from)
    let read = Mutex(false)
    atOnce.options.reading = { path in
      if path.description == target { read.withLock { $0 = true } }
      if path.description == "new2", read.withLock({ $0 }) { rename(from, to) }
    }
    let snapshot = try atOnce.snapshot()
    #expect(read.withLock { $0 })
    #expect(snapshot.waiting.map(\.description).sorted() == ["a/file", "a/gone"])
    atOnce.index = snapshot.index
    #expect(try atOnce.paths.contains("a/file"))
    atOnce.options.reading = nil
    try atOnce.commit()
    let rest = ["a", "new1", "new1/sub", "new1/sub/deep", "new1/sub/deep/x", "new2", "new2/y"]
    #expect(try atOnce.paths == (rest + ["\(target)/file"]).sorted())
  }

  /// Nothing moves: what is deleted while folders are new is deleted at once, however new they are.
  @Test(arguments: [StampRule.coarse, .fine])
  func newFoldersAloneKeepNoDeletion(stamps: StampRule) throws {
    let folder = try TemporaryDirectory()
    try folder.write("a/file", [1])
    try folder.write("a/other", [1])
    let atOnce = try replica(folder.path)
    atOnce.options.stamps = stamps
    try atOnce.commit()
    unlink(folder.appending("a/file"))
    for number in 0..<20 { try folder.write("new/\(number)/x", [3]) }
    let snapshot = try atOnce.snapshot()
    #expect(snapshot.waiting.isEmpty)
    atOnce.index = snapshot.index
    #expect(try !atOnce.paths.contains("a/file"))
  }

  /// A kernel with fine stamps may stamp a little later than the clock that ticks says it is; what has
  /// just been changed keeps no deletion for that.
  @Test func stampsAheadOfTheClockKeepNoDeletion() throws {
    let folder = try TemporaryDirectory(inMemory: true)
    for number in 0..<40 { try folder.write("a/\(number)", [1]) }
    let atOnce = try replica(folder.path)
    atOnce.options.stamps = .coarse
    try atOnce.commit()
    for number in 0..<40 {
      try folder.write("a\(number)/x", [1])
      unlink(folder.appending("a/\(number)"))
      let snapshot = try atOnce.snapshot()
      #expect(snapshot.waiting.isEmpty, "turn \(number)")
      atOnce.index = snapshot.index
    }
  }

  /// Files that have left their folder are moved to and fro among new ones while these are read.
  @Test(arguments: UInt64(0)..<6)
  func movesAmongNewFoldersNeverLoseAFile(seed: UInt64) throws {
    let folder = try TemporaryDirectory(inMemory: true)
    let files = (0..<12).map { "f\($0)" }
    for name in files { try folder.write("0a/\(name)", Array(name.utf8)) }
    let atOnce = try replica(folder.path)
    try atOnce.commit()
    let root = folder.path
    let turn = Atomic<Int>(0)
    let mover = try WorkerThread {
      var random = SplitMix(seed: seed)
      while case let now = turn.load(ordering: .acquiring), now >= 0 {
        let folders = ["a", "b", "c"].map { "\(root)/\(now)\($0)" }
        let (name, target) = (files[random.below(files.count)], folders[random.below(3)])
        for source in folders { rename("\(source)/\(name)", "\(target)/\(name)") }
        usleep(UInt32(random.below(300)))
      }
    }
    for number in 1...12 {
      // With files of their own, so that reading them takes a while.
      for name in ["a", "b", "c"] {
        for other in 0..<100 { try folder.write("\(number)\(name)/x\(other)", [1]) }
      }
      turn.store(number, ordering: .releasing)
      usleep(2000)
      for (source, name) in ["a", "b", "c"].flatMap({ source in files.map { (source, $0) } }) {
        rename("\(root)/\(number - 1)\(source)/\(name)", "\(root)/\(number)a/\(name)")
      }
      try atOnce.commit()
      let found = try atOnce.paths.compactMap { $0.split(separator: "/").last.map(String.init) }
      #expect(Set(files).subtracting(found) == [], "seed \(seed), turn \(number)")
    }
    turn.store(-1, ordering: .releasing)
    mover.join()
  }

  /// Whatever call fails, what is recorded is a part of what is there, and the rest was reported.
  @Test(arguments: [EACCES, EIO]) func failedCallsAreReported(code: Int32) throws {
    let folder = try TemporaryDirectory(inMemory: true)
    for name in ["a/b", "a/c/d", "a/c/e", "f/g"] { try folder.write(name, [1, 2]) }
    let all = try Replica(folder.path)
    try all.commit()
    let whole = try all.entries().filter { $0.value.kind == .file }
    var passing = 0
    while true {
      let atOnce = try replica(folder.path, threads: 1)
      let scan = try atOnce.scan()
      var snapshot: Snapshot?
      let met = Faults.injecting(nil, after: passing, code: code) {
        snapshot = try? atOnce.snapshot(scan)
      }.met
      if let snapshot {
        atOnce.index = snapshot.index
        let found = try atOnce.entries().filter { $0.value.kind == .file }
        #expect(found.allSatisfy { whole[$0.key] == $0.value }, "after \(passing) calls")
        if found.count < whole.count {
          #expect(!atOnce.problems.isEmpty, "after \(passing) calls")
        }
      }
      if !met { break }
      passing += 1
    }
    #expect(passing > 10)
  }

  /// A thread that cannot begin ends all of it: what it took would be a folder that nobody finishes.
  @Test func aThreadThatCannotBeginIsNoSilence() throws {
    let folder = try TemporaryDirectory()
    try folder.write("new/a", [1])
    let atOnce = try replica(folder.path)
    let folders = try UntrackedFolders<CollectingSink>(
      try atOnce.scan(), atOnce.root, atOnce.options)
    let met = Faults.injecting(.open, after: 0, code: EMFILE) {
      folders.work(CollectingSink()) { _, _ in true }
    }.met
    #expect(met)
    folders.work(CollectingSink()) { _, _ in true }
    #expect(folders.isEnded)
    #expect(throws: SystemError(.open, code: EMFILE)) { try folders.result() }
  }

  @Test func aSinkThatFailsEndsTheWork() throws {
    struct Full: Error {}
    struct FullSink: ContentSink {
      func put(_ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer) throws(Full) -> ObjectID {
        throw Full()
      }
      func needs(_ id: ObjectID) throws(Full) -> Bool { throw Full() }
      func put(
        _ id: ObjectID, _ chunk: UnsafeRawBufferPointer, like earlier: [ObjectID]
      ) throws(Full) { throw Full() }
    }
    let folder = try TemporaryDirectory()
    for number in 0..<100 { try folder.write("new/\(number)", [1]) }
    let atOnce = try replica(folder.path)
    let folders = try UntrackedFolders<FullSink>(
      try atOnce.scan(), atOnce.root, atOnce.options)
    #expect(throws: Full.self) { try folders.work(FullSink()) { _, _ in true } }
    // Whoever comes after that is told that there is nothing left.
    try folders.work(FullSink()) { _, _ in true }
    #expect(folders.isEnded)
    #expect(try folders.result().folders.isEmpty)
  }
}
