import FsyncCore
import FsyncSystem
import FsyncTree
import Glibc
import Synchronization
import TestSupport
import Testing

/// What a test makes a sink throw.
private struct Trouble: Error, Equatable {}

/// Objects in memory, put by any number of threads.
private final class MemoryStore: ObjectReader, Sendable {
  private let state = Mutex<(objects: [ObjectID: StoredObject], claimed: Set<ObjectID>)>(([:], []))
  private let puts = Atomic<Int>(0)
  private let hook: @Sendable (Int) -> Bool

  /// - Parameter hook: called before each put with the number of those before it; says whether the
  ///   put fails.
  init(failing hook: @escaping @Sendable (Int) -> Bool = { _ in false }) { self.hook = hook }

  func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? {
    state.withLock { $0.objects[id] }
  }

  func claim(_ id: ObjectID) -> Bool { state.withLock { $0.claimed.insert(id).inserted } }

  func put(_ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer) throws(Trouble) -> ObjectID {
    if hook(puts.add(1, ordering: .relaxed).oldValue) { throw Trouble() }
    let object = StoredObject(kind: kind, bytes: Array(bytes))
    let id = object.id
    state.withLock { $0.objects[id] = object }
    return id
  }

  /// The content of a list.
  func content(_ id: ObjectID, size: UInt64) throws -> [UInt8] {
    let entry = Entry.file(id, size: size, mode: 0o644, mtime: .zero)
    return try #require(try self.content(of: entry, atMost: 1 << 30))
  }
}

private struct MemorySink: ContentSink {
  let store: MemoryStore
  let thread: Int
  /// The threads that have put something.
  let seen: Seen
  /// Whether the reader puts nothing before another thread has.
  let waits: Bool

  final class Seen: Sendable {
    let threads = Mutex<Set<Int>>([])
  }

  func put(_ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer) throws(Trouble) -> ObjectID {
    _ = seen.threads.withLock { $0.insert(thread) }
    while waits, thread == 0, seen.threads.withLock({ $0.count }) == 1 { sched_yield() }
    return try store.put(kind, bytes)
  }

  func needs(_ id: ObjectID) throws(Trouble) -> Bool { store.claim(id) }

  func put(
    _ id: ObjectID, _ chunk: UnsafeRawBufferPointer, like earlier: [ObjectID]
  ) throws(Trouble) {
    let found = try put(.chunk, chunk)
    #expect(found == id)
  }
}

/// What one thread reads while others help.
private struct Reading {
  var result: Result<Result<FoundContent, Obstacle>, Trouble> = .failure(Trouble())
  /// How many threads had a part in it.
  var threads = 0
}

/// Reads the file `a` of a folder on thread 0, while the others have nothing to do.
private func read(
  _ root: borrowing Directory, into store: MemoryStore, threads: Int, earlier: Entry? = nil,
  earlierIn reader: (any ObjectReader & Sendable)? = nil, waiting waits: Bool = false
) throws -> Reading {
  let stack = WorkStack<SharedWork<MemorySink, Trouble>>([])
  let found = Mutex(Reading())
  let seen = MemorySink.Seen()
  let folder = OpenFolder(try root.reopened())
  stack.begin()
  try Workers.run(threads) { index in
    let sink = MemorySink(store: store, thread: index, seen: seen, waits: waits)
    if index == 0 {
      while waits, !stack.isAwaited { sched_yield() }
      let result: Result<Result<FoundContent, Obstacle>, Trouble>
      do throws(Trouble) {
        guard let files = try? FileReader(folder.directory) else { throw Trouble() }
        result = .success(
          try files.content(
            of: path("a"), .file, into: sink,
            earlier: earlier.map { EarlierContent($0, reader ?? store) },
            helpers: Helpers(waitingFor: stack)))
      } catch { result = .failure(error) }
      found.withLock { $0.result = result }
      stack.finish(adding: [])
    }
    while let work = stack.take() {
      work.perform(sink)
      stack.finish(adding: [])
    }
  }
  return found.withLock { reading in
    reading.threads = seen.threads.withLock { $0.count }
    return reading
  }
}

/// The id of content, as the canonical definition has it.
private func canonical(_ content: [UInt8]) -> ObjectID {
  ContentWriter.write(content, to: ObjectOverlay(over: EmptyReader()))
}

@Suite struct LargeFileTests {
  /// Writes data and holes by turns, of random lengths, and returns the content.
  private func writeSparse(
    _ root: borrowing Directory, _ random: inout SplitMix
  ) throws -> [UInt8] {
    let size = (4 << 20) + random.below(6 << 20)
    let file = try root.file([0x61], .create(mode: 0o644))
    try file.truncate(to: UInt64(size))
    var content = [UInt8](repeating: 0, count: size)
    var offset = 0
    while offset < size {
      // Holes about as long as a chunk, a page or a segment, and runs of data likewise.
      let longest = [8192, 300_000, 3 << 20][random.below(3)]
      let length = min(1 + random.below(longest), size - offset)
      if random.below(2) == 0 {
        let bytes = random.bytes(length)
        try file.write(bytes, at: UInt64(offset))
        content.replaceSubrange(offset..<offset + length, with: bytes)
      }
      offset += length
    }
    return content
  }

  @Test("content's id does not depend on who works on it", arguments: UInt64(0)..<8)
  func idsAreCanonical(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let folder = try TemporaryDirectory(inMemory: true)
    let root = try Directory(Array(folder.path.utf8))
    let content = try writeSparse(root, &random)
    let expected = canonical(content)
    for threads in [1, 2, 4] {
      let store = MemoryStore()
      let found = try read(root, into: store, threads: threads).result.get().get()
      #expect(found.content == expected, "seed \(seed), \(threads) threads")
      #expect(found.size == UInt64(content.count))
      #expect(try store.content(found.content, size: found.size) == content)
    }
  }

