/// A new layer for the commit-graph cache, and the layers that it stands on.
package struct GraphExtension {
  /// The names of the layers that stay, the lowest first.
  package let kept: [UInt64]
  /// The new layer's name.
  package let name: UInt64
  /// The parts of the new layer's file, which follow each other.
  package let parts: [[UInt8]]

  /// The names of all layers that there are with the new one, the lowest first.
  package var names: [UInt64] { kept + [name] }
}

/// Makes the layers that let the commit-graph cache hold all that heads descend from.
///
/// One layer after the other, the oldest commits first, so that memory is bounded however long
/// history is. A layer that is less than twice as large as what comes on top of it is merged into
/// the new one, unless it is full: so there are few layers, and each commit is written O(log n)
/// times in all.
package struct GraphBuild {
  private let reader: any ObjectReader
  private let repository: RepositoryID?
  private let noted: Int
  private let fullLayer: Int
  private var pending: PendingCommits

  /// What a commit's paths are found out with; nil where it was stopped.
  ///
  /// Gets many questions at once, so that threads may share them.
  package typealias Noting = ([ChangedPaths.Question]) throws(ObjectError) -> [[ChangedPaths.Key]]?

  /// Plans the way from heads down.
  /// - Parameters:
  ///   - reader: everything of the heads' history must be here.
  ///   - noted: of how many of the newest commits the paths are noted, about; what is older goes
  ///     without for now.
  ///   - fullLayer: how many commits a layer takes.
  package init(
    _ reader: any ObjectReader, heads: [ObjectID], repository: RepositoryID?, noted: Int = .max,
    fullLayer: Int = 1 << 18
  ) {
    self.reader = reader
    self.repository = repository
    self.noted = noted
    self.fullLayer = fullLayer
    pending = PendingCommits(heads)
  }

  /// Makes the next layer.
  /// - Parameters:
  ///   - chain: the layers so far. It must be looked at afterwards whether it was found damaged.
  ///   - shouldStop: asked often whether to give up.
  /// - Returns: the layer; nil where the chain holds everything, or it was stopped.
  package mutating func next(
    over chain: GraphChain?, unless shouldStop: () -> Bool = { false }, noting: Noting
  ) throws(ObjectError) -> GraphExtension? {
    let graph = CommitGraph(reader, cache: chain)
    try graph.load(&pending, atMost: fullLayer, unless: shouldStop)
    guard graph.loadedCount > 0, !shouldStop(), graph.count <= GraphLayout.commitsBound else {
      return nil
    }
    let layers = chain?.layers ?? []
    var kept = layers.count
    var size = graph.loadedCount
    while kept > 0, layers[kept - 1].layout.commits < 2 * size, !isFull(layers[kept - 1], graph) {
      kept -= 1
      size += layers[kept].layout.commits
    }
    var builder = GraphLayerBuilder(on: layers[..<kept], repository: repository)
    for layer in layers[kept...] { copy(layer, of: graph, to: &builder) }
    guard try add(graph, to: &builder, noting) else { return nil }
    let (parts, name) = builder.encoded(ends: ends(graph))
    return GraphExtension(kept: layers[..<kept].map(\.name), name: name, parts: parts)
  }

  private func isFull(_ layer: GraphLayer, _ graph: CommitGraph) -> Bool {
    // Of what is very large a sixteenth, or there would be too many layers.
    layer.layout.commits >= max(fullLayer, graph.count >> 4)
      || layer.layout.changes >= GraphLayout.fullChanges
  }

  private func copy(
    _ layer: GraphLayer, of graph: CommitGraph, to builder: inout GraphLayerBuilder
  ) {
    let first = builder.count
    for slot in layer.first..<layer.end { builder.add(row(slot, graph, graph.flags(of: slot))) }
    layer.forEachChange { builder.note($0, at: first + $1) }
  }

  /// Adds the commits that were read; false where it was stopped.
  private func add(
    _ graph: CommitGraph, to builder: inout GraphLayerBuilder, _ noting: Noting
  ) throws(ObjectError) -> Bool {
    let first = builder.count
    var asked: [Int] = []
    var questions: [ChangedPaths.Question] = []
    for place in 0..<graph.loadedCount {
      let slot = graph.cached + Int32(place)
      var flags = graph.flags(of: slot)
      var isLater = true
      let time = graph.time(of: slot)
      graph.forEachParent(of: slot) { if graph.time(of: $0) >= time { isLater = false } }
      if !isLater { flags |= GraphLayer.Facts.isDisordered }
      builder.add(row(slot, graph, flags))
      if flags & GraphLayer.Facts.hasRenames != 0 {
        builder.note(ChangedPaths.Key.renames.value, at: first + place)
      }
      if graph.depth(of: slot) < noted {
        asked.append(first + place)
        questions.append(try question(slot, flags, graph))
      } else {
        builder.note(ChangedPaths.Key.unknown.value, at: first + place)
      }
    }
    guard let answers = try noting(questions), answers.count == asked.count else { return false }
    for (place, keys) in zip(asked, answers) {
      for key in keys { builder.note(key.value, at: place) }
    }
    return true
  }

  private func row(_ slot: Int32, _ graph: CommitGraph, _ flags: UInt32) -> GraphLayerBuilder.Row {
    GraphLayerBuilder.Row(
      id: graph.id(of: slot), generation: graph.generation(of: slot),
      parents: graph.parents(of: slot), replica: graph.replica(graph.replicaSlot(of: slot)),
      sequence: graph.sequence(of: slot), time: graph.time(of: slot), tree: graph.tree(of: slot),
      flags: flags)
  }

  /// What a commit changed is asked against the state that it was made on.
  private func question(
    _ slot: Int32, _ flags: UInt32, _ graph: CommitGraph
  ) throws(ObjectError) -> ChangedPaths.Question {
    var base = graph.parents(of: slot).first.map { graph.tree(of: $0) }
    var renames: [ObjectID] = []
    if flags & (GraphLayer.Facts.hasBaseView | GraphLayer.Facts.hasRenames) != 0 {
      let commit = try graph.commit(graph.id(of: slot))
      if let view = commit.baseView { base = view.tree }
      renames = [commit.renames, commit.baseView?.renames].compactMap(\.self)
    }
    return ChangedPaths.Question(base: base, tree: graph.tree(of: slot), renames: renames)
  }

  /// The last commits of each replica in the cache and among new ones, and which are heads.
  private func ends(_ graph: CommitGraph) -> [(ordinal: Int32, isHead: Bool)] {
    let new = graph.cached..<Int32(graph.count)
    var ends: [Int32: Set<Int32>] = [:]
    var heads: Set<Int32> = []
    for end in graph.chain?.ends ?? [] {
      ends[graph.replicaSlot(of: end.ordinal), default: []].insert(end.ordinal)
      if end.isHead { heads.insert(end.ordinal) }
    }
    var byReplica: [Int32: [Int32]] = [:]
    for slot in new { byReplica[graph.replicaSlot(of: slot), default: []].append(slot) }
    // What is some new commit's parent is no head, and the rest of the new ones are.
    heads.formUnion(new)
    for slot in new { graph.forEachParent(of: slot) { heads.remove($0) } }
    var result: [(ordinal: Int32, isHead: Bool)] = []
    for number in Set(byReplica.keys).union(ends.keys).sorted() {
      let slots = graph.endsOfChain(ends[number] ?? [], byReplica[number] ?? [])
      for slot in slots.sorted() { result.append((slot, heads.remove(slot) != nil)) }
    }
    // Only forged numbers leave a head that ends no chain; it is a head all the same.
    return result + heads.sorted().map { ($0, true) }
  }
}
