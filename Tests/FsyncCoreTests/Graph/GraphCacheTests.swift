import FsyncCore
import TestSupport
import Testing

@Suite struct GraphCacheTests {
  /// Everything that graphs are asked, of some sets of commits.
  private struct Answers: Hashable {
    var isAncestor: [Bool] = []
    var ids: [[ObjectID]] = []
    var vector: VersionVector?

    init(_ graph: CommitGraph, _ left: [ObjectID], _ right: [ObjectID]) throws {
      for commit in left {
        isAncestor.append(try graph.isAncestor(commit, of: right[0]))
        isAncestor.append(try graph.isUnder(commit, heads: right))
      }
      ids.append(try graph.join(left, right))
      ids.append(try graph.mergeBases(left, right))
      // The order of what is missing is any in which parents come first.
      ids.append(try graph.missing(from: left, having: right).sorted())
      ids.append(try graph.log(from: left))
      ids.append(try graph.commits(withParents: right, under: left))
      let time = try graph.commit(right[0]).time
      ids.append(try graph.heads(left, by: time))
      ids.append(try GraphCacheTests.walk(graph, left, isOrdered: false))
      ids.append(try GraphCacheTests.walk(graph, left, isOrdered: true))
      vector = try graph.vector(of: left)
    }
  }

  private static func walk(
    _ graph: CommitGraph, _ heads: [ObjectID], isOrdered: Bool
  ) throws -> [ObjectID] {
    try graph.guarded { () throws(ObjectError) in
      var walk = try HistoryWalk(graph, from: heads, isOrdered: isOrdered)
      var ids: [ObjectID] = []
      while let visit = try walk.next() {
        ids.append(walk.id(of: visit))
        try walk.follow(visit)
      }
      return ids
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func answersAreThoseOfTheCommits(seed: UInt64) throws {
    var history = try RandomGraph(seed: seed)
    var cache = MemoryCache()
    for step in 0..<12 {
      for _ in 0..<1 + history.below(30) { try history.grow() }
      let (left, right) = (history.some(), history.some())
      let plain = try Answers(CommitGraph(history.objects), left, right)
      let chain = cache.open()
      #expect((chain == nil) == cache.layers.isEmpty)
      let quick = try Answers(CommitGraph(history.objects, cache: chain), left, right)
      #expect(plain.isAncestor == quick.isAncestor, "seed \(seed), step \(step)")
      #expect(plain.vector == quick.vector, "seed \(seed), step \(step)")
      for (question, pair) in zip(plain.ids, quick.ids).enumerated() {
        #expect(pair.0 == pair.1, "seed \(seed), step \(step), question \(question)")
      }
      try cache.extend(
        to: history.some() + Array(history.commits.suffix(1)), history.objects,
        noted: history.below(20), fillsOlder: history.below(5) == 0,
        fullLayer: history.below(2) == 0 ? 16 : 1 << 18)
    }
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func stepsLeadToWhatOneStepDoes(seed: UInt64) throws {
    var history = try RandomGraph(seed: seed)
    var steps = MemoryCache()
    for _ in 0..<200 {
      try history.grow()
      if history.below(3) == 0 {
        try steps.extend(to: Array(history.commits.suffix(3)), history.objects)
      }
    }
    let heads = try CommitGraph(history.objects).maximal(history.commits)
    try steps.extend(to: heads, history.objects)
    var whole = MemoryCache()
    try whole.extend(to: heads, history.objects)
    #expect(whole.layers.count == 1)
    // Merging layers keeps their number logarithmic.
    #expect(steps.layers.count <= 10)
    let bytes = steps.layers.reduce(0) { $0 + $1.bytes.count }
    #expect(bytes < whole.layers[0].bytes.count + 4096 * steps.layers.count)
    let (first, second) = (try #require(steps.open()), try #require(whole.open()))
    #expect(first.count == history.commits.count)
    #expect(second.count == history.commits.count)
    let before = history.objects.reads
    let heads0 = Array(heads.prefix(1))
    let answers = try [first, second].map {
      try Answers(CommitGraph(history.objects, cache: $0), heads, heads0)
    }
    #expect(answers[0] == answers[1])
    // Only what was asked about is read, and not the history.
    #expect(history.objects.reads - before < history.commits.count)
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func aFlippedBitIsNeverAnAnswer(seed: UInt64) throws {
    var history = try RandomGraph(seed: seed % 8)
    var cache = MemoryCache()
    for _ in 0..<3 {
      for _ in 0..<60 { try history.grow() }
      try cache.extend(to: history.commits, history.objects)
    }
    var random = SplitMix(seed: seed)
    let (left, right) = (history.some(), history.some())
    let plain = try Answers(CommitGraph(history.objects), left, right)
    let layer = random.below(cache.layers.count)
    let byte = random.below(cache.layers[layer].bytes.count)
    cache.layers[layer].bytes[byte] ^= 1 << UInt8(random.below(8))
    guard let chain = cache.open() else { return }
    let graph = CommitGraph(history.objects, cache: chain)
    #expect(try Answers(graph, left, right) == plain, "seed \(seed), byte \(byte)")
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func aCutFileIsNoCache(seed: UInt64) throws {
    var history = try RandomGraph(seed: seed)
    for _ in 0..<50 { try history.grow() }
    var cache = MemoryCache()
    try cache.extend(to: history.commits, history.objects)
    cache.layers[0].bytes.removeLast(1 + history.below(cache.layers[0].bytes.count))
    #expect(cache.open() == nil)
  }

  @Test func aCacheOfAnotherRepositoryIsNotOpened() throws {
    var history = try RandomGraph(seed: 1)
    for _ in 0..<50 { try history.grow() }
    var cache = MemoryCache()
    try cache.extend(to: history.commits, history.objects)
    #expect(cache.open() != nil)
    #expect(cache.open(for: RepositoryID(Array(repeating: 8, count: 16))) == nil)
    #expect(cache.open(for: nil) == nil)
  }

  /// A writer that went wrong seals its error with good checksums.
  @Test func whatTheCacheSaysOfACommitIsComparedWithTheCommit() throws {
    var history = try RandomGraph(seed: 3)
    for _ in 0..<50 { try history.grow() }
    var cache = MemoryCache()
    try cache.extend(to: history.commits, history.objects)
    // The number of each commit is the last word of its row.
    forge(&cache, count: 50) { $0[$1 + 32] ^= 0x55 }
    let chain = try #require(cache.open())
    let graph = CommitGraph(history.objects, cache: chain)
    let heads = Array(history.commits.suffix(1))
    #expect(
      try graph.vector(of: heads) == CommitGraph(history.objects).vector(of: heads))
    #expect(chain.isDamaged)
  }

  @Test("a generation that no commit can have is damage, and no trap")
  func generationsBeyondAnything() throws {
    var history = try RandomGraph(seed: 4)
    for _ in 0..<50 { try history.grow() }
    var cache = MemoryCache()
    try cache.extend(to: history.commits, history.objects)
    forge(&cache, count: 50) { for index in $1..<$1 + 4 { $0[index] = 0xff } }
    for _ in 0..<5 { try history.grow() }
    let chain = try #require(cache.open())
    let graph = CommitGraph(history.objects, cache: chain)
    let (left, right) = (Array(history.commits.suffix(1)), Array(history.commits.suffix(3)))
    let plain = try Answers(CommitGraph(history.objects), left, right)
    #expect(try Answers(graph, left, right) == plain)
    #expect(chain.isDamaged)
  }

  /// Changes the row of each commit in a cache of one layer, and seals it with good checksums.
  private func forge(
    _ cache: inout MemoryCache, count: Int, _ change: (inout [UInt8], Int) -> Void
  ) {
    var bytes = cache.layers[0].bytes
    // The head, then order, ids and facts.
    let blocks = 8
    let replicas = Int(bytes[20])
    let ends = Int(bytes[24])
    let further = Int(bytes[28])
    let head = 72 + blocks * 8 + 1024 + replicas * 16 + ends * 4 + further * 4 + 8
    let facts = head + count * 36
    for row in 0..<count { change(&bytes, facts + row * 40) }
    func seal(_ range: Range<Int>, at place: Int) {
      withUnsafeBytes(of: Checksum.xxh3(bytes[range]).littleEndian) {
        bytes.replaceSubrange(place..<place + 8, with: $0)
      }
    }
    seal(facts..<facts + count * 40, at: 72 + 2 * 8)
    seal(0..<head - 8, at: head - 8)
    cache.layers[0].bytes = bytes
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func aChangeIsNeverDenied(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let objects = MemoryObjects()
    func folder(_ depth: Int) -> TestTree {
      var entries: [String: TestTree] = [:]
      for number in 0..<3 {
        switch random.below(4) {
        case 0 where depth > 0: entries["n\(number)"] = folder(depth - 1)
        case 1: entries["n\(number)"] = file("\(random.below(4))")
        case 2: entries["n\(number)"] = link("\(random.below(2))")
        default: break
        }
      }
      return dir(entries)
    }
    for _ in 0..<20 {
      let old = objects.put(folder(3)).content
      let new = objects.put(folder(3)).content
      let question = ChangedPaths.Question(base: old, tree: new, renames: [])
      let keys = Set(try ChangedPaths.keys(question, objects))
      for change in try TreeDiff.changes(from: old, to: new, objects) {
        var next: Path? = change.path
        while let path = next, !path.isRoot {
          #expect(keys.contains(.init(path)))
          next = path.parent
        }
      }
      // What did not change is denied.
      for number in 0..<200 { #expect(!keys.contains(.init(path("other/\(number)")))) }
    }
  }
}
