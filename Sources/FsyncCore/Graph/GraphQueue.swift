/// A heap of slots that gives the one first that a walk of the graph visits first.
struct GraphQueue {
  private let graph: CommitGraph
  private var heap: [Int32] = []

  /// Makes an empty queue.
  init(_ graph: CommitGraph) {
    self.graph = graph
  }

  /// Says whether nothing waits.
  var isEmpty: Bool { heap.isEmpty }

  /// Adds a slot.
  mutating func push(_ slot: Int32) {
    heap.append(slot)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard graph.precedes(heap[child], heap[parent]) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the first slot.
  mutating func pop() -> Int32? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if graph.precedes(heap[child], heap[least]) { least = child }
      }
      guard least != parent else { return first }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
