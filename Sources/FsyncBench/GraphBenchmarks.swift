import FsyncCore
import TestSupport

/// The commit-graph cache of a million commits.
enum GraphBenchmarks {
  private static let count = 1_000_000

  /// Bytes of a layer that do not move.
  private final class Memory {
    let bytes: UnsafeMutableRawBufferPointer

    init(_ parts: [[UInt8]]) {
      bytes = .allocate(byteCount: parts.reduce(0) { $0 + $1.count }, alignment: 8)
      var offset = 0
      for part in parts {
        UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<offset + part.count])
          .copyBytes(from: part)
        offset += part.count
      }
    }

    deinit { bytes.deallocate() }
  }

  /// Commits that are made when they are asked for, and only as many as a table of ids.
  private final class Commits: ObjectReader {
    private var numbers: [ObjectID: Int] = [:]
    private var ids: [ObjectID] = []
    /// The parents of a commit, by number.
    private let parents: (Int) -> [Int]

    init(_ count: Int, parents: @escaping (Int) -> [Int]) {
      self.parents = parents
      for number in 0..<count {
        let id = commit(number).id
        numbers[id] = number
        ids.append(id)
      }
    }

    func id(_ number: Int) -> ObjectID { ids[number] }

    private func commit(_ number: Int) -> Commit {
      Commit(
        tree: Digest.sha256([]), parents: parents(number).map { ids[$0] }.sorted(),
        replica: History.replica("\(number & 1)"), replicaName: [],
        sequence: UInt64(number / 2 + 1),
        author: [], time: Timestamp(seconds: Int64(number) * 60, nanoseconds: 0),
        message: Array("change \(number)".utf8), kind: .automatic)
    }

    func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? {
      numbers[id].map { StoredObject(kind: .commit, bytes: commit($0).encoded) }
    }
  }

  private static func chain(_ commits: Commits, heads: [ObjectID]) throws -> GraphChain? {
    var files: [(name: UInt64, memory: Memory)] = []
    func open() -> GraphChain? {
      GraphChain(
        files.map { (UnsafeRawBufferPointer($0.memory.bytes), $0.memory) }, repository: nil)
    }
    var build = GraphBuild(commits, heads: heads, repository: nil, noted: 0)
    while let layer = try build.next(over: open(), noting: { $0.map { _ in [] } }) {
      files = files.filter { layer.kept.contains($0.name) } + [(layer.name, Memory(layer.parts))]
    }
    return open()
  }

  /// Merge bases of two branches that parted a thousand commits ago, and at the very beginning.
  static func all() throws -> [Benchmark] {
    try [(1_000, "1,000 commits ago"), (count, "at the first commit")].map { distance, words in
      let fork = count - distance
      // Up to the fork a line, from there on two that take turns.
      let commits = Commits(count) { number in
        if number == 0 { return [] }
        return [number <= fork + 1 ? min(number - 1, fork) : number - 2]
      }
      let heads = [commits.id(count - 2), commits.id(count - 1)]
      let chain = try chain(commits, heads: heads)
      return Benchmark("merge base, parted \(words)", distance, " commits") {
        try CommitGraph(commits, cache: chain).mergeBases([heads[0]], [heads[1]]).count
      }
    }
  }
}
