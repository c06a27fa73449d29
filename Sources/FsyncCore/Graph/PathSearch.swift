/// The commits of the cache that may have changed some paths, or renamed something to them, the
/// newest first.
///
/// Of the others nothing is looked at: the cache lists who changed a path. Times are looked up for
/// 1,024 commits at once, as far as somebody wants to see them.
package struct PathSearch {
  private let chain: GraphChain
  /// Slots in rising order.
  private let slots: [Int32]
  private var queue: PriorityQueue<Order>

  /// One commit, or a run of slots whose times have not been looked up.
  private struct Node {
    /// No commit of it is later.
    let time: Timestamp
    let run: Range<Int>
    let isCommit: Bool
  }

  /// Begins a search.
  /// - Parameters:
  ///   - done: marks of slots that are not wanted.
  ///   - open: slots that are, although they are marked.
  init(_ chain: GraphChain, _ paths: ChangedPathsAsked, after done: SlotMarks, but open: Set<Int32>)
  {
    var slots: [Int32] = []
    func add(_ slot: Int32) {
      if done[slot] == 0 || open.contains(slot) { slots.append(slot) }
    }
    paths.forEachChange(in: chain, add)
    paths.forEachRename(in: chain, add)
    slots.sort()
    self.chain = chain
    self.slots = slots
    queue = PriorityQueue(Order(chain: chain, slots: slots))
    var start = 0
    while start < slots.count {
      let layer = chain.layers[chain.layer(slots[start])]
      let place = Int(slots[start] - layer.first)
      let end =
        layer.first + Int32(((place >> GraphLayout.blockShift) + 1) << GraphLayout.blockShift)
      var next = start + 1
      while next < slots.count, slots[next] < min(end, layer.end) { next += 1 }
      let time = Timestamp(seconds: layer.latest(near: place), nanoseconds: 999_999_999)
      queue.push(Node(time: time, run: start..<next, isCommit: false))
      start = next
    }
  }

  /// Takes the next commit; nil where all have been, or the cache is damaged.
  package mutating func next() -> HistoryWalk.Visit? {
    while let node = queue.pop() {
      if chain.isDamaged { return nil }
      if node.isCommit {
        return HistoryWalk.Visit(number: slots[node.run.lowerBound], time: node.time)
      }
      for place in node.run where place == node.run.lowerBound || slots[place - 1] != slots[place] {
        let facts = chain.facts(slots[place])
        let time = Timestamp(seconds: facts.seconds, nanoseconds: facts.nanoseconds)
        queue.push(Node(time: time, run: place..<place + 1, isCommit: true))
      }
    }
    return nil
  }

  /// The later first; of equals the larger id.
  private struct Order: PriorityOrder {
    let chain: GraphChain
    let slots: [Int32]

    func precedes(_ left: Node, _ right: Node) -> Bool {
      if left.time != right.time { return left.time > right.time }
      // What a run holds may be as late as the run.
      guard left.isCommit, right.isCommit else { return !left.isCommit && right.isCommit }
      return chain.id(slots[left.run.lowerBound]) > chain.id(slots[right.run.lowerBound])
    }
  }
}
