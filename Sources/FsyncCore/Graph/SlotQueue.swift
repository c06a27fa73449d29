/// A heap of slots that gives the largest first: children before parents, which lie in lower slots.
///
/// For walks whose answer does not depend on more than that; nothing of a commit is looked at.
struct SlotQueue {
  private var heap: [Int32] = []

  /// Adds a slot.
  mutating func push(_ slot: Int32) {
    heap.append(slot)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child] > heap[parent] else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the largest slot.
  mutating func pop() -> Int32? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var largest = parent
      let child = 2 * parent + 1
      if child < heap.count, heap[child] > heap[largest] { largest = child }
      if child + 1 < heap.count, heap[child + 1] > heap[largest] { largest = child + 1 }
      guard largest != parent else { return first }
      heap.swapAt(parent, largest)
      parent = largest
    }
  }
}
