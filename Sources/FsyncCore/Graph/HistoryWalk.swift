/// A walk over history by time: the newest commit first, a commit after at least one of its
/// children.
///
/// What the cache does not have is read commit by commit, so a first page costs a page whether
/// there is a cache or not. Not past a change of the graph's cache: a body of `guarded` makes it.
package struct HistoryWalk {
  /// A commit that the walk has come to.
  package struct Visit {
    /// Tells the commit from all others of this walk.
    package let number: Int32
    /// When it was made.
    package let time: Timestamp
  }

  private let graph: CommitGraph
  private var heap: [Visit] = []
  private var seen: SlotMarks
  /// Commits that are not of the cache: numbers -1, -2 and so on.
  private var loose: [ObjectID] = []
  private var looseNumbers: [ObjectID: Int32] = [:]
  /// How many children of each slot are still to come; nil where nobody waits for them.
  private var waiting: [Int32]?

  /// Begins a walk.
  /// - Parameter isOrdered: each commit after all of its children, which reads everything first.
  package init(
    _ graph: CommitGraph, from heads: [ObjectID], isOrdered: Bool = false
  ) throws(ObjectError) {
    self.graph = graph
    if isOrdered {
      let slots = try graph.reachable(from: heads)
      var counts = [Int32](repeating: 0, count: graph.count)
      for slot in slots { graph.forEachParent(of: slot) { counts[Int($0)] += 1 } }
      waiting = counts
    }
    seen = SlotMarks(count: Int(graph.cached))
    for head in heads {
      let number = self.number(of: head)
      if mark(number) { push(try visit(number)) }
    }
  }

  /// Takes the next commit; nil where all have been, or the cache is damaged.
  package mutating func next() throws(ObjectError) -> Visit? {
    if graph.chain?.isDamaged == true { return nil }
    return pop()
  }

  /// Goes on to the parents of a commit.
  package mutating func follow(_ visit: Visit) throws(ObjectError) {
    if visit.number >= 0, waiting == nil {
      let graph = graph
      graph.forEachParent(of: visit.number) { parent in
        if seen.insert(parent) { push(Visit(number: parent, time: graph.time(of: parent))) }
      }
      return
    }
    for parent in try parents(of: visit) {
      if waiting != nil {
        let slot = Int(try slot(of: parent))
        waiting?[slot] -= 1
        guard waiting?[slot] == 0 else { continue }
        push(try self.visit(parent))
      } else if mark(parent) {
        push(try self.visit(parent))
      }
    }
  }

  /// The numbers of a commit's parents.
  package mutating func parents(of visit: Visit) throws(ObjectError) -> [Int32] {
    guard visit.number < 0 else { return graph.parents(of: visit.number) }
    return try graph.commit(id(of: visit)).parents.map { number(of: $0) }
  }

  /// The id of a commit.
  package func id(of visit: Visit) -> ObjectID {
    visit.number < 0 ? loose[Int(~visit.number)] : graph.id(of: visit.number)
  }

  /// Says whether a commit may be one of those that were found in the cache: false is certain.
  package func mayBe(_ visit: Visit, in found: SlotMarks) -> Bool {
    visit.number < 0 || found[visit.number] != 0
  }

  /// Says whether a commit, or the merge that it was made on, may have renamed something: false
  /// is certain.
  package func mayRename(_ visit: Visit) -> Bool {
    guard visit.number >= 0, let chain = graph.chain else { return true }
    return chain.facts(visit.number).flags & GraphLayer.Facts.hasRenames != 0
  }

  /// The rest of the walk as a search for the commits that may have changed some paths; nil where
  /// it cannot be had without walking.
  ///
  /// It can where nothing is left but what the cache holds, all of that, and each commit is later
  /// than its parents: then the order of the walk is that of time.
  package func search(for paths: ChangedPathsAsked) -> PathSearch? {
    guard let chain = graph.chain, chain.isInOrderOfTime, heap.allSatisfy({ $0.number >= 0 }),
      waiting == nil, chain.ends.allSatisfy({ !$0.isHead || seen[$0.ordinal] != 0 })
    else { return nil }
    return PathSearch(chain, paths, after: seen, but: Set(heap.map(\.number)))
  }

  private mutating func number(of id: ObjectID) -> Int32 {
    if let known = looseNumbers[id] { return known }
    if let slot = graph.chain?.find(id) { return slot }
    loose.append(id)
    looseNumbers[id] = ~Int32(loose.count - 1)
    return ~Int32(loose.count - 1)
  }

  /// Marks a commit; false where it was marked.
  private mutating func mark(_ number: Int32) -> Bool {
    guard number < 0 else { return seen.insert(number) }
    // A loose commit is marked by the number's first use alone.
    let place = Int(~number)
    guard place >= marked.count || !marked[place] else { return false }
    while marked.count <= place { marked.append(false) }
    marked[place] = true
    return true
  }

  private var marked: [Bool] = []

  private func slot(of number: Int32) throws(ObjectError) -> Int32 {
    number < 0 ? try graph.slot(loose[Int(~number)]) : number
  }

  private func visit(_ number: Int32) throws(ObjectError) -> Visit {
    if number >= 0 { return Visit(number: number, time: graph.time(of: number)) }
    return Visit(number: number, time: try graph.commit(loose[Int(~number)]).time)
  }

  private func precedes(_ left: Visit, _ right: Visit) -> Bool {
    left.time != right.time ? left.time > right.time : id(of: left) > id(of: right)
  }

  private mutating func push(_ visit: Visit) {
    heap.append(visit)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard precedes(heap[child], heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func pop() -> Visit? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var next = parent
      for child in [parent * 2 + 1, parent * 2 + 2] where child < heap.count {
        if precedes(heap[child], heap[next]) { next = child }
      }
      guard next != parent else { return first }
      heap.swapAt(parent, next)
      parent = next
    }
  }
}
