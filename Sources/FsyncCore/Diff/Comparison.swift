/// Two texts as line numbers, with a mark on every line that has no partner in the other text.
///
/// Invariant once an algorithm has run: the lines without a mark are the same sequence on both
/// sides. The algorithms are in extensions: `Myers.swift`, `Histogram.swift`, `Compaction.swift`.
struct Comparison {
  /// A part of each text that is compared for itself.
  struct Region {
    var left: Range<Int>
    var right: Range<Int>
  }

  let left: [Int32]
  let right: [Int32]
  /// One more than the largest line number.
  let classes: Int
  var leftMarks: [Bool]
  var rightMarks: [Bool]
  /// Elementary steps that may still be spent.
  ///
  /// Where they are used up, what is left is replaced as a whole: a correct answer, if not a
  /// short one, in bounded time on any input.
  var budget: Int
  /// How often each line number occurs in a region on either side; zero between uses, so that
  /// a small region costs what it is long and not what the texts are.
  var counts: [Int32] = []

  init(_ left: [Int32], _ right: [Int32], classes: Int, budget: Int) {
    self.left = left
    self.right = right
    self.classes = classes
    self.budget = budget
    leftMarks = [Bool](repeating: false, count: left.count)
    rightMarks = [Bool](repeating: false, count: right.count)
  }

  /// The two whole texts.
  var whole: Region { Region(left: 0..<left.count, right: 0..<right.count) }

  /// Returns a region without the lines that both sides of it begin and end with.
  func trimmed(_ region: Region) -> Region {
    var (start, end) = (region.left.lowerBound, region.left.upperBound)
    var (otherStart, otherEnd) = (region.right.lowerBound, region.right.upperBound)
    while start < end, otherStart < otherEnd, left[start] == right[otherStart] {
      start += 1
      otherStart += 1
    }
    while start < end, otherStart < otherEnd, left[end - 1] == right[otherEnd - 1] {
      end -= 1
      otherEnd -= 1
    }
    return Region(left: start..<end, right: otherStart..<otherEnd)
  }

  /// Marks every line of a region.
  mutating func mark(_ region: Region) {
    for line in region.left { leftMarks[line] = true }
    for line in region.right { rightMarks[line] = true }
  }

  /// The runs of marked lines, in order.
  var hunks: [Hunk] {
    var result: [Hunk] = []
    var (line, other) = (0, 0)
    while true {
      while line < left.count, other < right.count, !leftMarks[line], !rightMarks[other] {
        line += 1
        other += 1
      }
      let (start, otherStart) = (line, other)
      while line < left.count, leftMarks[line] { line += 1 }
      while other < right.count, rightMarks[other] { other += 1 }
      if start == line, otherStart == other { return result }
      result.append(Hunk(left: start..<line, right: otherStart..<other))
    }
  }
}
