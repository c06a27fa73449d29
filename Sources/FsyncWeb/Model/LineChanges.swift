package import FsyncCore

/// The lines of a text that changed, with some around them.
package struct LineChanges: Sendable {
  /// Groups of lines that belong together.
  package private(set) var groups: [[Line]] = []
  /// How many lines are new.
  package private(set) var added = 0
  /// How many lines are gone.
  package private(set) var removed = 0
  /// Whether there are more lines than are listed.
  package private(set) var isCut = false

  /// A line of a comparison.
  package struct Line: Sendable {
    /// What became of it.
    package enum Fate: Sendable {
      case kept, added, removed
    }

    /// What became of it.
    package var fate: Fate
    /// Its number in the text before, from 1; nil where it was not there.
    package var old: Int?
    /// Its number in the text after, from 1; nil where it is not there.
    package var new: Int?
    /// The line, without its newline.
    package var bytes: [UInt8]
    /// Whether it has no newline at its end.
    package var isOpen: Bool
  }

  /// Common lines that are shown around a difference.
  private static let context = 3
  /// Steps that a comparison may take: some hundredths of a second.
  private static let budget = 1 << 24

  /// Compares two texts.
  /// - Parameter bound: the most lines that are listed.
  package init(_ old: Lines, _ new: Lines, atMost bound: Int) {
    let hunks = LineDiff.hunks(old, new, budget: Self.budget)
    added = hunks.reduce(0) { $0 + $1.right.count }
    removed = hunks.reduce(0) { $0 + $1.left.count }
    guard !hunks.isEmpty else { return }
    var left = bound
    for group in LineDiff.grouped(hunks, context: Self.context) {
      guard left > 0 else {
        isCut = true
        return
      }
      groups.append(lines(of: group, old, new, &left))
    }
  }

  private mutating func lines(
    of group: ArraySlice<Hunk>, _ old: Lines, _ new: Lines, _ left: inout Int
  ) -> [Line] {
    guard let first = group.first, let last = group.last else { return [] }
    var result: [Line] = []
    func add(_ fate: Line.Fate, _ text: Lines, _ range: Range<Int>, shift: Int = 0) {
      for number in range {
        guard left > 0 else { return isCut = true }
        left -= 1
        var bytes = Array(text.line(number))
        let isOpen = bytes.last != 0x0a
        if !isOpen { bytes.removeLast() }
        result.append(
          Line(
            fate: fate, old: fate == .added ? nil : number + 1,
            new: fate == .removed ? nil : number + 1 + shift, bytes: bytes, isOpen: isOpen))
      }
    }
    var line = max(first.left.lowerBound - Self.context, 0)
    for hunk in group {
      add(
        .kept, old, line..<hunk.left.lowerBound, shift: hunk.right.lowerBound - hunk.left.lowerBound
      )
      add(.removed, old, hunk.left)
      add(.added, new, hunk.right)
      line = hunk.left.upperBound
    }
    let end = min(last.left.upperBound + Self.context, old.count)
    add(.kept, old, line..<end, shift: last.right.upperBound - last.left.upperBound)
    return result
  }
}
