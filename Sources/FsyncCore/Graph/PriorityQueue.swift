/// Which of two elements a queue gives first.
protocol PriorityOrder {
  associatedtype Element
  /// Says whether an element comes before another.
  func precedes(_ left: Element, _ right: Element) -> Bool
}

/// A binary heap whose order is a value of its own, since that may need to look elements up.
struct PriorityQueue<Order: PriorityOrder> {
  /// The order; elements that are in the queue must not change places by it.
  var order: Order
  /// What is in the queue, the first at the start and the rest in no order.
  private(set) var elements: [Order.Element] = []

  /// Makes an empty queue.
  init(_ order: Order) {
    self.order = order
  }

  /// Adds an element.
  mutating func push(_ element: Order.Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard order.precedes(elements[child], elements[parent]) else { return }
      elements.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the first element; nil where there is none.
  mutating func pop() -> Order.Element? {
    guard let first = elements.first else { return nil }
    let last = elements.removeLast()
    guard !elements.isEmpty else { return first }
    elements[0] = last
    var parent = 0
    while true {
      var next = parent
      for child in [parent * 2 + 1, parent * 2 + 2] where child < elements.count {
        if order.precedes(elements[child], elements[next]) { next = child }
      }
      guard next != parent else { return first }
      elements.swapAt(parent, next)
      parent = next
    }
  }
}
