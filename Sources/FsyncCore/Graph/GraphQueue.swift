/// A heap of slots that gives the one first that a walk of the graph visits first.
///
/// Larger generation first, then the later time, then the larger id; so children always come
/// before parents.
struct GraphQueue {
  private struct Item {
    let generation: UInt32
    let slot: Int32
  }

  private let graph: CommitGraph
  private var heap: [Item] = []

  /// Makes an empty queue.
  init(_ graph: CommitGraph) {
    self.graph = graph
  }

  private func precedes(_ left: Item, _ right: Item) -> Bool {
    if left.generation != right.generation { return left.generation > right.generation }
    let times = (graph.time(of: left.slot), graph.time(of: right.slot))
    if times.0 != times.1 { return times.0 > times.1 }
    return graph.id(of: left.slot) > graph.id(of: right.slot)
  }

  /// Adds a slot.
  mutating func push(_ slot: Int32) {
    heap.append(Item(generation: graph.generation(of: slot), slot: slot))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard precedes(heap[child], heap[parent]) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the first slot.
  mutating func pop() -> Int32? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first.slot }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if precedes(heap[child], heap[least]) { least = child }
      }
      guard least != parent else { return first.slot }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
