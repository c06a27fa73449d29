/// Merges texts by lines, whatever their encoding: lines are bytes up to a newline.
package enum TextMerge {
  /// What is larger is not merged as text, in bytes.
  package static let maximumSize = 16 << 20

  /// Says whether content is merged as text: it has no NUL and at most 16 MiB.
  package static func isText(_ bytes: [UInt8]) -> Bool {
    guard bytes.count <= maximumSize else { return false }
    return bytes.withUnsafeBufferPointer { buffer in
      for byte in buffer where byte == 0 { return false }
      return true
    }
  }

  /// Merges two texts that were made from one; nil where they clash, or one is not text.
  ///
  /// Clean wherever `git merge-file` is, and then with the same bytes: what both sides did alike
  /// is no clash, and changes that touch are. Where those clash, partners of lines are chosen
  /// by the histogram instead, which keeps apart some edits that the shortest diff entangles.
  ///
  /// Laws: `merge(b, l, r) == merge(b, r, l)`, `merge(b, b, r) == r`, `merge(b, x, x) == x`.
  package static func merge(base: [UInt8], left: [UInt8], right: [UInt8]) -> [UInt8]? {
    if left == right || right == base { return left }
    if left == base { return right }
    guard isText(base), isText(left), isText(right) else { return nil }
    let merge = ThreeWay(base: Lines(base), left: Lines(left), right: Lines(right))
    return merge.merged(by: .myers) ?? merge.merged(by: .histogram)
  }
}

/// Three texts whose lines are numbered alike.
struct ThreeWay {
  /// One of the two texts that were made from the base.
  struct Side {
    let lines: Lines
    let numbers: [Int32]
  }

  let base: Side
  let left: Side
  let right: Side
  private let classes: Int

  init(base: Lines, left: Lines, right: Lines) {
    var table = LineTable()
    self.base = Side(lines: base, numbers: table.numbers(of: base))
    self.left = Side(lines: left, numbers: table.numbers(of: left))
    self.right = Side(lines: right, numbers: table.numbers(of: right))
    classes = table.count
  }

  /// Returns what a side changed.
  func hunks(_ side: Side, _ algorithm: LineDiff.Algorithm) -> [Hunk] {
    LineDiff.hunks(base.numbers, side.numbers, classes: classes, algorithm: algorithm)
  }

  /// Returns the base with the changes of both sides; nil where they clash.
  func merged(by algorithm: LineDiff.Algorithm) -> [UInt8]? {
    let (ours, theirs) = (hunks(left, algorithm), hunks(right, algorithm))
    var result: [UInt8] = []
    result.reserveCapacity(left.lines.bytes.count + right.lines.bytes.count)
    var line = 0
    for group in ChangeGroups(ours[...], theirs[...]) {
      result += base.lines.bytes[base.lines.range(of: line..<group.base.lowerBound)]
      if group.right.isEmpty {
        result += left.lines.bytes[left.lines.range(of: group.leftRange)]
      } else if group.left.isEmpty {
        result += right.lines.bytes[right.lines.range(of: group.rightRange)]
      } else {
        guard left.numbers[group.leftRange] == right.numbers[group.rightRange] else { return nil }
        result += left.lines.bytes[left.lines.range(of: group.leftRange)]
      }
      line = group.base.upperBound
    }
    return result + base.lines.bytes[base.lines.range(of: line..<base.lines.count)]
  }
}

/// The changes of both sides to one part of the base: they overlap or touch each other, and no
/// other change touches them.
struct ChangeGroup {
  /// The left side's changes, in order; empty where only the right side changed.
  let left: ArraySlice<Hunk>
  /// The right side's changes, in order; empty where only the left side changed.
  let right: ArraySlice<Hunk>
  /// The lines of the base from the first change to the last.
  let base: Range<Int>

  /// The left side's lines for `base`; meaningful where that side changed.
  var leftRange: Range<Int> { ChangeGroup.range(left, base) }
  /// The right side's lines for `base`; meaningful where that side changed.
  var rightRange: Range<Int> { ChangeGroup.range(right, base) }

  private static func range(_ hunks: ArraySlice<Hunk>, _ base: Range<Int>) -> Range<Int> {
    guard let first = hunks.first, let last = hunks.last else { return 0..<0 }
    let start = first.right.lowerBound - (first.left.lowerBound - base.lowerBound)
    return start..<last.right.upperBound + (base.upperBound - last.left.upperBound)
  }
}

/// Puts the changes of two sides together that overlap or touch, in the order of the base.
struct ChangeGroups: Sequence, IteratorProtocol {
  private var left: ArraySlice<Hunk>
  private var right: ArraySlice<Hunk>

  init(_ left: ArraySlice<Hunk>, _ right: ArraySlice<Hunk>) {
    self.left = left
    self.right = right
  }

  mutating func next() -> ChangeGroup? {
    let (leftStart, rightStart) = (left.first?.left.lowerBound, right.first?.left.lowerBound)
    guard let start = [leftStart, rightStart].compactMap({ $0 }).min() else { return nil }
    var end = start
    var (leftCount, rightCount) = (0, 0)
    var hasGrown = true
    while hasGrown {
      hasGrown = false
      if let hunk = left.dropFirst(leftCount).first, hunk.left.lowerBound <= end {
        leftCount += 1
        end = Swift.max(end, hunk.left.upperBound)
        hasGrown = true
      }
      if let hunk = right.dropFirst(rightCount).first, hunk.left.lowerBound <= end {
        rightCount += 1
        end = Swift.max(end, hunk.left.upperBound)
        hasGrown = true
      }
    }
    defer {
      left = left.dropFirst(leftCount)
      right = right.dropFirst(rightCount)
    }
    return ChangeGroup(
      left: left.prefix(leftCount), right: right.prefix(rightCount), base: start..<end)
  }
}
