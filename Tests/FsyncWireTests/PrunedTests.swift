import FsyncCore
import FsyncWire
import TestSupport
import Testing

extension MemoryHost {
  /// Drops the chunks that no commit needs but those that are not kept; anchors are kept anyway.
  func prune(keeping kept: Set<ObjectID> = []) throws {
    let graph = CommitGraph(store)
    let whole = kept.union(try graph.anchors(of: current))
    var needed: Set<ObjectID> = []
    let reads = ChunkRecorder(store)
    if current.count > 1 {
      _ = try Views.view(of: current, graph: graph, objects: ObjectOverlay(over: reads))
    }
    needed = reads.chunks
    for id in whole {
      let commit = try store.commit(id)
      for table in [commit.conflicts, commit.baseView?.conflicts].compactMap(\.self) {
        for conflict in try store.conflicts(table).conflicts {
          for entry in [conflict.base].compactMap(\.self) + conflict.sides.map(\.entry)
          where entry.kind != .directory {
            try store.forEachChunk(of: entry) { id, _, _ in needed.insert(id) }
          }
        }
      }
      for tree in [commit.tree, commit.baseView?.tree].compactMap(\.self) {
        for change in try TreeDiff.changes(from: nil, to: tree, store) {
          guard let entry = change.new, entry.kind != .directory else { continue }
          try store.forEachChunk(of: entry) { id, _, _ in needed.insert(id) }
        }
      }
    }
    for node in try graph.retentionNodes(from: current) where !whole.contains(node.id) {
      gaps.insert(node.id)
    }
    for (id, object) in store.stored where object.kind == .chunk && !needed.contains(id) {
      store.stored[id] = nil
      store.places[id] = nil
    }
  }
}

@Suite struct PrunedTests {
  private let desk = MemoryHost("desk")
  private let lap = MemoryHost("lap")
  private var link = Link()

  private func content(_ seed: UInt64) -> [UInt8] {
    var random = SplitMix(seed: seed)
    return random.bytes(3000)
  }

  /// Whether all chunks of a commit's tree are in a store.
  private func isWhole(_ id: ObjectID, in host: MemoryHost) throws -> Bool {
    var isWhole = true
    for change in try TreeDiff.changes(from: nil, to: host.store.commit(id).tree, host.store) {
      guard let entry = change.new, entry.kind != .directory else { continue }
      try host.store.forEachChunk(of: entry) { id, _, _ in
        if host.store.stored[id] == nil { isWhole = false }
      }
    }
    return isWhole
  }

  @Test mutating func aCloneGetsTheSkeletonAndWhatIsWhole() throws {
    var commits: [ObjectID] = []
    for number in 0..<6 {
      commits.append(try desk.commit([("note", content(UInt64(number))), ("same", content(99))]))
    }
    try desk.prune(keeping: [commits[3]])
    _ = try link.run(lap, desk)
    #expect(lap.current == desk.current)
    #expect(try lap.files() == desk.files())
    #expect(lap.gaps == [commits[0], commits[1], commits[2], commits[4]])
    for (number, id) in commits.enumerated() {
      #expect(try lap.store.commit(id).sequence == UInt64(number + 1))
      #expect(try isWhole(id, in: lap) == [3, 5].contains(number))
    }
    // It passes on what it has got, to one that has everything as well.
    let third = MemoryHost("third")
    _ = try link.run(third, lap)
    #expect(third.gaps == lap.gaps)
    #expect(try third.files() == desk.files())
  }

  @Test mutating func whatIsKeptComesThoughItWasPrunedHere() throws {
    let old = content(1)
    _ = try desk.commit([("note", old), ("other", content(50))])
    _ = try desk.commit([("note", content(2))])
    _ = try desk.commit([("note", content(3))])
    _ = try link.run(lap, desk)
    try lap.prune()
    #expect(try lap.store.object(Digest.object(.chunk, old)) == nil)
    // The old content comes back as a new version of the file; nothing announces that.
    _ = try desk.commit([("note", content(4))])
    let again = try desk.commit([("note", old)])
    let result = try link.run(lap, desk)
    #expect(try lap.files() == desk.files())
    #expect(try isWhole(again, in: lap))
    #expect(desk.gaps.isEmpty)
    #expect(result.counts.roundTrips <= 3)
    // The other way a pruned sender takes nothing from one that is whole.
    _ = try lap.commit([("more", content(5))])
    _ = try link.run(lap, desk)
    #expect(desk.gaps.isEmpty)
    #expect(try desk.files() == lap.files())
  }