  @Test("an edit of a large file is stored, whoever stores it", arguments: UInt64(0)..<4)
  func earlierVersions(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let folder = try TemporaryDirectory(inMemory: true)
    let root = try Directory(Array(folder.path.utf8))
    let before = try writeSparse(root, &random)
    let old = MemoryStore()
    let first = try read(root, into: old, threads: 1).result.get().get()
    var content = before
    content.insert(contentsOf: random.bytes(random.below(2 << 20)), at: random.below(before.count))
    try Disk.write(content, [0x61], in: root)
    let entry = Entry.file(first.content, size: first.size, mode: 0o644, mtime: .zero)
    for threads in [1, 3] {
      let store = MemoryStore()
      let found = try read(root, into: store, threads: threads, earlier: entry, earlierIn: old)
        .result.get().get()
      #expect(found.content == canonical(content), "seed \(seed), \(threads) threads")
      #expect(try store.content(found.content, size: found.size) == content)
    }
  }

  @Test func whoeverWaitsHelps() throws {
    let folder = try TemporaryDirectory(inMemory: true)
    var random = SplitMix(seed: 1)
    try folder.write("a", random.bytes(24 << 20))
    let root = try Directory(Array(folder.path.utf8))
    let reading = try read(root, into: MemoryStore(), threads: 2, waiting: true)
    #expect(reading.threads == 2)
    #expect(try reading.result.get().get().size == 24 << 20)
  }

  @Test(arguments: [1, 3]) func aFileThatChangesIsReadAgain(threads: Int) throws {
    let folder = try TemporaryDirectory(inMemory: true)
    let root = try Directory(Array(folder.path.utf8))
    var random = SplitMix(seed: 2)
    var content = random.bytes(6 << 20)
    try folder.write("a", content)
    let place = folder.appending("a")
    let once = MemoryStore(failing: { number in
      if number == 3 { overwrite(place, number) }
      return false
    })
    let found = try read(root, into: once, threads: threads).result.get().get()
    content[5] = 3
    #expect(found.content == canonical(content))
    #expect(try once.content(found.content, size: found.size) == content)
    let always = MemoryStore(failing: { number in
      overwrite(place, number)
      return false
    })
    let reading = try read(root, into: always, threads: threads)
    #expect(reading.result == .success(.failure(.unsteady)))
  }

  /// A chunk that was found to be needed is put, even where the reading that found it was for
  /// nothing: the next one relies on it.
  @Test func whatIsNeededIsPutThoughTheFileChanged() throws {
    let folder = try TemporaryDirectory(inMemory: true)
    let root = try Directory(Array(folder.path.utf8))
    var random = SplitMix(seed: 4)
    try folder.write("a", random.bytes(5 << 20))
    let old = MemoryStore()
    let first = try read(root, into: old, threads: 1).result.get().get()
    var content = random.bytes(6 << 20)
    try folder.write("a", content)
    let place = folder.appending("a")
    let store = MemoryStore(failing: { number in
      if number == 3 { overwrite(place, number) }
      return false
    })
    let sink = MemorySink(store: store, thread: 0, seen: MemorySink.Seen(), waits: false)
    let entry = Entry.file(first.content, size: first.size, mode: 0o644, mtime: .zero)
    // Helpers that are always about to come, and never do.
    let found = try FileReader(root).content(
      of: path("a"), .file, into: sink, earlier: EarlierContent(entry, old),
      helpers: Helpers(areWaiting: { true }, offer: { _ in })
    ).get()
    content[5] = 3
    #expect(found.content == canonical(content))
    #expect(try store.content(found.content, size: found.size) == content)
  }

  @Test(arguments: [1, 4]) func whatASinkThrowsEndsTheReading(threads: Int) throws {
    let folder = try TemporaryDirectory(inMemory: true)
    let root = try Directory(Array(folder.path.utf8))
    var random = SplitMix(seed: 3)
    try folder.write("a", random.bytes(8 << 20))
    for passing in [0, 1, 7, 30, 90] {
      let store = MemoryStore(failing: { $0 >= passing })
      #expect(try read(root, into: store, threads: threads).result == .failure(Trouble()))
    }
  }

  @Test func workIsDoneOnce() throws {
    let stack = WorkStack<SharedWork<Int, Never>>([])
    let count = Atomic<Int>(0)
    stack.begin()
    try Workers.run(4) { index in
      if index == 0 {
        let works = (0..<1000).map { _ in
          SharedWork<Int, Never> { _ in count.add(1, ordering: .relaxed) }
        }
        for (number, work) in works.enumerated() {
          stack.add(work)
          if number % 3 == 0 { work.perform(index) }
        }
        for work in works {
          work.perform(index)
          work.wait()
          #expect(work.progress == .ended)
        }
        let withdrawn = SharedWork<Int, Never> { _ in count.add(1, ordering: .relaxed) }
        withdrawn.withdraw()
        withdrawn.perform(index)
        stack.finish(adding: [])
      }
      while let work = stack.take() {
        work.perform(index)
        stack.finish(adding: [])
      }
    }
    #expect(count.load(ordering: .relaxed) == 1000)
  }
}

/// Changes the sixth byte of a file.
private func overwrite(_ path: String, _ number: Int) {
  guard let file = try? File(Array(path.utf8), .readWrite) else { return }
  // The clock that stamps changes moves a few times in a hundredth of a second.
  usleep(10_000)
  try? file.write([UInt8(truncatingIfNeeded: number)], at: 5)
}
