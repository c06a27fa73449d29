extension CommitGraph {
  private static let left: UInt8 = 1
  private static let right: UInt8 = 2
  private static let stale: UInt8 = 4

  /// Says whether `descendant` is `ancestor` or descends from it.
  package func isAncestor(
    _ ancestor: ObjectID, of descendant: ObjectID
  ) throws(ObjectError) -> Bool {
    if ancestor == descendant { return true }
    let goal = try slot(ancestor)
    let start = try slot(descendant)
    let floor = generations[Int(goal)]
    var seen: Set<Int32> = [start]
    var stack = [start]
    while let next = stack.popLast() {
      for parent in parents(of: next) {
        if parent == goal { return true }
        guard generations[Int(parent)] > floor, seen.insert(parent).inserted else { continue }
        stack.append(parent)
      }
    }
    return false
  }

  /// Returns the maximal elements of a set of commits, in rising order: a set of heads.
  package func maximal(_ commits: [ObjectID]) throws(ObjectError) -> [ObjectID] {
    guard commits.count > 1 else { return commits }
    let heads = Set(try slotsOf(commits))
    guard heads.count > 1 else { return Array(Set(commits)) }
    let floor = heads.map { generations[Int($0)] }.min() ?? 0
    // Every commit below the lowest head's generation can cover nothing any more.
    var covered: Set<Int32> = []
    var stack = Array(heads)
    while let next = stack.popLast() {
      for parent in parents(of: next) where generations[Int(parent)] >= floor {
        if covered.insert(parent).inserted { stack.append(parent) }
      }
    }
    return heads.subtracting(covered).map { ids[Int($0)] }.sorted()
  }

  /// Joins two sets of heads: their union, less every commit that is an ancestor of another.
  ///
  /// Law: commutative, associative and idempotent; the result is in rising order.
  package func join(
    _ left: [ObjectID], _ right: [ObjectID]
  ) throws(ObjectError) -> [ObjectID] {
    try maximal(left + right)
  }

  /// Returns the merge bases of two sets: the maximal elements of what is an ancestor of some
  /// commit of each, in rising order.
  package func mergeBases(
    _ leftSet: [ObjectID], _ rightSet: [ObjectID]
  ) throws(ObjectError) -> [ObjectID] {
    var flags: [Int32: UInt8] = [:]
    var queue = GraphQueue(self)
    // How many queued slots may still lead to a base.
    var live = 0
    func mark(_ slot: Int32, _ flag: UInt8) {
      let old = flags[slot]
      let new = (old ?? 0) | flag
      flags[slot] = new
      if old == nil {
        queue.push(slot)
        if new & CommitGraph.stale == 0 { live += 1 }
      } else if let old, old & CommitGraph.stale == 0, new & CommitGraph.stale != 0 {
        live -= 1
      }
    }
    for slot in try slotsOf(leftSet) { mark(slot, CommitGraph.left) }
    for slot in try slotsOf(rightSet) { mark(slot, CommitGraph.right) }
    var bases: [ObjectID] = []
    let both = CommitGraph.left | CommitGraph.right
    // Slots come in falling generation, so a slot has all its flags when it is taken.
    while live > 0, let slot = queue.pop() {
      var flag = flags[slot] ?? 0
      if flag & CommitGraph.stale == 0 { live -= 1 }
      if flag == both {
        bases.append(ids[Int(slot)])
        flag |= CommitGraph.stale
      }
      for parent in parents(of: slot) { mark(parent, flag) }
    }
    return bases.sorted()
  }

  /// Returns what heads descend from and held commits do not, parents first.
  ///
  /// Held ids that are not here are passed over.
  package func missing(
    from heads: [ObjectID], having held: [ObjectID]
  ) throws(ObjectError) -> [ObjectID] {
    var present: [ObjectID] = []
    for id in held where try contains(id) { present.append(id) }
    return try difference(try slotsOf(heads), try slotsOf(present)).map { ids[Int($0)] }
  }

  /// Returns the slots under heads that are not under others, parents first.
  func difference(_ heads: [Int32], _ others: [Int32]) throws(ObjectError) -> [Int32] {
    var flags: [Int32: UInt8] = [:]
    var queue = GraphQueue(self)
    var live = 0
    func mark(_ slot: Int32, _ flag: UInt8) {
      let old = flags[slot]
      let new = (old ?? 0) | flag
      flags[slot] = new
      if old == nil {
        queue.push(slot)
        if new & CommitGraph.right == 0 { live += 1 }
      } else if let old, old & CommitGraph.right == 0, new & CommitGraph.right != 0 {
        live -= 1
      }
    }
    for slot in heads { mark(slot, CommitGraph.left) }
    for slot in others { mark(slot, CommitGraph.right) }
    var result: [Int32] = []
    while live > 0, let slot = queue.pop() {
      let flag = flags[slot] ?? 0
      if flag & CommitGraph.right == 0 {
        live -= 1
        result.append(slot)
      }
      for parent in parents(of: slot) { mark(parent, flag) }
    }
    return result.reversed()
  }

  /// Calls back for the commits under heads, newest first, children before parents.
  ///
  /// The order is by generation, then by time. The callback returns false to stop.
  package func forEachNewest(
    from heads: [ObjectID], _ body: (ObjectID) throws(ObjectError) -> Bool
  ) throws(ObjectError) {
    var queue = GraphQueue(self)
    var seen: Set<Int32> = []
    for slot in try slotsOf(heads) where seen.insert(slot).inserted { queue.push(slot) }
    while let slot = queue.pop() {
      guard try body(ids[Int(slot)]) else { return }
      for parent in parents(of: slot) where seen.insert(parent).inserted { queue.push(parent) }
    }
  }

  /// Returns all commits under heads in log order: newest first, children before parents.
  package func log(from heads: [ObjectID]) throws(ObjectError) -> [ObjectID] {
    var result: [ObjectID] = []
    try forEachNewest(from: heads) { id throws(ObjectError) in
      result.append(id)
      return true
    }
    return result
  }

  /// Returns the commits under heads whose parents are exactly a set, in rising order.
  package func commits(
    withParents set: [ObjectID], under heads: [ObjectID]
  ) throws(ObjectError) -> [ObjectID] {
    let parentSlots = Set(try slotsOf(set))
    let floor = parentSlots.map { generations[Int($0)] }.max() ?? 0
    var result: [ObjectID] = []
    var stack = try slotsOf(heads)
    var seen = Set(stack)
    while let slot = stack.popLast() {
      guard generations[Int(slot)] > floor else { continue }
      let parents = parents(of: slot)
      if parents.count == parentSlots.count, parents.allSatisfy(parentSlots.contains) {
        result.append(ids[Int(slot)])
      }
      for parent in parents where seen.insert(parent).inserted { stack.append(parent) }
    }
    return result.sorted()
  }
}