  @Test mutating func aHeadIsWholeWhateverIsSaidOfIt() throws {
    let head = try desk.commit([("note", content(1))])
    desk.store.stored[Digest.object(.chunk, content(1))] = nil
    desk.gaps = [head]
    #expect(throws: (any Error).self) { try link.run(lap, desk) }
    #expect(lap.current.isEmpty)
  }

  @Test mutating func aWholeCommitWithAHoleIsRefused() throws {
    let first = try desk.commit([("note", content(1))])
    _ = try desk.commit([("note", content(2))])
    _ = try desk.commit([("note", content(3))])
    // The sender lost content and says nothing of it; with the word of another gap it sends on.
    desk.store.stored[Digest.object(.chunk, content(2))] = nil
    #expect(throws: (any Error).self) { try link.run(lap, desk) }
    desk.gaps = [first]
    #expect(throws: (any Error).self) { try link.run(MemoryHost("third"), desk) }
    #expect(lap.current.isEmpty)
  }

  @Test mutating func whoLacksWhatAMergeNeedsAsksThoughTheHeadsAreTheSame() throws {
    let lines = (0..<30).map { "line \($0)\n" }.joined()
    _ = try desk.commit([("note", Array(lines.utf8))])
    _ = try link.run(lap, desk)
    _ = try desk.commit([("note", Array(("top\n" + lines).utf8))])
    _ = try lap.commit([("note", Array((lines + "end\n").utf8))])
    _ = try link.run(lap, desk)
    let merged = try desk.files()
    #expect(merged["note"] == Array(("top\n" + lines + "end\n").utf8))
    let base = Digest.object(.chunk, Array(lines.utf8))
    lap.store.stored[base] = nil
    lap.store.places[base] = nil
    let bases = try CommitGraph(lap.store).mergeBases([lap.current[0]], [lap.current[1]])
    lap.gaps = Set(bases)
    #expect(throws: (any Error).self) { try lap.files() }
    // It does not ask before it says that it must.
    _ = try link.run(lap, desk)
    #expect(throws: (any Error).self) { try lap.files() }
    lap.isWanting = true
    _ = try link.run(lap, desk)
    #expect(try lap.files() == merged)
    // As a server it asks too, and one that has nothing is no harm.
    lap.store.stored[base] = nil
    lap.store.places[base] = nil
    _ = try link.run(desk, lap)
    #expect(try lap.files() == merged)
    for host in [desk, lap] {
      host.store.stored[base] = nil
      host.store.places[base] = nil
      host.gaps = Set(bases)
    }
    _ = try link.run(desk, lap)
    #expect(desk.current == lap.current)
  }

  /// Random histories of three, each pruning as it likes: all end with the same files, and no
  /// merge lacks what it needs.
  @Test(arguments: UInt64(0)..<80)
  mutating func whoPrunesConverges(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let hosts = ["a", "b", "c", "d"].prefix(2 + random.below(3)).map { MemoryHost($0) }
    var text = (0..<8).map { "line \($0)\n" }
    _ = try hosts[0].commit([("note", Array(text.joined().utf8))])
    for host in hosts.dropFirst() { _ = try link.run(host, hosts[0]) }
    for step in 0..<50 {
      let host = random.pick(hosts)
      switch random.below(6) {
      case 0: try host.prune()
      case 1, 2, 3:
        let before = try host.files()["note"] ?? []
        text = String(decoding: before, as: UTF8.self).split(
          separator: "\n", omittingEmptySubsequences: false
        ).map { $0 + "\n" }
        text[random.below(text.count)] = "\(step)\n"
        _ = try host.commit([
          ("note", Array(text.joined().utf8)), ("f\(random.below(4))", content(UInt64(step))),
        ])
      default:
        let other = random.pick(hosts)
        if other !== host { _ = try link.run(host, other) }
        _ = try host.files()
        _ = try other.files()
      }
    }
    for _ in 0..<2 {
      for index in hosts.indices {
        _ = try link.run(hosts[index], hosts[(index + 1) % hosts.count])
      }
    }
    for host in hosts {
      #expect(host.current == hosts[0].current, "seed \(seed)")
      #expect(try host.files() == hosts[0].files(), "seed \(seed)")
    }
  }
}
