import FsyncCore
import FsyncStore
import FsyncSystem
import Synchronization
import TestSupport
import Testing

/// Counts from any thread.
private final class Counter: Sendable {
  private let count = Atomic<Int>(0)

  var value: Int { count.load(ordering: .sequentiallyConsistent) }

  /// The number of calls before this one.
  func next() -> Int { count.add(1, ordering: .sequentiallyConsistent).oldValue }
}

/// What a collection writes, and what becomes of it.
@Suite struct ColdTests {
  /// Commits of a folder whose files change at random, all of them reached.
  private struct History {
    let store: Store
    let folder: [UInt8]
    var objects: [ObjectID: StoredObject] = [:]
    var heads: [ObjectID] = []
    var files: [String: [UInt8]] = [:]
    var sequence: UInt64 = 0

    init(_ folder: [UInt8], _ compression: Compression = .standard) throws {
      self.folder = folder
      store = try Store.create(
        at: folder, StoreOptions(compression: compression), host: host())
    }

    mutating func put(_ worker: IngestWorker, _ kind: ObjectKind, _ bytes: [UInt8]) throws
      -> ObjectID
    {
      let id = try worker.put(kind, bytes)
      objects[id] = StoredObject(kind: kind, bytes: bytes)
      return id
    }

    mutating func commit(_ random: inout SplitMix) throws {
      for _ in 0..<1 + random.below(6) {
        let name = "\(random.below(5))/\(random.below(8)).\(random.pick(["c", "md", "bin"]))"
        var content = files[name] ?? random.bytes(random.below(20_000))
        if name.hasSuffix("bin") {
          content = random.bytes(random.once(in: 5) ? 300_000 : 9000)
        } else {
          content.insert(UInt8(random.below(256)), at: random.below(content.count + 1))
        }
        files[name] = content
      }
      try commitFiles()
    }

    mutating func commitFiles() throws {
      let ingest = try store.ingest()
      let worker = ingest.worker()
      var folders: [String: [TreeEntry]] = [:]
      for (path, content) in files.sorted(by: { $0.key < $1.key }) {
        let parts = path.split(separator: "/").map { bytes(String($0)) }
        var builder = ListBuilder()
        var id = Digest.object(.chunk, content)
        if content.count > Limits.wholeFile {
          for start in stride(from: 0, to: content.count, by: 65_536) {
            let chunk = Array(content[start..<min(content.count, start + 65_536)])
            builder.append(try put(worker, .chunk, chunk), length: chunk.count)
          }
          id = builder.finish()
          for node in builder.finished { _ = try put(worker, .list, node.bytes) }
        } else {
          _ = try put(worker, .chunk, content)
        }
        folders[String(path.split(separator: "/")[0]), default: []].append(
          TreeEntry(
            try Name(parts[1]),
            .file(id, size: UInt64(content.count), mode: 0o644, mtime: .zero)))
      }
      var root: [TreeEntry] = []
      for (name, entries) in folders.sorted(by: { $0.key < $1.key }) {
        let sorted = entries.sorted { $0.name < $1.name }
        let id = try put(worker, .tree, TreeNode.leaf(sorted).encoded)
        root.append(TreeEntry(try Name(bytes(name)), .directory(id, mode: 0o755)))
      }
      sequence += 1
      let replica = try #require(ReplicaID([UInt8](repeating: 1, count: 16)))
      let commit = Commit(
        tree: try put(worker, .tree, TreeNode.leaf(root).encoded), parents: heads,
        replica: replica, replicaName: [], sequence: sequence, author: [],
        time: Timestamp(seconds: Int64(sequence)), message: bytes("number \(sequence)"),
        kind: .manual)
      let id = try put(worker, .commit, commit.encoded)
      try worker.finish()
      try store.transact(ingest) { (_, transaction) throws(Refusal) in transaction.heads = [id] }
      heads = [id]
    }

