/// Finds the parts of two sequences that have no partner in the other.
struct MyersSearch {
  /// A part of each sequence.
  ///
  /// Where a split is known to lie on a shortest way, the search on
  /// that side of it `isMinimal`: it need not, and must not, guess again.
  private struct Part {
    var x: Range<Int>
    var y: Range<Int>
    var isMinimal: Bool
  }

  private struct Split {
    let x: Int
    let y: Int
    let isLowMinimal: Bool
    let isHighMinimal: Bool
  }

  /// A run of equal elements longer than this is worth splitting at.
  private static let snake = 20
  /// The cost from which on such runs are looked for.
  private static let heuristicCost = 256

  private let a: UnsafeBufferPointer<Int32>
  private let b: UnsafeBufferPointer<Int32>
  /// The cost at which a search takes the best split so far.
  private let maximumCost: Int
  /// Steps that may still be spent.
  private(set) var budget: Int
  // The furthest x on each diagonal x − y, from the start and from the end.
  private var forward: [Int]
  private var backward: [Int]
  /// The index in those of diagonal 0.
  private let zero: Int

  init(_ a: UnsafeBufferPointer<Int32>, _ b: UnsafeBufferPointer<Int32>, budget: Int) {
    self.a = a
    self.b = b
    self.budget = budget
    let diagonals = a.count + b.count + 3
    maximumCost = max(roughRoot(diagonals), 256)
    forward = [Int](repeating: 0, count: diagonals)
    backward = [Int](repeating: 0, count: diagonals)
    zero = b.count + 1
  }

  /// Returns the parts without partners, in no order.
  mutating func run() -> [Comparison.Region] {
    var result: [Comparison.Region] = []
    var open = [Part(x: 0..<a.count, y: 0..<b.count, isMinimal: false)]
    // A stack of its own: the nesting can be as deep as the texts are long.
    while let part = open.popLast() {
      let (x, y) = trimmed(part)
      guard !x.isEmpty, !y.isEmpty,
        let split = findSplit(x, y, isMinimal: part.isMinimal)
      else {
        if !x.isEmpty || !y.isEmpty { result.append(Comparison.Region(left: x, right: y)) }
        continue
      }
      open.append(
        Part(
          x: x.lowerBound..<split.x, y: y.lowerBound..<split.y, isMinimal: split.isLowMinimal))
      open.append(
        Part(
          x: split.x..<x.upperBound, y: split.y..<y.upperBound, isMinimal: split.isHighMinimal))
    }
    return result
  }

  private func trimmed(_ part: Part) -> (Range<Int>, Range<Int>) {
    var (x, end) = (part.x.lowerBound, part.x.upperBound)
    var (y, yEnd) = (part.y.lowerBound, part.y.upperBound)
    while x < end, y < yEnd, a[x] == b[y] {
      x += 1
      y += 1
    }
    while x < end, y < yEnd, a[end - 1] == b[yEnd - 1] {
      end -= 1
      yEnd -= 1
    }
    return (x..<end, y..<yEnd)
  }

  /// Returns a point on a way through a part; nil where the budget is used up.
  private mutating func findSplit(
    _ x: Range<Int>, _ y: Range<Int>, isMinimal: Bool
  ) -> Split? {
    var low = Front(at: x.lowerBound - y.lowerBound, x, y)
    var high = Front(at: x.upperBound - y.upperBound, x, y)
    let isOdd = (low.origin - high.origin) & 1 != 0
    forward[zero + low.origin] = x.lowerBound
    backward[zero + high.origin] = x.upperBound
    var cost = 0
    while budget > 0 {
      cost += 1
      let lowStep = advance(&low, x, y, meeting: isOdd ? high : nil)
      if let split = lowStep.split { return split }
      let highStep = retreat(&high, x, y, meeting: isOdd ? nil : low)
      if let split = highStep.split { return split }
      if isMinimal { continue }
      if cost > MyersSearch.heuristicCost, lowStep.hasSnake || highStep.hasSnake {
        if let split = bestSnake(low, x, y, cost) ?? bestSnake(before: high, x, y, cost) {
          return split
        }
      }
      if cost >= maximumCost { return furthest(low, high, x, y) }
    }
    return nil
  }
}

extension MyersSearch {
  /// The diagonals that a search from one end has reached.
  private struct Front {
    /// The diagonal it started on.
    let origin: Int
    var first: Int
    var last: Int
    let minimum: Int
    let maximum: Int

    init(at origin: Int, _ x: Range<Int>, _ y: Range<Int>) {
      self.origin = origin
      first = origin
      last = origin
      minimum = x.lowerBound - y.upperBound
      maximum = x.upperBound - y.lowerBound
    }

    func contains(_ diagonal: Int) -> Bool { first <= diagonal && diagonal <= last }

    /// Moves both ends out by one diagonal, or in by one at the border of the part; calls back
    /// with each new diagonal's neighbour, which nothing has reached.
    mutating func widen(_ unreached: (Int) -> Void) {
      if first > minimum {
        first -= 1
        unreached(first - 1)
      } else {
        first += 1
      }
      if last < maximum {
        last += 1
        unreached(last + 1)
      } else {
        last -= 1
      }
    }
  }

