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
  private var queue: PriorityQueue<Order>
  private var seen: SlotMarks
  private var looseNumbers: [ObjectID: Int32] = [:]
  /// How many children of each slot are still to come; nil where nobody waits for them.
  private var waiting: [Int32]?

  /// Begins a walk.
  /// - Parameter isOrdered: each commit after all of its children, which reads everything first.
  package init(
    _ graph: CommitGraph, from heads: [ObjectID], isOrdered: Bool = false
  ) throws(ObjectError) {
    self.graph = graph
    queue = PriorityQueue(Order(graph: graph))
    if isOrdered {
      let slots = try graph.reachable(from: heads)
      var counts = [Int32](repeating: 0, count: graph.count)
      for slot in slots { graph.forEachParent(of: slot) { counts[Int($0)] += 1 } }
      waiting = counts
    }
    seen = SlotMarks(count: Int(graph.cached))
    for head in heads {
      let number = self.number(of: head)
      if mark(number) { queue.push(try visit(number)) }
    }
  }

  /// Takes the next commit; nil where all have been, or the cache is damaged.
  package mutating func next() throws(ObjectError) -> Visit? {
    if graph.chain?.isDamaged == true { return nil }
    return queue.pop()
  }

  /// Goes on to the parents of a commit.
  package mutating func follow(_ visit: Visit) throws(ObjectError) {
    if visit.number >= 0, waiting == nil {
      let graph = graph
      graph.forEachParent(of: visit.number) { parent in
        if seen.insert(parent) { queue.push(Visit(number: parent, time: graph.time(of: parent))) }
      }
      return
    }
    for parent in try parents(of: visit) {
      if waiting != nil {
        let slot = Int(try slot(of: parent))
        waiting?[slot] -= 1
        guard waiting?[slot] == 0 else { continue }
        queue.push(try self.visit(parent))
      } else if mark(parent) {
        queue.push(try self.visit(parent))
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
    queue.order.id(visit.number)
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
    guard let chain = graph.chain, chain.isInOrderOfTime,
      queue.elements.allSatisfy({ $0.number >= 0 }),
      waiting == nil, chain.ends.allSatisfy({ !$0.isHead || seen[$0.ordinal] != 0 })
    else { return nil }
    return PathSearch(chain, paths, after: seen, but: Set(queue.elements.map(\.number)))
  }

  private mutating func number(of id: ObjectID) -> Int32 {
    if let known = looseNumbers[id] { return known }
    if let slot = graph.chain?.find(id) { return slot }
    let number = ~Int32(queue.order.loose.count)
    queue.order.loose.append(id)
    looseNumbers[id] = number
    return number
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
    number < 0 ? try graph.slot(queue.order.id(number)) : number
  }

  private func visit(_ number: Int32) throws(ObjectError) -> Visit {
    if number >= 0 { return Visit(number: number, time: graph.time(of: number)) }
    return Visit(number: number, time: try graph.commit(queue.order.id(number)).time)
  }

  /// The later first; of equals the larger id.
  private struct Order: PriorityOrder {
    let graph: CommitGraph
    /// Commits that are not of the cache: numbers -1, -2 and so on.
    var loose: [ObjectID] = []

    func id(_ number: Int32) -> ObjectID {
      number < 0 ? loose[Int(~number)] : graph.id(of: number)
    }

    func precedes(_ left: Visit, _ right: Visit) -> Bool {
      left.time != right.time ? left.time > right.time : id(left.number) > id(right.number)
    }
  }
}
