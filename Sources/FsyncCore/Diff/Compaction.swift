extension Comparison {
  /// Moves runs of marked lines where they can lie in several places with the same meaning.
  ///
  /// Each run goes as far down as it can, joined with runs that it meets; but where it can face
  /// a run of the other text, it goes to the last such place. First the left, then the right.
  mutating func compact() {
    var (marks, otherMarks) = (leftMarks, rightMarks)
    let (left, right) = (self.left, self.right)
    left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { right in
        marks.withUnsafeMutableBufferPointer { marks in
          otherMarks.withUnsafeMutableBufferPointer { otherMarks in
            let text = MarkedText(lines: left, marks: marks)
            let other = MarkedText(lines: right, marks: otherMarks)
            compact(text, facing: other)
            compact(other, facing: text)
          }
        }
      }
    }
    (leftMarks, rightMarks) = (marks, otherMarks)
  }
}

/// A text whose runs of marked lines are moved in place.
private struct MarkedText {
  let lines: UnsafeBufferPointer<Int32>
  let marks: UnsafeMutableBufferPointer<Bool>

  func isMarked(_ line: Int) -> Bool { line >= 0 && line < marks.count && marks[line] }
}

/// A maximal run of marked lines, empty between two unmarked ones and at either end.
///
/// The runs of two compared texts correspond one to one.
private struct Run {
  var start: Int
  var end: Int

  init(firstOf text: MarkedText) {
    start = 0
    end = 0
    while text.isMarked(end) { end += 1 }
  }

  var isEmpty: Bool { start == end }

  /// Goes to the next run; false after the last one.
  mutating func next(in text: MarkedText) -> Bool {
    guard end < text.lines.count else { return false }
    start = end + 1
    end = start
    while text.isMarked(end) { end += 1 }
    return true
  }

  /// Goes to the previous run.
  mutating func previous(in text: MarkedText) {
    guard start > 0 else { return }
    end = start - 1
    start = end
    while text.isMarked(start - 1) { start -= 1 }
  }

  /// Moves up by a line, joining a run that it then touches; false if that changed the meaning.
  mutating func slideUp(in text: MarkedText) -> Bool {
    guard start > 0, text.lines[start - 1] == text.lines[end - 1] else { return false }
    start -= 1
    end -= 1
    text.marks[start] = true
    text.marks[end] = false
    while text.isMarked(start - 1) { start -= 1 }
    return true
  }

  /// Moves down by a line, joining a run that it then touches; false if that changed the meaning.
  mutating func slideDown(in text: MarkedText) -> Bool {
    guard end < text.lines.count, text.lines[start] == text.lines[end] else { return false }
    text.marks[start] = false
    text.marks[end] = true
    start += 1
    end += 1
    while text.isMarked(end) { end += 1 }
    return true
  }
}

extension Comparison {
  private mutating func compact(_ text: MarkedText, facing other: MarkedText) {
    var run = Run(firstOf: text)
    var facing = Run(firstOf: other)
    repeat {
      if !run.isEmpty { settle(&run, in: text, &facing, in: other) }
    } while run.next(in: text) && facing.next(in: other)
  }

  private mutating func settle(
    _ run: inout Run, in text: MarkedText, _ facing: inout Run, in other: MarkedText
  ) {
    var canFace = false
    var hasMoved = false
    var length: Int
    repeat {
      length = run.end - run.start
      while budget > 0, run.slideUp(in: text) {
        facing.previous(in: other)
        budget -= 1
      }
      canFace = !facing.isEmpty
      hasMoved = false
      while budget > 0, run.slideDown(in: text) {
        _ = facing.next(in: other)
        budget -= 1
        hasMoved = true
        if !facing.isEmpty { canFace = true }
      }
      // Joined with another run, it may be able to go further up than before.
    } while budget > 0 && length != run.end - run.start
    guard hasMoved, canFace else { return }
    while facing.isEmpty, run.slideUp(in: text) { facing.previous(in: other) }
  }
}
