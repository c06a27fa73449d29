/// A new layer for the commit-graph cache, and the layers that it stands on.
package struct GraphExtension {
  /// The names of the layers that stay, the lowest first.
  package let kept: [UInt64]
  /// The new layer's name.
  package let name: UInt64
  /// The parts of the new layer's file, which follow each other.
  package let parts: [[UInt8]]
}

extension CommitGraph {
  /// Makes the layer that lets the cache hold all that heads descend from.
  ///
  /// A layer that is less than twice as large as what comes on top of it is merged into the new
  /// one. So there are O(log n) layers, and each commit is written O(log n) times in all.
  /// - Parameters:
  ///   - heads: everything of their history must be here.
  ///   - filters: for how many commits at most filters are made; older ones go without for now.
  ///   - fillsOlder: make missing filters of older commits too, which writes one layer of all.
  /// - Returns: the layer; nil where the cache holds everything already.
  package func cacheExtension(
    for heads: [ObjectID], repository: RepositoryID?, filters: Int, fillsOlder: Bool = false
  ) throws(ObjectError) -> GraphExtension? {
    try guarded { () throws(ObjectError) in
      let new = try beyondCache(heads).slots
      let isFilling = fillsOlder && (chain?.unfiltered ?? 0) > 0
      guard !new.isEmpty || isFilling, Int(cached) + new.count <= GraphLayout.commitsBound else {
        return nil
      }
      let layers = chain?.layers ?? []
      var kept = layers.count
      var size = new.count
      while kept > 0, isFilling || layers[kept - 1].layout.commits < 2 * size {
        kept -= 1
        size += layers[kept].layout.commits
      }
      var builder = GraphLayerBuilder(on: layers[..<kept], repository: repository)
      let firstMerged = kept > 0 ? layers[kept - 1].end : 0
      var ordinals: [Int32: Int32] = [:]
      for slot in firstMerged..<cached {
        try copy(slot, to: &builder, isFilling: isFilling)
      }
      for (place, slot) in new.enumerated() {
        ordinals[slot] = cached + Int32(place)
        let parents = parents(of: slot).map { ordinals[$0] ?? $0 }
        // The newest are asked for most.
        let isFiltered = new.count - place <= filters
        builder.add(
          row(slot, parents: parents),
          filter: isFiltered ? try filter(of: slot) : PathFilter.unknown)
      }
      let ends = self.ends(with: new).map {
        (ordinal: ordinals[$0.slot] ?? $0.slot, isHead: $0.isHead)
      }
      let (parts, name) = builder.encoded(ends: ends)
      return GraphExtension(kept: layers[..<kept].map(\.name), name: name, parts: parts)
    }
  }

  private func row(_ slot: Int32, parents: [Int32]) -> GraphLayerBuilder.Row {
    GraphLayerBuilder.Row(
      id: id(of: slot), generation: generation(of: slot), parents: parents,
      replica: replica(replicaSlot(of: slot)), sequence: sequence(of: slot),
      time: time(of: slot), tree: tree(of: slot), flags: flags(of: slot))
  }

  private func copy(
    _ slot: Int32, to builder: inout GraphLayerBuilder, isFilling: Bool
  ) throws(ObjectError) {
    guard let chain else { return }
    let layer = chain.layers[chain.layer(slot)]
    let row = row(slot, parents: parents(of: slot))
    let filter = layer.withFilter(Int(slot - layer.first)) { Array($0) }
    if isFilling, filter == PathFilter.unknown, !chain.isDamaged {
      builder.add(row, filter: try self.filter(of: slot))
    } else {
      builder.add(row, filter: filter)
    }
  }

  /// The tree of a slot's commit.
  func tree(of slot: Int32) -> ObjectID {
    if slot < cached, let chain { return chain.tree(slot) }
    return loaded.trees[Int(slot - cached)]
  }

  private func flags(of slot: Int32) -> UInt32 {
    if slot < cached, let chain { return chain.facts(slot).flags }
    return UInt32(loaded.flags[Int(slot - cached)])
  }

  /// The filter of what a commit changed, against the state that it was made on.
  private func filter(of slot: Int32) throws(ObjectError) -> [UInt8] {
    var base: ObjectID?
    if flags(of: slot) & GraphLayer.Facts.hasBaseView != 0 {
      base = try commit(id(of: slot)).baseView?.tree
    } else if let parent = parents(of: slot).first {
      base = tree(of: parent)
    }
    do throws(ObjectError) {
      return try PathFilter.changes(from: base, to: tree(of: slot), reader)
    } catch {
      // A tree that is not here can be asked nothing, now or later.
      return PathFilter.everything
    }
  }

  /// The last commits of each replica in the cache and among new slots, and which are heads.
  private func ends(with new: [Int32]) -> [(slot: Int32, isHead: Bool)] {
    var ends: [Int32: Set<Int32>] = [:]
    var heads: Set<Int32> = []
    for end in chain?.ends ?? [] {
      ends[replicaSlot(of: end.ordinal), default: []].insert(end.ordinal)
      if end.isHead { heads.insert(end.ordinal) }
    }
    var byReplica: [Int32: [Int32]] = [:]
    for slot in new { byReplica[replicaSlot(of: slot), default: []].append(slot) }
    // What is some new commit's parent is no head, and the rest of the new ones are.
    heads.formUnion(new)
    for slot in new { forEachParent(of: slot) { heads.remove($0) } }
    var result: [(slot: Int32, isHead: Bool)] = []
    for number in Set(byReplica.keys).union(ends.keys).sorted() {
      for slot in endsOfChain(ends[number] ?? [], byReplica[number] ?? []).sorted() {
        result.append((slot, heads.remove(slot) != nil))
      }
    }
    // Only forged numbers leave a head that ends no chain; it is a head all the same.
    return result + heads.sorted().map { ($0, true) }
  }
}
