import FsyncCore
import TestSupport

extension Target {
  /// Layers of the commit-graph cache: a byte that chooses the history, the length of the first
  /// layer, then two.
  static var graph: Target {
    // Of one line, with lines that meet now and then, and with hardly any order in it.
    let histories = [1 << 30, 3, 1].compactMap { try? GraphHistory(meetingOnceIn: $0) }
    return Target(
      name: "graph", seeds: histories.enumerated().map { [UInt8($0)] + $1.seed },
      repair: { bytes, random in
        guard let first = bytes.first else { return }
        var layers = Array(bytes.dropFirst())
        GraphRepair.repair(&layers, &random)
        bytes = [first] + layers
      }
    ) { input in
      guard let choice = input.first, !histories.isEmpty else { return .accepted(0) }
      let history = histories[Int(choice) % histories.count]
      let layers = GraphRepair.layers(Array(input.dropFirst())).map(Memory.init)
      let chain = GraphChain(
        layers.map { (UnsafeRawBufferPointer($0.bytes), $0) }, repository: history.repository)
      guard let chain else { return .accepted(0) }
      let graph = CommitGraph(history.host.store, cache: chain)
      // A cache that contradicts itself costs an answer at most.
      var answers = 0
      for (index, commit) in history.commits.enumerated() where index % 5 == 0 {
        let other = [history.commits[history.commits.count - 1 - index]]
        if (try? graph.mergeBases([commit], other)) != nil { answers += 1 }
        if (try? graph.missing(from: other, having: [commit])) != nil { answers += 1 }
        if (try? graph.isAncestor(commit, of: other[0])) != nil { answers += 1 }
      }
      if (try? graph.vector(of: history.heads)) != nil { answers += 1 }
      if (try? graph.log(from: history.heads)) != nil { answers += 1 }
      _ = try? graph.heads(history.heads, by: Timestamp(seconds: 1010))
      return .accepted(layers.count, answers, chain.isDamaged ? 1 : 0, chain.count)
    }
  }
}

/// Bytes that do not move.
private final class Memory {
  let bytes: UnsafeMutableRawBufferPointer

  init(_ content: [UInt8]) {
    bytes = .allocate(byteCount: content.count, alignment: 8)
    bytes.copyBytes(from: content)
  }

  deinit { bytes.deallocate() }
}

/// A history and its cache in two layers.
private struct GraphHistory {
  let host = MemoryHost("graph")
  let repository = RepositoryID([UInt8](repeating: 7, count: 16))
  private(set) var commits: [ObjectID] = []
  private(set) var heads: [ObjectID] = []
  private(set) var seed: [UInt8] = []

  /// - Parameter chance: once in how many commits two lines of history meet.
  init(meetingOnceIn chance: Int) throws {
    var random = SplitMix(seed: 8)
    while commits.count < 32 {
      // Now and then two lines of history that meet again.
      if commits.count > 3, random.once(in: chance) {
        let some = [random.pick(commits.suffix(4)), commits[commits.count - 1]]
        host.current = try CommitGraph(host.store).maximal(some).sorted()
      }
      commits.append(try host.commit([("f\(random.below(4))", random.bytes(3))]))
    }
    heads = try CommitGraph(host.store).maximal(commits).sorted()
    var layers: [(name: UInt64, bytes: [UInt8])] = []
    // So small a bound makes two layers of it.
    var build = GraphBuild(host.store, heads: heads, repository: repository, fullLayer: 16)
    while let next = try next(&build, over: layers.map(\.bytes)) {
      layers = layers.filter { next.kept.contains($0.name) }
      layers.append((next.name, next.parts.flatMap { $0 }))
    }
    guard let first = layers.first else { throw Violation("a history without a cache") }
    seed = [UInt8(first.bytes.count & 255), UInt8(first.bytes.count >> 8)]
    seed += layers.flatMap(\.bytes)
  }

