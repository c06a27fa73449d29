/// What is known of a slot: of the cache below `cached`, of what was read above.
extension CommitGraph {
  /// The commit of a slot.
  func id(of slot: Int32) -> ObjectID {
    if slot < cached, let chain { return chain.id(slot) }
    return loaded.ids[Int(slot - cached)]
  }

  /// One more than the parents' largest, at least 1.
  @inline(__always)
  func generation(of slot: Int32) -> UInt32 {
    if slot < cached, let chain {
      let generation = chain.facts(slot).generation
      // The longest way to a first commit leads through lower slots only.
      guard generation <= UInt32(bitPattern: slot) + 1 else {
        chain.fail()
        return 1
      }
      return generation
    }
    return loaded.generations[Int(slot - cached)]
  }

  /// When the commit of a slot was made.
  func time(of slot: Int32) -> Timestamp {
    if slot < cached, let chain {
      let facts = chain.facts(slot)
      return Timestamp(seconds: facts.seconds, nanoseconds: facts.nanoseconds)
    }
    return loaded.times[Int(slot - cached)]
  }

  /// The number of a slot's commit in its replica's chain.
  func sequence(of slot: Int32) -> UInt64 {
    if slot < cached, let chain { return chain.facts(slot).sequence }
    return loaded.sequences[Int(slot - cached)]
  }

  /// The tree of a slot's commit.
  func tree(of slot: Int32) -> ObjectID {
    if slot < cached, let chain { return chain.tree(slot) }
    return loaded.trees[Int(slot - cached)]
  }

  /// What a slot's row says of its commit besides.
  func flags(of slot: Int32) -> UInt32 {
    if slot < cached, let chain { return chain.facts(slot).flags }
    return UInt32(loaded.flags[Int(slot - cached)])
  }

  /// At least so many commits are newer than that of a slot which was read.
  func depth(of slot: Int32) -> Int { slot < cached ? 0 : Int(loaded.depths[Int(slot - cached)]) }

  /// The number of a slot's replica among `loaded.replicas`.
  func replicaSlot(of slot: Int32) -> Int32 {
    if slot < cached, let chain { return chain.replica(slot) }
    return loaded.replicaSlots[Int(slot - cached)]
  }

  /// The replica of a number; nil where a damaged cache has made it up.
  func replica(_ number: Int32) -> ReplicaID? {
    number < loaded.replicas.count ? loaded.replicas[Int(number)] : nil
  }

  /// Calls back for the parents of a slot, which always lie in lower slots.
  @inline(__always)
  func forEachParent(of slot: Int32, _ body: (Int32) -> Void) {
    if slot < cached, let chain { return chain.forEachParent(slot, body) }
    let place = Int(slot - cached)
    for index in Int(loaded.parentStart[place])..<Int(loaded.parentStart[place + 1]) {
      body(loaded.parentSlots[index])
    }
  }

  /// The parents of a slot.
  func parents(of slot: Int32) -> [Int32] {
    var result: [Int32] = []
    forEachParent(of: slot) { result.append($0) }
    return result
  }

  /// Returns all slots from which heads descend, the heads included.
  func reachable(from heads: [ObjectID]) throws(ObjectError) -> [Int32] {
    var stack = try slotsOf(heads)
    var seen = SlotMarks(count: count)
    var result: [Int32] = []
    while let slot = stack.popLast() {
      guard seen.insert(slot) else { continue }
      result.append(slot)
      forEachParent(of: slot) { stack.append($0) }
    }
    return result
  }

  /// Returns the slots under heads that the cache does not have, and whether the heads reach all
  /// that it has.
  func beyondCache(
    _ heads: [ObjectID]
  ) throws(ObjectError) -> (slots: [Int32], coversCache: Bool) {
    var stack = try slotsOf(heads)
    var seen: Set<Int32> = []
    var slots: [Int32] = []
    while let slot = stack.popLast() {
      guard seen.insert(slot).inserted, slot >= cached else { continue }
      slots.append(slot)
      forEachParent(of: slot) { stack.append($0) }
    }
    let ends = chain?.ends ?? []
    return (slots.sorted(), ends.allSatisfy { !$0.isHead || seen.contains($0.ordinal) })
  }
}
