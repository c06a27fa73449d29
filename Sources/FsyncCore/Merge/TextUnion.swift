extension TextMerge {
  /// Merges two versions of a list of rules, one a line, so that it never clashes: lines that
  /// either side deleted go, lines that either side added stay, and each line that both added is
  /// there once, where the later of the two is (in such files the last match wins).
  ///
  /// Where both added something else at the same place, the smaller in bytes comes first.
  /// Laws: `union(b, l, r) == union(b, r, l)`, `union(b, b, r) == r`, `union(b, x, x) == x`. A
  /// last line without a newline gets one where the sides differ.
  package static func union(base: [UInt8], left: [UInt8], right: [UInt8]) -> [UInt8] {
    if left == right || right == base { return left }
    if left == base { return right }
    let texts = ThreeWay(
      base: Lines(terminated(base)), left: Lines(terminated(left)),
      right: Lines(terminated(right)))
    return Union(texts).merged()
  }

  /// Returns a text whose last line ends as its first does.
  private static func terminated(_ bytes: [UInt8]) -> [UInt8] {
    guard let last = bytes.last, last != 0x0a else { return bytes }
    guard let newline = bytes.firstIndex(of: 0x0a), newline > 0, bytes[newline - 1] == 0x0d
    else { return bytes + [0x0a] }
    return bytes + (last == 0x0d ? [0x0a] : [0x0d, 0x0a])
  }
}

/// The additions and deletions of two sides, by their places in the base.
private struct Union {
  /// Line numbers that a side put before a line of the base, by that line.
  typealias Additions = [Int: [Int32]]

  private let texts: ThreeWay
  private var isDeleted: [Bool]
  private var ours: Additions = [:]
  private var theirs: Additions = [:]
  /// Where a line with a number is: in the base, or on a side.
  private var bytes: [Int32: ArraySlice<UInt8>] = [:]

  init(_ texts: ThreeWay) {
    self.texts = texts
    isDeleted = [Bool](repeating: false, count: texts.base.lines.count)
    let (left, right) = (texts.hunks(texts.left, .histogram), texts.hunks(texts.right, .histogram))
    for hunk in left + right {
      for line in hunk.left { isDeleted[line] = true }
    }
    ours = additions(left, texts.left)
    theirs = additions(right, texts.right)
    dropDoubles()
  }

  private mutating func additions(_ hunks: [Hunk], _ side: ThreeWay.Side) -> Additions {
    var result: Additions = [:]
    for hunk in hunks where !hunk.right.isEmpty {
      result[hunk.left.lowerBound] = Array(side.numbers[hunk.right])
      for line in hunk.right { bytes[side.numbers[line]] = side.lines.line(line) }
    }
    return result
  }

  /// Of a line that both sides added in different places, drops the earlier.
  ///
  /// Blank lines only set apart what is around them, and stay.
  private mutating func dropDoubles() {
    let (left, right) = (Union.places(ours), Union.places(theirs))
    var dropped: (left: [Int: [Int32: Int]], right: [Int: [Int32: Int]]) = ([:], [:])
    for (number, places) in left {
      guard let otherPlaces = right[number], !isBlank(number) else { continue }
      // The last of one side goes with the last of the other, and so on.
      for (place, other) in zip(places.reversed(), otherPlaces.reversed()) where place != other {
        if place < other {
          dropped.left[place, default: [:]][number, default: 0] += 1
        } else {
          dropped.right[other, default: [:]][number, default: 0] += 1
        }
      }
    }
    ours = Union.without(dropped.left, ours)
    theirs = Union.without(dropped.right, theirs)
  }

  private static func places(_ additions: Additions) -> [Int32: [Int]] {
    var result: [Int32: [Int]] = [:]
    for place in additions.keys.sorted() {
      for number in additions[place] ?? [] { result[number, default: []].append(place) }
    }
    return result
  }

  private static func without(
    _ dropped: [Int: [Int32: Int]], _ additions: Additions
  ) -> Additions {
    var result = additions
    for (place, counts) in dropped {
      var rest = counts
      result[place] = (additions[place] ?? []).filter { number in
        guard let count = rest[number], count > 0 else { return true }
        rest[number] = count - 1
        return false
      }
    }
    return result
  }

  func merged() -> [UInt8] {
    var result: [UInt8] = []
    for line in 0...texts.base.lines.count {
      for number in joined(ours[line] ?? [], theirs[line] ?? []) {
        result += bytes[number] ?? []
      }
      if line < texts.base.lines.count, !isDeleted[line] { result += texts.base.lines.line(line) }
    }
    return result
  }

  /// Joins what both sides added at one place: common lines once, the rest around them.
  private func joined(_ ours: [Int32], _ theirs: [Int32]) -> [Int32] {
    if ours.isEmpty || ours == theirs { return theirs }
    if theirs.isEmpty { return ours }
    let isOrdered = precedes(ours, theirs)
    let (first, second) = isOrdered ? (ours, theirs) : (theirs, ours)
    // What the first has that the second's runs may not bring again.
    var unmatched: [Int32: Int] = [:]
    let (a, b, classes) = Union.renumbered(first, second)
    let hunks = LineDiff.hunks(a, b, classes: classes, algorithm: .histogram)
    for hunk in hunks {
      for line in hunk.left { unmatched[first[line], default: 0] += 1 }
    }
    var result: [Int32] = []
    var line = 0
    for hunk in hunks {
      result += first[line..<hunk.left.lowerBound]
      let added = second[hunk.right].filter { number in
        guard let count = unmatched[number], count > 0 else { return true }
        unmatched[number] = count - 1
        return false
      }
      let kept = Array(first[hunk.left])
      result += precedes(kept, added) ? kept + added : added + kept
      line = hunk.left.upperBound
    }
    return result + first[line...]
  }

  private func precedes(_ a: [Int32], _ b: [Int32]) -> Bool {
    a.flatMap { bytes[$0] ?? [] }.lexicographicallyPrecedes(b.flatMap { bytes[$0] ?? [] })
  }

  private func isBlank(_ number: Int32) -> Bool {
    (bytes[number] ?? []).allSatisfy { $0 == 0x20 || (0x09...0x0d).contains($0) }
  }

  /// Numbers two short runs of lines densely, so that comparing them costs what they are long.
  private static func renumbered(_ a: [Int32], _ b: [Int32]) -> ([Int32], [Int32], Int) {
    var numbers: [Int32: Int32] = [:]
    for line in a + b where numbers[line] == nil { numbers[line] = Int32(numbers.count) }
    return (a.map { numbers[$0] ?? 0 }, b.map { numbers[$0] ?? 0 }, numbers.count)
  }
}
