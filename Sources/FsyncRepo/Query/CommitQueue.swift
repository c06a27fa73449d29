import FsyncCore

/// Commits waiting for their turn: the latest time first, equal times by id.
struct CommitQueue {
  private var heap: [(id: ObjectID, time: Timestamp)] = []

  private static func precedes(
    _ left: (id: ObjectID, time: Timestamp), _ right: (id: ObjectID, time: Timestamp)
  ) -> Bool {
    left.time != right.time ? left.time > right.time : left.id > right.id
  }

  mutating func push(_ id: ObjectID, _ time: Timestamp) {
    heap.append((id, time))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard CommitQueue.precedes(heap[child], heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  mutating func pop() -> ObjectID? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first.id }
    heap[0] = last
    var parent = 0
    while true {
      var next = parent
      for child in [parent * 2 + 1, parent * 2 + 2] where child < heap.count {
        if CommitQueue.precedes(heap[child], heap[next]) { next = child }
      }
      guard next != parent else { return first.id }
      heap.swapAt(parent, next)
      parent = next
    }
  }
}
