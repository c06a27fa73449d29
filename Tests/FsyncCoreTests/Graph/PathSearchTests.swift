import FsyncCore
import TestSupport
import Testing

/// The search for the commits of one path, and how a cache is made in steps.
@Suite struct PathSearchTests {
  /// A history of two replicas with right clocks, and which file each commit changed.
  private struct Story {
    let objects = MemoryObjects()
    /// The commits, the oldest first; nil is a first commit, which changes all files.
    private(set) var commits: [(id: ObjectID, file: Int?)] = []
    private var chains: [(tip: ObjectID, tree: ObjectID, contents: [Int], sequence: UInt64)] = []
    private var random: SplitMix

    static let files = 5

    init(seed: UInt64) { random = SplitMix(seed: seed) }

    var heads: [ObjectID] { chains.map(\.tip) }

    mutating func below(_ bound: Int) -> Int { random.below(bound) }

    mutating func grow() {
      let number = commits.count
      guard !chains.isEmpty else {
        let contents = [Int](repeating: 0, count: Story.files)
        let tree = put(contents)
        let tip = commit([], tree: tree, view: nil, replica: 0, sequence: 1)
        commits.append((tip, nil))
        chains = [(tip, tree, contents, 1), (tip, tree, contents, 0)]
        return
      }
      let own = random.below(2)
      var parents: Set<ObjectID> = [chains[own].tip]
      if random.once(in: 5) { parents.insert(chains[1 - own].tip) }
      let file = random.below(Story.files)
      let before = chains[own].tree
      chains[own].contents[file] = number
      chains[own].tree = put(chains[own].contents)
      chains[own].sequence += 1
      chains[own].tip = commit(
        parents.sorted(), tree: chains[own].tree, view: before, replica: own,
        sequence: chains[own].sequence)
      commits.append((chains[own].tip, file))
    }

    private func put(_ contents: [Int]) -> ObjectID {
      var entries: [String: TestTree] = [:]
      for (file, content) in contents.enumerated() {
        entries["d\(file)"] = dir(["f": TestSupport.file("\(content)")])
      }
      return objects.put(dir(entries)).content
    }

    private func commit(
      _ parents: [ObjectID], tree: ObjectID, view: ObjectID?, replica: Int, sequence: UInt64
    ) -> ObjectID {
      let commit = Commit(
        tree: tree, parents: parents,
        baseView: parents.count > 1 ? view.map { Commit.BaseView(tree: $0) } : nil,
        replica: History.replica("\(replica)"), replicaName: [], sequence: sequence, author: [],
        time: Timestamp(seconds: Int64(commits.count), nanoseconds: 7), message: [], kind: .manual)
      return objects.put(.commit, commit.encoded)
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func findsTheCommitsOfAPathInTheOrderOfTheWalk(seed: UInt64) throws {
    var story = Story(seed: seed)
    var cache = MemoryCache()
    for _ in 0..<8 {
      for _ in 0..<20 + story.below(60) { story.grow() }
      // Some commits stay beyond the cache.
      if story.below(4) > 0 {
        try cache.extend(
          to: story.heads, story.objects, fullLayer: story.below(2) == 0 ? 16 : 1 << 18)
      }
    }
    let graph = CommitGraph(story.objects, cache: cache.open())
    for file in 0..<Story.files + 1 {
      let wanted = story.commits.filter {
        file < Story.files && ($0.file == nil || $0.file == file)
      }
      for name in ["d\(file)", "d\(file)/f"] {
        let asked = ChangedPathsAsked([path(name)], graph)
        var found: [ObjectID] = []
        var walk = try HistoryWalk(graph, from: story.heads)
        var beyond = 0
        while true {
          if var search = walk.search(for: asked) {
            while let visit = search.next() { found.append(walk.id(of: visit)) }
            break
          }
          guard let visit = try walk.next() else { break }
          beyond += 1
          if walk.mayBe(visit, in: asked.found) { found.append(walk.id(of: visit)) }
          try walk.follow(visit)
        }
        // What is beyond the cache has to be looked at.
        let all = story.commits.reversed().enumerated().filter { place, commit in
          place < beyond || wanted.contains { $0.id == commit.id }
        }
        #expect(found == all.map(\.element.id), "seed \(seed), \(name)")
      }
    }
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func whatIsStoppedGoesOnWhereItWas(seed: UInt64) throws {
    var story = Story(seed: seed)
    for _ in 0..<200 { story.grow() }
    var stopped = MemoryCache()
    var build = GraphBuild(
      story.objects, heads: story.heads, repository: MemoryCache.repository, fullLayer: 32)
    func note(_ questions: [ChangedPaths.Question]) throws(ObjectError) -> [[ChangedPaths.Key]] {
      var answers: [[ChangedPaths.Key]] = []
      for question in questions {
        answers.append(try ChangedPaths.keys(question, story.objects))
      }
      return answers
    }
    var left = 40 + story.below(400)
    while true {
      let layer = try build.next(
        over: stopped.open(),
        unless: {
          left -= 1
          return left < 0
        }, noting: note)
      guard let layer else { break }
      stopped.layers = stopped.layers.filter { layer.kept.contains($0.name) }
      stopped.layers.append((layer.name, layer.parts.flatMap { $0 }))
    }
    let count = stopped.open()?.count ?? 0
    #expect(count < 200 && count % 32 == 0)
    try stopped.extend(to: story.heads, story.objects, fullLayer: 32)
    #expect(stopped.open()?.count == 200)
    // One that is stopped while paths are noted makes nothing.
    build = GraphBuild(story.objects, heads: story.heads, repository: MemoryCache.repository)
    #expect(try build.next(over: nil, noting: { _ in nil })?.name == nil)
  }
}
