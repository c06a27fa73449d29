import FsyncCore
import TestSupport
import Testing

@Suite struct ListTests {
  private struct Run: Hashable {
    let id: ObjectID
    let length: Int
    var repeats: UInt64
  }

  /// Builds a list and keeps its nodes; checks that each decodes.
  private func build(_ runs: [Run], _ objects: MemoryObjects) throws -> (ObjectID, nodes: Int) {
    var builder = ListBuilder()
    var nodes = 0
    func keep() throws {
      for node in builder.finished {
        nodes += 1
        #expect(objects.put(.list, node.bytes) == node.id)
        _ = try ListNode(decoding: node.bytes)
      }
      builder.clearFinished()
    }
    for run in runs {
      builder.append(run.id, length: run.length, repeats: run.repeats)
      try keep()
    }
    let root = builder.finish()
    try keep()
    return (root, nodes)
  }

  private func read(_ root: ObjectID, _ runs: [Run], _ objects: MemoryObjects) throws -> [Run] {
    let size = runs.reduce(UInt64(0)) { $0 + UInt64($1.length) * $1.repeats }
    let entry = Entry.file(root, size: size, mode: 0, mtime: .zero)
    var result: [Run] = []
    try objects.forEachChunk(of: entry) { id, length, repeats in
      ListTests.append(Run(id: id, length: length, repeats: repeats), to: &result)
    }
    return result
  }

  private static func append(_ run: Run, to runs: inout [Run]) {
    if let last = runs.last, last.id == run.id {
      runs[runs.count - 1].repeats += run.repeats
    } else {
      runs.append(run)
    }
  }

  /// Runs with repeats; some neighbours are equal, so that they must be joined.
  private func runs(_ count: Int, _ random: inout SplitMix, kinds: Int) -> [Run] {
    let ids = (0..<kinds).map { _ in random.objectID() }
    let lengths = (0..<kinds).map { _ in 1 + random.below(Limits.chunk) }
    return (0..<count).map { _ in
      let kind = random.below(kinds)
      let repeats = random.once(in: 10) ? 1 + random.below(1 << 20) : 1
      return Run(id: ids[kind], length: lengths[kind], repeats: UInt64(repeats))
    }
  }

  @Test(
    arguments: [1, 2, 16, 17, 100, 1024, 1025, 6000], [2, 3, 1_000_000])
  func chunksComeBack(count: Int, kinds: Int) throws {
    var random = SplitMix(seed: UInt64(count * 31 + kinds))
    let runs = runs(count, &random, kinds: min(kinds, count + 1))
    let objects = MemoryObjects()
    let (root, _) = try build(runs, objects)
    var joined: [Run] = []
    for run in runs { ListTests.append(run, to: &joined) }
    guard
      joined.reduce(UInt64(0), { $0 + UInt64($1.length) * $1.repeats }) > UInt64(Limits.wholeFile)
    else { return }
    #expect(try read(root, runs, objects) == joined)
  }

  /// How a run of equal chunks is handed over says nothing.
  @Test(arguments: UInt64(0)..<20) func theListDependsOnTheContentAlone(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let runs = runs(200, &random, kinds: 150).map {
      Run(id: $0.id, length: $0.length, repeats: min($0.repeats, 5))
    }
    let single = runs.flatMap { run in
      (0..<run.repeats).map { _ in Run(id: run.id, length: run.length, repeats: 1) }
    }
    let objects = MemoryObjects()
    #expect(try build(runs, objects).0 == build(single, objects).0)
  }

  /// Runs of equal whole nodes repeat too: a huge file of one pattern is a few nodes.
  @Test func repeatedNodesAreJoined() throws {
    var random = SplitMix(seed: 7)
    let pattern = runs(64, &random, kinds: 64).map {
      Run(id: $0.id, length: $0.length, repeats: 1)
    }
    let runs = Array(repeatElement(pattern, count: 100).joined())
    let objects = MemoryObjects()
    let (root, _) = try build(runs, objects)
    var joined: [Run] = []
    for run in runs { ListTests.append(run, to: &joined) }
    #expect(try read(root, runs, objects) == joined)
  }