  private func next(
    _ build: inout GraphBuild, over layers: [[UInt8]]
  ) throws -> GraphExtension? {
    let files = layers.map(Memory.init)
    let chain = GraphChain(
      files.map { (UnsafeRawBufferPointer($0.bytes), $0) }, repository: repository)
    let store = host.store
    return try build.next(over: chain) { questions throws(ObjectError) in
      var answers: [[ChangedPaths.Key]] = []
      for question in questions { answers.append(try ChangedPaths.keys(question, store)) }
      return answers
    }
  }
}

/// Makes layers whole again.
private enum GraphRepair {
  static func layers(_ input: [UInt8]) -> [[UInt8]] {
    guard input.count > 2 else { return [] }
    let length = min(Int(input[0]) | Int(input[1]) << 8, input.count - 2)
    let rest = Array(input[(2 + length)...])
    return [Array(input[2..<2 + length])] + (rest.isEmpty ? [] : [rest])
  }

  static func repair(_ bytes: inout [UInt8], _ random: inout SplitMix) {
    var below = (name: UInt64(0), commits: 0)
    var result: [[UInt8]] = []
    for layer in layers(bytes) {
      var layer = layer
      guard let name = seal(&layer, on: below, &random) else { return }
      below = (name, below.commits + Bytes.number(layer, at: 12, width: 4))
      result.append(layer)
    }
    guard let first = result.first, first.count < 1 << 16 else { return }
    bytes = [UInt8(first.count & 255), UInt8(first.count >> 8)] + result.flatMap { $0 }
  }

  /// The bytes of an element of each column, and which number in the head counts them.
  private static let columns = [
    (4, 12), (32, 12), (40, 12), (32, 12), (4, 32), (4, 32), (4, 36), (8, 0),
  ]

  /// Sets checksums and name; nil where the layer is too short for what it says.
  private static func seal(
    _ layer: inout [UInt8], on below: (name: UInt64, commits: Int), _ random: inout SplitMix
  ) -> UInt64? {
    guard layer.count > 80 else { return nil }
    layer.replaceSubrange(0..<12, with: Array("FSYNCGRF".utf8) + [2, 0, 0, 0])
    Bytes.put(&layer, UInt64(below.commits), at: 16, width: 4)
    layer.replaceSubrange(48..<64, with: [UInt8](repeating: 7, count: 16))
    Bytes.put(&layer, below.name, at: 64, width: 8)
    let commits = Bytes.number(layer, at: 12, width: 4)
    let counts = columns.map { column in
      column.1 == 0 ? (commits + 1023) / 1024 : Bytes.number(layer, at: column.1, width: 4)
    }
    guard counts.allSatisfy({ $0 < 1 << 20 }) else { return nil }
    let blocks = counts.reduce(0) { $0 + ($1 + 1023) / 1024 }
    let nameAt =
      72 + blocks * 8 + 1024 + Bytes.number(layer, at: 20, width: 4) * 16
      + Bytes.number(layer, at: 24, width: 4) * 4 + Bytes.number(layer, at: 28, width: 4) * 4
    let length = zip(columns, counts).reduce(nameAt + 8) { $0 + $1.0.0 * $1.1 }
    guard length < Mutator.largest else { return nil }
    // What is missing is zeros, and what is too much is gone.
    layer = Array(layer.prefix(length)) + [UInt8](repeating: 0, count: max(0, length - layer.count))
    var (start, block) = (nameAt + 8, 0)
    for (column, count) in zip(columns, counts) {
      for first in stride(from: 0, to: count, by: 1024) {
        let end = min(first + 1024, count)
        let sum = Checksum.xxh3(layer[start + first * column.0..<start + end * column.0])
        if !random.once(in: 32) { Bytes.put(&layer, sum, at: 72 + block * 8, width: 8) }
        block += 1
      }
      start += count * column.0
    }
    let name = Checksum.xxh3(layer[..<nameAt])
    Bytes.put(&layer, name, at: nameAt, width: 8)
    return name
  }
}