    /// Expects that everything is here, with the same bytes, for whoever opens the store.
    func expectAll(in store: Store? = nil) throws {
      let store = try store ?? Store.open(at: folder, host: host())
      #expect(try store.state().heads == heads)
      for (id, object) in objects { #expect(try store.object(id) == object) }
      #expect(try store.verify(roots: []).damages.isEmpty)
    }
  }

  private func history(
    _ directory: borrowing TemporaryDirectory, seed: UInt64, commits: Int,
    _ compression: Compression = .standard
  ) throws -> History {
    var random = SplitMix(seed: seed)
    var history = try History(bytes(directory.appending("store")), compression)
    for _ in 0..<commits { try history.commit(&random) }
    return history
  }

  @Test(
    "whatever is reached stays as it is through collections", arguments: UInt64(0)..<12)
  func keepsEverything(seed: UInt64) throws {
    let directory = try TemporaryDirectory()
    var random = SplitMix(seed: seed &+ 100)
    let compression = Compression(codec: random.pick(Codec.allCases), level: 1)
    var history = try History(bytes(directory.appending("store")), compression)
    for _ in 0..<5 {
      for _ in 0..<1 + random.below(8) { try history.commit(&random) }
      var control = CollectControl(threads: 1 + random.below(3))
      control.isQuick = random.once(in: 2)
      let result = try history.store.collect(grace: 0, control: control) { _ in [] }
      #expect(result.dropped == 0)
      try history.expectAll(in: history.store)
      try history.expectAll()
    }
    #expect(try history.store.operations().map(\.serial).last == 1)
  }

  @Test func aSecondCollectionAtOnceHasNothingToDo() throws {
    let directory = try TemporaryDirectory()
    let history = try history(directory, seed: 1, commits: 20)
    let first = try history.store.collect(grace: 100) { _ in [] }
    #expect(first.rewritten == history.objects.count)
    let packs = try history.store.state().packs
    let second = try history.store.collect(grace: 100) { _ in [] }
    #expect(second.rewritten == 0 && second.dropped == 0)
    #expect(second.bytesBefore == second.bytesAfter)
    #expect(try history.store.state().packs == packs)
    #expect(try history.store.state().serial == Store.open(at: history.folder).state().serial)
  }

  @Test("a little that is new does not write everything again")
  func isIncremental() throws {
    let directory = try TemporaryDirectory()
    var history = try history(directory, seed: 2, commits: 30)
    _ = try history.store.collect(grace: 0) { _ in [] }
    let large = try history.store.state().packs
    history.files["1/new.c"] = bytes("new")
    try history.commitFiles()
    let result = try history.store.collect(grace: 0) { _ in [] }
    // A chunk, two trees, a commit.
    #expect(result.rewritten == 4)
    #expect(Set(try history.store.state().packs).isSuperset(of: large))
    try history.expectAll()
    // Small packs are written together with the next ones; the large one stays.
    for round in 0..<6 {
      history.files["1/new.c"] = bytes("new \(round)")
      try history.commitFiles()
      _ = try history.store.collect(grace: 0) { _ in [] }
    }
    #expect(try history.store.state().packs.count <= 6)
    #expect(Set(try history.store.state().packs).isSuperset(of: large))
    try history.expectAll()
  }

  @Test func similarVersionsTakeLittle() throws {
    let directory = try TemporaryDirectory()
    var history = try History(bytes(directory.appending("store")))
    let text = SplitMix.bytes(seed: 6, 60_000)
    for round in 0..<40 {
      history.files["a/file.txt"] = text + bytes("version \(round)")
      history.files["a/other.txt"] = bytes("another \(round)")
      try history.commitFiles()
    }
    let result = try history.store.collect(grace: 0) { _ in [] }
    // 160 objects: the text once, and for each a row and a few bytes.
    #expect(result.bytesAfter < 60_000 + 160 * 90 + 8000)
    try history.expectAll()
  }

