import FsyncCore
import FsyncSystem
import FsyncTree
import Glibc
import Synchronization
import TestSupport
import Testing

/// Two replicas, of which the second is brought to what the first holds.
private struct Pair: ~Copyable {
  let here: TemporaryDirectory
  let there: TemporaryDirectory
  let staging: TemporaryDirectory
  let source: Replica
  let target: Replica
  let stage: Directory

  static func make() throws -> Pair {
    let here = try TemporaryDirectory(inMemory: true)
    let there = try TemporaryDirectory(inMemory: true)
    let staging = try TemporaryDirectory(inMemory: true)
    let source = try Replica(here.path)
    let target = try Replica(there.path)
    let stage = try Directory(Array(staging.path.utf8))
    return Pair(
      here: here, there: there, staging: staging, source: source, target: target, stage: stage)
  }

  func bring(_ options: MaterialiseOptions = MaterialiseOptions()) throws -> [Path: Outcome] {
    let tree = try source.commit()
    for object in source.objects.new { target.objects.put(object.kind, object.bytes) }
    let done = try target.bring(to: tree, stage: stage, options: options)
    return Dictionary(uniqueKeysWithValues: done.map { ($0.0.path, $0.1) })
  }

  func path(_ text: String) throws -> Path { try Path(Array(text.utf8)) }
}

/// Notes which thread reads what, in order.
private final class Watched: ObjectReader, Sendable {
  let objects: Frozen
  let reads = Mutex<[(thread: UInt, id: ObjectID)]>([])

  init(_ objects: Frozen) { self.objects = objects }

  func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? {
    reads.withLock { $0.append((UInt(pthread_self()), id)) }
    return try objects.object(id)
  }
}

@Suite struct NewFolderTests {
  /// Content of a new folder was nobody else's to change before it had its place, so that its
  /// stat vouches for it however coarse the clock is.
  @Test func whatCameWithItsFolderIsNotReadAgain() throws {
    let pair = try Pair.make()
    try pair.here.write("new/a", [1])
    try pair.here.write("new/deep/er/b", [2])
    symlink("a", pair.here.appending("new/deep/link"))
    let outcomes = try pair.bring()
    #expect(outcomes.values.allSatisfy { $0.isDone })
    #expect(try pair.target.scan().isClean)
    let now = try pair.source.root.directory(Array("new".utf8)).stat(Array("a".utf8)).mtime
    // A change of the same size and time is seen all the same.
    let file = try pair.target.root.directory(Array("new".utf8)).file([0x61], .readWrite)
    try file.write([9], at: 0)
    try file.setModified(now)
    let isClean = try pair.target.scan().isClean
    #expect(!isClean)
  }

  /// Folders that a clean scan had to list are worth an index that spares that.
  @Test func foldersThatWereListedOnceAreNotListedAgain() throws {
    let pair = try Pair.make()
    try pair.here.write("new/a", [1])
    try pair.here.write("new/deep/er/b", [2])
    _ = try pair.bring()
    pair.target.options.stamps = .fine
    let first = try pair.target.scan()
    #expect(first.isClean)
    #expect(first.isWorthNoting(pair.target.index))
    try pair.target.commit()
    let second = try pair.target.scan()
    #expect(second.isClean)
    #expect(second.directories.isEmpty)
    #expect(!second.isWorthNoting(pair.target.index))
  }

  @Test func folderThatAppearsMeanwhileKeepsWhatItHolds() throws {
    let pair = try Pair.make()
    for name in ["new/mine", "new/theirs", "new/sub/deep/both", "other/x"] {
      try pair.here.write(name, Array(name.utf8))
    }
    let there = pair.there.path
    let made = Atomic(false)
    var options = MaterialiseOptions()
    options.staged = { _ in
      guard !made.exchange(true, ordering: .relaxed) else { return }
      mkdir(there + "/new", 0o755)
      mkdir(there + "/new/sub", 0o755)
      symlink("somebody's", there + "/new/mine")
    }
    let outcomes = try pair.bring(options)
    let mine = try pair.path("new/mine")
    #expect(outcomes[mine] == .changedMeanwhile)
    #expect(outcomes.values.count { !$0.isDone } == 1)
    #expect(try pair.there.read("new/theirs") == Array("new/theirs".utf8))
    #expect(try pair.there.read("new/sub/deep/both") == Array("new/sub/deep/both".utf8))
    #expect(
      try pair.target.root.directory(Array("new".utf8)).readSymlink(Array("mine".utf8))
        == Array("somebody's".utf8))
    #expect(try pair.stage.names().isEmpty)
  }

  @Test func folderWithoutRightsArrivesWithWhatItHolds() throws {
    let pair = try Pair.make()
    try pair.here.write("new/locked/a", [1])
    chmod(pair.here.appending("new/locked"), 0o500)
    chmod(pair.here.appending("new"), 0o550)
    defer {
      for folder in [pair.here.appending("new"), pair.there.appending("new")] {
        chmod(folder, 0o755)
        chmod(folder + "/locked", 0o755)
      }
    }
    let outcomes = try pair.bring()
    #expect(outcomes.values.allSatisfy { $0.isDone })
    #expect(try Disk.see(pair.source.root) == Disk.see(pair.target.root))
  }

  @Test func killedBuildingOfFoldersIsClearedAway() throws {
    let pair = try Pair.make()
    try pair.here.write("new/a/b", [1])
    try pair.here.write("new/c", [2])
    var passing = 0
    while true {
      let met = Faults.injecting(nil, after: passing, code: EIO, repeating: true) {
        try? pair.bring()
      }.met
      passing += 1
      if !met { break }
    }
    #expect(passing > 20)
    _ = try pair.bring()
    #expect(try pair.stage.names().isEmpty)
    #expect(try Disk.see(pair.source.root) == Disk.see(pair.target.root))
  }

  /// What is stored together is read together, by one thread: each frame is decoded once.
  @Test(arguments: [1, 2]) func contentIsStagedInTheOrderOfItsFrames(threads: Int) throws {
    let pair = try Pair.make()
    var random = SplitMix(seed: 7)
    var frames: [ObjectID: ContentPlace] = [:]
    for number in 0..<600 {
      // Each frame's files lie in many folders, and not in the order of their names.
      let bytes = random.bytes(12)
      try pair.here.write("d\(random.below(20))/f\(number)", bytes)
      frames[Digest.object(.chunk, bytes)] = ContentPlace(
        source: UInt64(number % 2), frame: UInt64(number % 9), position: number)
    }
    let tree = try pair.source.commit()
    let reader = Watched(Frozen(pair.source.objects))
    let changes = try pair.source.changes(from: pair.target.index.tree, to: tree)
    var options = MaterialiseOptions()
    options.threads = threads
    let places = frames
    options.place = { places[$0] }
    let outcomes = try Materialiser.run(
      changes, root: pair.target.root, stage: pair.stage, index: pair.target.index,
      reader: reader, options: options)
    #expect(outcomes.allSatisfy { $0.isDone })
    let reads = reader.reads.withLock { $0 }
    #expect(reads.count == 600)
    var visits: [[UInt64]: Int] = [:]
    for (_, mine) in Dictionary(grouping: reads, by: \.thread) {
      var last: ContentPlace?
      for place in mine.compactMap({ places[$0.id] }) {
        if last?.source != place.source || last?.frame != place.frame {
          visits[[place.source, place.frame], default: 0] += 1
        }
        last = place
      }
    }
    #expect(visits.count == 18)
    #expect(visits.values.allSatisfy { $0 == 1 })
    #expect(try Disk.see(pair.source.root) == Disk.see(pair.target.root))
  }
}