  @Test(arguments: UInt64(0)..<10) func oneChangeWritesAFewNodes(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    var runs = runs(9000, &random, kinds: 1_000_000)
    let objects = MemoryObjects()
    let (before, nodes) = try build(runs, objects)
    let place = random.below(runs.count)
    switch seed % 3 {
    case 0: runs[place] = Run(id: random.objectID(), length: 1, repeats: 1)
    case 1: runs.remove(at: place)
    default: runs.insert(Run(id: random.objectID(), length: 5, repeats: 2), at: place)
    }
    let known = MemoryObjects()
    let (after, _) = try build(runs, known)
    #expect(after != before)
    var written = 0
    var builder = ListBuilder()
    for run in runs { builder.append(run.id, length: run.length, repeats: run.repeats) }
    #expect(builder.finish() == after)
    for node in builder.finished where try objects.object(node.id) == nil { written += 1 }
    #expect(nodes > 50 && written <= 8, "\(written) of \(nodes)")
  }

  @Test func listsThatDoNotAddUpAreRefused() throws {
    var random = SplitMix(seed: 3)
    let objects = MemoryObjects()
    let runs = runs(3000, &random, kinds: 100_000)
    let (root, _) = try build(runs, objects)
    let node = try objects.listNode(root)
    let size = try #require(node.length)
    func read(_ id: ObjectID, _ size: UInt64) throws {
      try objects.forEachChunk(of: .file(id, size: size, mode: 0, mtime: .zero)) {
        (_, _, _) throws(ObjectError) in
      }
    }
    try read(root, size)
    #expect(throws: ObjectError.self) { try read(root, size + 1) }
    // A child that is as long as its parent says it is not.
    let first = node.elements[0]
    let liar = ListNode(
      level: node.level,
      elements: [ListNode.Element(id: first.id, length: first.length + 1)]
        + node.elements.dropFirst())
    let id = objects.put(.list, liar.encoded)
    #expect(throws: ObjectError.self) { try read(id, size + 1) }
    // A node below itself, were that possible, would have to be of another level.
    let flat = ListNode(
      level: node.level + 1, elements: [.init(id: first.id, length: first.length)])
    let other = objects.put(.list, flat.encoded)
    #expect(throws: ObjectError.self) { try read(other, first.length) }
  }

  /// The runs that have bytes in a range are those of the whole list that do.
  @Test(arguments: UInt64(0)..<40) func aRangeHasItsRuns(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let objects = MemoryObjects()
    let runs = runs(1 + random.below(600), &random, kinds: 5)
    let (root, _) = try build(runs, objects)
    let size = runs.reduce(UInt64(0)) { $0 + UInt64($1.length) * $1.repeats }
    guard size > UInt64(Limits.wholeFile) else { return }
    let entry = Entry.file(root, size: size, mode: 0, mtime: .zero)
    for _ in 0..<20 {
      let ends = [random.next() % size, random.next() % size].sorted()
      let range = ends[0]..<ends[1] + 1
      var expected: [Run] = []
      var place: UInt64 = 0
      for run in runs {
        let length = UInt64(run.length)
        let first = range.lowerBound > place ? (range.lowerBound - place) / length : 0
        let end = range.upperBound > place ? (range.upperBound - place + length - 1) / length : 0
        if min(end, run.repeats) > first {
          Self.append(
            Run(id: run.id, length: run.length, repeats: min(end, run.repeats) - first),
            to: &expected)
        }
        place += length * run.repeats
      }
      var found: [Run] = []
      var next: UInt64?
      try objects.forEachChunk(of: entry, in: range) { id, length, repeats, start in
        if next == nil {
          #expect(start <= range.lowerBound && range.lowerBound < start + UInt64(length))
        } else {
          #expect(next == start)
        }
        next = start + UInt64(length) * repeats
        Self.append(Run(id: id, length: length, repeats: repeats), to: &found)
      }
      #expect(found == expected, "seed \(seed)")
    }
  }
}
