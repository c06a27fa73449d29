extension Comparison {
  /// Marks what differs in a region after Myers, "An O(ND) Difference Algorithm" (1986), in its
  /// divide-and-conquer form.
  ///
  /// Where there are several shortest answers, or none is looked for because the region differs
  /// too much, the choice is git's (as seen from `git merge-file`), so that merges are clean
  /// where git's are: lines without a partner are set aside first, and the search gives up on
  /// the best answer at costs that grow with the square root of the region.
  mutating func runMyers(_ region: Region) {
    let kept = setAside(in: region)
    let (lines, others) = (kept.left.map { left[$0] }, kept.right.map { right[$0] })
    var marked: [Region] = []
    lines.withUnsafeBufferPointer { lines in
      others.withUnsafeBufferPointer { others in
        var search = MyersSearch(lines, others, budget: budget)
        marked = search.run()
        budget = search.budget
      }
    }
    for part in marked {
      for index in part.left { leftMarks[kept.left[index]] = true }
      for index in part.right { rightMarks[kept.right[index]] = true }
    }
  }

  /// Marks the lines that have no partner, and those with very many partners that stand among
  /// such; returns the others, between the region's common ends.
  private mutating func setAside(in region: Region) -> (left: [Int], right: [Int]) {
    if counts.isEmpty { counts = [Int32](repeating: 0, count: classes * 2) }
    budget -= region.left.count + region.right.count
    defer {
      for line in region.left { counts[Int(left[line]) * 2] = 0 }
      for line in region.right { counts[Int(right[line]) * 2 + 1] = 0 }
    }
    for line in region.left { counts[Int(left[line]) * 2] += 1 }
    for line in region.right { counts[Int(right[line]) * 2 + 1] += 1 }
    let inner = trimmed(region)
    let (many, otherMany) = (
      Partners.many(among: region.left.count), Partners.many(among: region.right.count)
    )
    let partners = inner.left.map { Partners(counts[Int(left[$0]) * 2 + 1], many: many) }
    let otherPartners = inner.right.map { Partners(counts[Int(right[$0]) * 2], many: otherMany) }
    var kept: (left: [Int], right: [Int]) = ([], [])
    for (index, line) in inner.left.enumerated() {
      if Partners.keeps(partners, index) { kept.left.append(line) } else { leftMarks[line] = true }
    }
    for (index, line) in inner.right.enumerated() {
      if Partners.keeps(otherPartners, index) {
        kept.right.append(line)
      } else {
        rightMarks[line] = true
      }
    }
    return kept
  }
}

/// How many lines of the other text equal a line.
private enum Partners {
  case none
  case some
  case many

  init(_ count: Int32, many: Int) {
    self = count == 0 ? .none : count >= many ? .many : .some
  }

  /// From how many partners on a line has many, in a text of a number of lines.
  static func many(among lines: Int) -> Int {
    min(roughRoot(lines), 1024)
  }

  /// Says whether a line takes part in the search.
  ///
  /// A line with many partners is kept unless, in the run of lines around it that have none or
  /// many, there are some without on either side of it and more than three times as many
  /// without as with, counting it twice.
  static func keeps(_ partners: [Partners], _ index: Int) -> Bool {
    switch partners[index] {
    case .none: return false
    case .some: return true
    case .many: break
    }
    let window = 100
    func scan(_ neighbours: some Sequence<Int>) -> (without: Int, many: Int) {
      var found = (without: 0, many: 1)
      for neighbour in neighbours {
        switch partners[neighbour] {
        case .none: found.without += 1
        case .many: found.many += 1
        case .some: return found
        }
      }
      return found
    }
    let before = scan((max(index - window, 0)..<index).reversed())
    guard before.without > 0 else { return true }
    let after = scan(index + 1..<min(index + window + 1, partners.count))
    guard after.without > 0 else { return true }
    let (without, many) = (before.without + after.without, before.many + after.many)
    return many * 4 >= many + without
  }
}

/// A power of two near the square root, never below it by more than half.
func roughRoot(_ number: Int) -> Int {
  var (root, rest) = (1, number)
  while rest > 0 {
    root <<= 1
    rest >>= 2
  }
  return root
}
