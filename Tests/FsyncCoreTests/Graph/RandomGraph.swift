import FsyncCore
import TestSupport

/// A random history of commits over tiny folders, by replicas that merge and fork at random.
struct RandomGraph {
  let objects: MemoryObjects
  private let graph: CommitGraph
  private(set) var commits: [ObjectID] = []
  private var trees: [ObjectID] = []
  private var random: SplitMix

  init(seed: UInt64) throws {
    objects = MemoryObjects()
    graph = CommitGraph(objects)
    random = SplitMix(seed: seed)
    for number in 0..<6 {
      let folder: [String: TestTree] = [
        "a": file("\(random.below(3))"), "d": dir(["b": file("\(random.below(4))")]),
        "c\(number % 3)": file("c"),
      ]
      trees.append(objects.put(dir(folder)).content)
    }
  }

  /// Adds a commit on some of the latest ones; clocks are wrong now and then.
  mutating func grow() throws {
    var parents: Set<ObjectID> = []
    if !commits.isEmpty, !random.once(in: 40) {
      let wanted = random.once(in: 4) ? 1 + random.below(5) : 1
      for _ in 0..<wanted { parents.insert(random.pick(commits.suffix(1 + random.below(8)))) }
    }
    let replica = random.below(4)
    // Whoever goes on from an older commit of its own is a copy, and gives a number once more.
    let own = try graph.vector(of: parents.sorted()).tips
    let last = own[History.replica("\(replica)")]?.map(\.sequence).max() ?? 0
    let view = Commit.BaseView(tree: random.pick(trees))
    let commit = Commit(
      tree: random.pick(trees), parents: parents.sorted(),
      baseView: parents.count > 1 ? view : nil, replica: History.replica("\(replica)"),
      replicaName: [], sequence: last + 1, author: [],
      time: Timestamp(
        seconds: Int64(commits.count) + Int64(random.below(5)), nanoseconds: UInt32(random.below(2))
      ),
      message: Array("\(commits.count)".utf8), kind: .manual)
    commits.append(objects.put(.commit, commit.encoded))
  }

  /// Some commits, to be taken for heads.
  mutating func some() -> [ObjectID] {
    (0..<1 + random.below(3)).map { _ in random.pick(commits) }
  }

  mutating func below(_ bound: Int) -> Int { random.below(bound) }
}

/// A cache in memory.
struct MemoryCache {
  static let repository = RepositoryID(Array(repeating: 7, count: 16))
  /// Each layer's name and bytes, the lowest first.
  var layers: [(name: UInt64, bytes: [UInt8])] = []

  /// Bytes that do not move.
  private final class Memory {
    let bytes: UnsafeMutableRawBufferPointer

    init(_ content: [UInt8]) {
      bytes = .allocate(byteCount: content.count, alignment: 8)
      bytes.copyBytes(from: content)
    }

    deinit { bytes.deallocate() }
  }

  /// Opens it, as a process that starts does.
  func open(for repository: RepositoryID? = MemoryCache.repository) -> GraphChain? {
    let files = layers.map { Memory($0.bytes) }
    return GraphChain(
      files.map { (UnsafeRawBufferPointer($0.bytes), $0) }, repository: repository)
  }

  /// Lets it follow heads.
  /// - Parameters:
  ///   - noted: of how many of the newest commits paths are noted.
  ///   - fillsOlder: whether layers are made again in which paths are missing.
  mutating func extend(
    to heads: [ObjectID], _ objects: MemoryObjects, noted: Int = .max, fillsOlder: Bool = false,
    fullLayer: Int = 1 << 18
  ) throws {
    if fillsOlder, let chain = open() { layers = Array(layers.prefix(chain.notedLayers)) }
    var build = GraphBuild(
      objects, heads: heads, repository: MemoryCache.repository, noted: noted,
      fullLayer: fullLayer)
    while true {
      let extended = try build.next(over: open()) { questions throws(ObjectError) in
        var answers: [[ChangedPaths.Key]] = []
        for question in questions { answers.append(try ChangedPaths.keys(question, objects)) }
        return answers
      }
      guard let extended else { return }
      layers = layers.filter { extended.kept.contains($0.name) }
      layers.append((extended.name, extended.parts.flatMap { $0 }))
    }
  }
}
