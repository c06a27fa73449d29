extension CommitGraph {
  private static let left: UInt8 = 1
  private static let right: UInt8 = 2
  private static let stale: UInt8 = 4

  /// Says whether `descendant` is `ancestor` or descends from it.
  package func isAncestor(
    _ ancestor: ObjectID, of descendant: ObjectID
  ) throws(ObjectError) -> Bool {
    if ancestor == descendant { return true }
    return try guarded { () throws(ObjectError) in
      let goal = try slot(ancestor)
      return isAncestor(goal, of: [try slot(descendant)])
    }
  }

  /// Says whether a commit is one of the heads or an ancestor of one.
  package func isUnder(_ id: ObjectID, heads: [ObjectID]) throws(ObjectError) -> Bool {
    if heads.contains(id) { return true }
    return try guarded { () throws(ObjectError) in
      let starts = try slotsOf(heads)
      let goal = try slot(id)
      if goal < cached, try beyondCache(heads).coversCache { return true }
      return isAncestor(goal, of: starts)
    }
  }

  private func isAncestor(_ goal: Int32, of starts: [Int32]) -> Bool {
    let floor = generation(of: goal)
    var seen = SlotMarks(count: count)
    var stack: [Int32] = []
    var isFound = false
    func visit(_ slot: Int32) {
      if slot == goal { isFound = true }
      // Parents lie in lower slots, and have smaller generations.
      guard slot > goal, generation(of: slot) > floor, seen.insert(slot) else { return }
      stack.append(slot)
    }
    for start in starts { visit(start) }
    while !isFound, let next = stack.popLast() { forEachParent(of: next, visit) }
    return isFound
  }

  /// Returns the maximal elements of a set of commits, in rising order: a set of heads.
  package func maximal(_ commits: [ObjectID]) throws(ObjectError) -> [ObjectID] {
    guard commits.count > 1 else { return commits }
    return try guarded { () throws(ObjectError) in
      let heads = Set(try slotsOf(commits))
      return maximal(heads).map { id(of: $0) }.sorted()
    }
  }

  /// Returns the maximal elements of a set of slots, in no order.
  func maximal(_ heads: Set<Int32>) -> [Int32] {
    guard heads.count > 1, let lowest = heads.min() else { return Array(heads) }
    let floor = heads.map { generation(of: $0) }.min() ?? 0
    // Every commit below the lowest head can cover nothing any more.
    var covered = SlotMarks(count: count)
    var stack = Array(heads)
    while let next = stack.popLast() {
      forEachParent(of: next) { parent in
        guard parent >= lowest, generation(of: parent) >= floor, covered.insert(parent) else {
          return
        }
        stack.append(parent)
      }
    }
    return heads.filter { covered[$0] == 0 }
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
    try guarded { () throws(ObjectError) in
      let bases = mergeBases(try slotsOf(leftSet), try slotsOf(rightSet)).map { id(of: $0) }
      // What the cache says of the answer is compared with the commits, too.
      for base in bases { _ = try slot(base) }
      return bases.sorted()
    }
  }

  private func mergeBases(_ leftSlots: [Int32], _ rightSlots: [Int32]) -> [Int32] {
    var flags = SlotMarks(count: count)
    var queue = SlotQueue()
    // How many queued slots may still lead to a base.
    var live = 0
    func mark(_ slot: Int32, _ flag: UInt8) {
      let old = flags[slot]
      let new = old | flag
      guard new != old else { return }
      flags[slot] = new
      if old == 0 {
        queue.push(slot)
        if new & CommitGraph.stale == 0 { live += 1 }
      } else if old & CommitGraph.stale == 0, new & CommitGraph.stale != 0 {
        live -= 1
      }
    }
    for slot in leftSlots { mark(slot, CommitGraph.left) }
    for slot in rightSlots { mark(slot, CommitGraph.right) }
    var bases: [Int32] = []
    let both = CommitGraph.left | CommitGraph.right
    // Children come before their parents, so a slot has all its flags when it is taken.
    while live > 0, let slot = queue.pop() {
      var flag = flags[slot]
      if flag & CommitGraph.stale == 0 { live -= 1 }
      if flag == both {
        bases.append(slot)
        flag |= CommitGraph.stale
      }
      forEachParent(of: slot) { mark($0, flag) }
    }
    return bases
  }

  /// Returns what heads descend from and held commits do not, parents first.
  ///
  /// Held ids that are not here are passed over.
  package func missing(
    from heads: [ObjectID], having held: [ObjectID]
  ) throws(ObjectError) -> [ObjectID] {
    try guarded { () throws(ObjectError) in
      var present: [ObjectID] = []
      for id in held where try contains(id) { present.append(id) }
      return difference(try slotsOf(heads), try slotsOf(present)).map { id(of: $0) }
    }
  }

  /// Returns the slots under heads that are not under others, parents first.
  func difference(_ heads: [Int32], _ others: [Int32]) -> [Int32] {
    var flags = SlotMarks(count: count)
    var queue = SlotQueue()
    var live = 0
    func mark(_ slot: Int32, _ flag: UInt8) {
      let old = flags[slot]
      let new = old | flag
      guard new != old else { return }
      flags[slot] = new
      if old == 0 {
        queue.push(slot)
        if new & CommitGraph.right == 0 { live += 1 }
      } else if old & CommitGraph.right == 0, new & CommitGraph.right != 0 {
        live -= 1
      }
    }
    for slot in heads { mark(slot, CommitGraph.left) }
    for slot in others { mark(slot, CommitGraph.right) }
    var result: [Int32] = []
    while live > 0, let slot = queue.pop() {
      let flag = flags[slot]
      if flag & CommitGraph.right == 0 {
        live -= 1
        result.append(slot)
      }
      forEachParent(of: slot) { mark($0, flag) }
    }
    return result.reversed()
  }

  /// Calls back for the commits under heads, newest first, children before parents.
  ///
  /// The order is by generation, then by time. The callback returns false to stop.
  package func forEachNewest(
    from heads: [ObjectID], _ body: (ObjectID) throws(ObjectError) -> Bool
  ) throws(ObjectError) {
    // The order is the same with a cache and without, so a second run passes over the first's.
    var done = 0
    try guarded { () throws(ObjectError) in
      var queue = PriorityQueue<GraphOrder>(self)
      let starts = try slotsOf(heads)
      var seen = SlotMarks(count: count)
      for slot in starts where seen.insert(slot) { queue.push(slot) }
      var place = 0
      while let slot = queue.pop()?.slot {
        let id = id(of: slot)
        if chain?.isDamaged == true { return }
        if place >= done {
          done += 1
          guard try body(id) else { return }
        }
        place += 1
        forEachParent(of: slot) { if seen.insert($0) { queue.push($0) } }
      }
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
    try guarded { () throws(ObjectError) in
      let wanted = Set(try slotsOf(set))
      var stack = try slotsOf(heads)
      let floor = wanted.map { generation(of: $0) }.max() ?? 0
      let lowest = wanted.max() ?? -1
      var result: [ObjectID] = []
      var seen = SlotMarks(count: count)
      for slot in stack { seen[slot] = 1 }
      while let slot = stack.popLast() {
        guard slot > lowest, generation(of: slot) > floor else { continue }
        let parents = parents(of: slot)
        if parents.count == wanted.count, parents.allSatisfy(wanted.contains) {
          result.append(id(of: slot))
        }
        for parent in parents where seen.insert(parent) { stack.append(parent) }
      }
      return result.sorted()
    }
  }

  /// Returns the maximal commits that were made by a time, by their own clocks, of all that heads
  /// descend from.
  package func heads(
    _ heads: [ObjectID], by time: Timestamp
  ) throws(ObjectError) -> [ObjectID] {
    try guarded { () throws(ObjectError) in
      var walk = try HistoryWalk(self, from: heads)
      var found: [ObjectID] = []
      while let visit = try walk.next() {
        if visit.time <= time { found.append(walk.id(of: visit)) } else { try walk.follow(visit) }
      }
      return try maximal(found).sorted()
    }
  }
}