  @Test("an index that is damaged is made anew from what the frames hold")
  func recovers() throws {
    let directory = try TemporaryDirectory()
    let history = try history(directory, seed: 7, commits: 15)
    _ = try history.store.collect(grace: 0) { _ in [] }
    let name = "store/packs/\(try history.store.state().packs[0].name.hex).pack"
    let whole = try directory.read(name)
    var random = SplitMix(seed: 8)
    for cut in [1, 97, 2000] {
      try directory.write(name, Array(whole.dropLast(cut)))
      let store = try Store.open(at: history.folder, host: host())
      for (id, object) in history.objects { #expect(try store.object(id) == object) }
    }
    // A bit in the ids, in the rows, anywhere in the body.
    for _ in 0..<12 {
      var damaged = whole
      let position = whole.count - 97 - random.below(history.objects.count * 36)
      damaged[position] ^= 1 << UInt8(position % 8)
      try directory.write(name, damaged)
      let store = try Store.open(at: history.folder, host: host())
      for (id, object) in history.objects { #expect(try store.object(id) == object) }
      #expect(!(try store.verify(roots: []).damages.isEmpty))
    }
    let store = try Store.open(at: history.folder, host: host(seed: 9))
    #expect(try store.repairPacks() == 1)
    try history.expectAll()
    _ = try store.collect(grace: 0) { _ in [] }
    try history.expectAll()
  }

  @Test("whoever asks for a stored frame gets one that names its objects")
  func framesLeaveThePackNamed() throws {
    let directory = try TemporaryDirectory()
    let history = try history(directory, seed: 10, commits: 10)
    _ = try history.store.collect(grace: 0) { _ in [] }
    var named = 0
    for (id, object) in history.objects {
      let bytes = try history.store.frame(holding: id)
      // Objects that name others are told one by one.
      guard object.kind == .chunk else {
        #expect(bytes == nil)
        continue
      }
      let frame = try #require(bytes).withUnsafeBytes { buffer throws(FrameError) in
        try Frame(decoding: buffer)
      }
      let content = try frame.content()
      for (row, range) in zip(frame.objects, frame.ranges) {
        #expect(Digest.object(row.kind, Array(content[range])) == row.id)
        named += 1
      }
    }
    #expect(named > 0)
  }

  @Test("asked to stop, a collection changes nothing, wherever it is")
  func canBeStopped() throws {
    let directory = try TemporaryDirectory()
    let history = try history(directory, seed: 11, commits: 12)
    let before = try history.store.state()
    var isStopped = true
    var calls = 0
    while isStopped {
      let asked = Counter()
      var control = CollectControl(threads: 2)
      let limit = calls
      control.shouldStop = { asked.next() >= limit }
      do throws(StoreError) {
        _ = try history.store.collect(grace: 0, control: control) { _ in [] }
        isStopped = false
      } catch {
        #expect(error == .interrupted)
        #expect(try history.store.state() == before)
        #expect(try Directory(history.folder + bytes("/packs")).names().isEmpty)
      }
      calls += 1
    }
    #expect(calls > 12)
    try history.expectAll()
  }

  @Test("commits and reads go on while a collection runs")
  func runsBesideOthers() throws {
    let directory = try TemporaryDirectory()
    var history = try history(directory, seed: 12, commits: 10)
    let folder = history.folder
    let isOver = Counter()
    let collector = try WorkerThread {
      for seed in 0..<6 {
        guard let store = try? Store.open(at: folder, host: host(seed: UInt64(200 + seed))) else {
          Issue.record("the store cannot be opened")
          return
        }
        do {
          _ = try store.collect(grace: 0, control: CollectControl(threads: 2)) { _ in [] }
        } catch { Issue.record("\(error)") }
      }
      _ = isOver.next()
    }
    var random = SplitMix(seed: 13)
    var commits = 0
    while isOver.value == 0 || commits < 5 {
      try history.commit(&random)
      commits += 1
      let some = history.objects.keys.prefix(20)
      for id in some { #expect(try history.store.object(id) == history.objects[id]) }
    }
    collector.join()
    try history.expectAll()
  }
}