  /// Goes one edit further from the start on every other diagonal.
  private mutating func advance(
    _ low: inout Front, _ x: Range<Int>, _ y: Range<Int>, meeting high: Front?
  ) -> (split: Split?, hasSnake: Bool) {
    var hasSnake = false
    let (a, b, zero) = (self.a, self.b, self.zero)
    var steps = 0
    let split = forward.withUnsafeMutableBufferPointer { reached -> Split? in
      low.widen { reached[zero + $0] = -1 }
      for diagonal in stride(from: low.last, through: low.first, by: -2) {
        let (below, above) = (reached[zero + diagonal - 1], reached[zero + diagonal + 1])
        var position = below >= above ? below + 1 : above
        let start = position
        while position < x.upperBound, position - diagonal < y.upperBound,
          a[position] == b[position - diagonal]
        {
          position += 1
        }
        if position - start > MyersSearch.snake { hasSnake = true }
        steps += position - start + 1
        reached[zero + diagonal] = position
        if let high, high.contains(diagonal), backward[zero + diagonal] <= position {
          return Split(
            x: position, y: position - diagonal, isLowMinimal: true, isHighMinimal: true)
        }
      }
      return nil
    }
    budget -= steps
    return (split, hasSnake)
  }

  /// Goes one edit further from the end on every other diagonal.
  private mutating func retreat(
    _ high: inout Front, _ x: Range<Int>, _ y: Range<Int>, meeting low: Front?
  ) -> (split: Split?, hasSnake: Bool) {
    var hasSnake = false
    let (a, b, zero) = (self.a, self.b, self.zero)
    var steps = 0
    let split = backward.withUnsafeMutableBufferPointer { reached -> Split? in
      high.widen { reached[zero + $0] = Int.max }
      for diagonal in stride(from: high.last, through: high.first, by: -2) {
        let (below, above) = (reached[zero + diagonal - 1], reached[zero + diagonal + 1])
        var position = below < above ? below : above - 1
        let start = position
        while position > x.lowerBound, position - diagonal > y.lowerBound,
          a[position - 1] == b[position - diagonal - 1]
        {
          position -= 1
        }
        if start - position > MyersSearch.snake { hasSnake = true }
        steps += start - position + 1
        reached[zero + diagonal] = position
        if let low, low.contains(diagonal), position <= forward[zero + diagonal] {
          return Split(
            x: position, y: position - diagonal, isLowMinimal: true, isHighMinimal: true)
        }
      }
      return nil
    }
    budget -= steps
    return (split, hasSnake)
  }

  /// Returns the point that is furthest from the start, right after a run of equal elements,
  /// if one is far for what it cost.
  private func bestSnake(
    _ low: Front, _ x: Range<Int>, _ y: Range<Int>, _ cost: Int
  ) -> Split? {
    var best = 0
    var split: Split?
    let snake = MyersSearch.snake
    for diagonal in stride(from: low.last, through: low.first, by: -2) {
      let position = forward[zero + diagonal]
      let other = position - diagonal
      let value =
        (position - x.lowerBound) + (other - y.lowerBound) - abs(diagonal - low.origin)
      guard value > 4 * cost, value > best,
        x.lowerBound + snake <= position, position < x.upperBound,
        y.lowerBound + snake <= other, other < y.upperBound,
        (1...snake).allSatisfy({ a[position - $0] == b[other - $0] })
      else { continue }
      best = value
      split = Split(x: position, y: other, isLowMinimal: true, isHighMinimal: false)
    }
    return split
  }

  /// Returns the point that is furthest from the end, right before a run of equal elements.
  private func bestSnake(
    before high: Front, _ x: Range<Int>, _ y: Range<Int>, _ cost: Int
  ) -> Split? {
    var best = 0
    var split: Split?
    let snake = MyersSearch.snake
    for diagonal in stride(from: high.last, through: high.first, by: -2) {
      let position = backward[zero + diagonal]
      let other = position - diagonal
      let value =
        (x.upperBound - position) + (y.upperBound - other) - abs(diagonal - high.origin)
      guard value > 4 * cost, value > best,
        x.lowerBound < position, position <= x.upperBound - snake,
        y.lowerBound < other, other <= y.upperBound - snake,
        (0..<snake).allSatisfy({ a[position + $0] == b[other + $0] })
      else { continue }
      best = value
      split = Split(x: position, y: other, isLowMinimal: false, isHighMinimal: true)
    }
    return split
  }

  /// Returns the furthest point that either search has reached.
  private func furthest(_ low: Front, _ high: Front, _ x: Range<Int>, _ y: Range<Int>) -> Split {
    var (lowSum, lowX) = (-1, -1)
    for diagonal in stride(from: low.last, through: low.first, by: -2) {
      var position = min(forward[zero + diagonal], x.upperBound)
      if position - diagonal > y.upperBound { position = y.upperBound + diagonal }
      let sum = 2 * position - diagonal
      if lowSum < sum { (lowSum, lowX) = (sum, position) }
    }
    var (highSum, highX) = (Int.max, Int.max)
    for diagonal in stride(from: high.last, through: high.first, by: -2) {
      var position = max(backward[zero + diagonal], x.lowerBound)
      if position - diagonal < y.lowerBound { position = y.lowerBound + diagonal }
      let sum = 2 * position - diagonal
      if sum < highSum { (highSum, highX) = (sum, position) }
    }
    if x.upperBound + y.upperBound - highSum < lowSum - x.lowerBound - y.lowerBound {
      return Split(x: lowX, y: lowSum - lowX, isLowMinimal: true, isHighMinimal: false)
    }
    return Split(x: highX, y: highSum - highX, isLowMinimal: false, isHighMinimal: true)
  }
}
