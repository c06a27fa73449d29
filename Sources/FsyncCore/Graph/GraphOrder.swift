/// The order in which a walk of the graph visits slots.
///
/// Larger generation first, then the later time, then the larger id; so children always come
/// before parents.
struct GraphOrder: PriorityOrder {
  /// A slot, with its generation at hand.
  struct Element {
    fileprivate let generation: UInt32
    let slot: Int32
  }

  private let graph: CommitGraph

  /// Makes the order of a graph.
  init(_ graph: CommitGraph) {
    self.graph = graph
  }

  func precedes(_ left: Element, _ right: Element) -> Bool {
    if left.generation != right.generation { return left.generation > right.generation }
    let times = (graph.time(of: left.slot), graph.time(of: right.slot))
    if times.0 != times.1 { return times.0 > times.1 }
    return graph.id(of: left.slot) > graph.id(of: right.slot)
  }

  /// Makes an element of a slot.
  func element(_ slot: Int32) -> Element {
    Element(generation: graph.generation(of: slot), slot: slot)
  }
}

extension PriorityQueue<GraphOrder> {
  /// Makes an empty queue of a graph's slots.
  init(_ graph: CommitGraph) {
    self.init(GraphOrder(graph))
  }

  /// Adds a slot.
  mutating func push(_ slot: Int32) {
    push(order.element(slot))
  }
}
