import FsyncCore
import TestSupport
import Testing

@Suite struct TextMergeTests {
  /// Three texts, `\n` written as a space, and what they merge to.
  struct Case: Sendable, CustomTestStringConvertible {
    var base: String
    var left: String
    var right: String
    var merged: String?

    init(_ base: String, _ left: String, _ right: String, _ merged: String?) {
      self.base = base
      self.left = left
      self.right = right
      self.merged = merged
    }

    var testDescription: String { "\(base)|\(left)|\(right)" }
  }

  private func bytes(_ text: String) -> [UInt8] {
    text.utf8.map { $0 == 0x20 ? 0x0a : $0 }
  }

  @Test(arguments: [
    Case("", "", "", ""), Case("a b c ", "a b c ", "a b c ", "a b c "),
    Case("a b c ", "x b c ", "a b c ", "x b c "), Case("a b c ", "x b c ", "a b y ", "x b y "),
    Case("a b c ", "x b c ", "y b c ", nil), Case("a b c ", "x b c ", "x b c ", "x b c "),
    Case("a b c ", "x b y ", "x b c ", "x b y "), Case("a b c ", "b c ", "a b ", "b "),
    Case("a b ", "x b ", "a y ", nil), Case("a b c ", "x b c ", "a y c ", nil),
    Case("a b ", "a x b ", "a y b ", nil), Case("a b ", "a x b ", "a x b ", "a x b "),
    Case("", "x ", "y ", nil), Case("", "x ", "x ", "x "), Case("a ", "", "x ", nil),
    Case("a b c d e ", "a x y d e ", "a x y d z ", "a x y d z "),
    Case("a b c d ", "a x d ", "a x d ", "a x d "), Case("a b c", "x b c", "a b c ", "x b c "),
    Case("a b c", "x b c", "a b c", "x b c"), Case("a b c ", "a b c", "x b c ", "x b c"),
    Case("a b ", "a b", "a b c ", nil), Case("a b", "a b c", "a b", "a b c"),
    // Both sides replace other parts of one run, and come to the same.
    Case("a b c d ", "a x y d ", "a x y d ", "a x y d "),
  ])
  func merges(_ c: Case) {
    let (base, left, right) = (bytes(c.base), bytes(c.left), bytes(c.right))
    let expected = c.merged.map(bytes)
    #expect(TextMerge.merge(base: base, left: left, right: right) == expected)
    #expect(TextMerge.merge(base: base, left: right, right: left) == expected)
  }

  @Test func linesAreBytes() {
    let base = Array("a\r\nb\r\nc\r\n".utf8)
    let left = Array("x\r\nb\r\nc\r\n".utf8)
    let right = Array("a\r\nb\r\n".utf8) + [0xff, 0xfe, 0x0d, 0x0a]
    #expect(
      TextMerge.merge(base: base, left: left, right: right)
        == Array("x\r\nb\r\n".utf8) + [0xff, 0xfe, 0x0d, 0x0a])
  }

  @Test func whatIsNotTextClashes() {
    let base = Array("a\nb\nc\n".utf8)
    let left = Array("x\nb\nc\n".utf8)
    #expect(!TextMerge.isText([0x61, 0]))
    #expect(TextMerge.isText([]))
    #expect(TextMerge.isText([0xff, 0xfe]))
    #expect(TextMerge.merge(base: base, left: left, right: base + [0]) == nil)
    let large = [UInt8](repeating: 0x0a, count: TextMerge.maximumSize + 1)
    #expect(!TextMerge.isText(large))
    #expect(TextMerge.merge(base: base, left: left, right: large) == nil)
    // One side that did nothing leaves nothing to merge, text or not.
    #expect(TextMerge.merge(base: base, left: base, right: large) == large)
  }

  @Test(arguments: UInt64(0)..<300) func laws(seed: UInt64) {
    var random = SplitMix(seed: seed)
    for _ in 0..<5 {
      let texts = random.threeTexts()
      let (base, left, right) = (texts.base, texts.left, texts.right)
      let merged = TextMerge.merge(base: base, left: left, right: right)
      #expect(merged == TextMerge.merge(base: base, left: right, right: left))
      #expect(TextMerge.merge(base: base, left: base, right: right) == right)
      #expect(TextMerge.merge(base: base, left: left, right: base) == left)
      #expect(TextMerge.merge(base: base, left: left, right: left) == left)
      // What is merged already merges with either side to itself.
      guard let merged else { continue }
      #expect(isSubsequence(lines(added: base, left), merged))
      #expect(isSubsequence(lines(added: base, right), merged))
    }
  }

  /// Edits in parts that are far apart always merge, to the text with both.
  @Test(arguments: UInt64(0)..<100) func distantEditsMerge(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let wall = (0..<4).map { Array("wall \($0)".utf8) }
    let head = random.program(functions: 3)
    let tail = random.program(functions: 3)
    let newHead = random.edited(head, edits: 6)
    let newTail = random.edited(tail, edits: 6)
    func text(_ head: RandomText, _ tail: RandomText) -> [UInt8] {
      RandomText(lines: head.lines + wall + tail.lines).bytes()
    }
    let merged = TextMerge.merge(
      base: text(head, tail), left: text(newHead, tail), right: text(head, newTail))
    #expect(merged == text(newHead, newTail))
  }

  /// The lines of the right sides of hunks, in order.
  private func lines(added base: [UInt8], _ side: [UInt8]) -> [ArraySlice<UInt8>] {
    let lines = Lines(side)
    return LineDiff.hunks(Lines(base), lines, algorithm: .myers)
      .flatMap { $0.right.map { lines.line($0) } }
  }

  private func isSubsequence(_ lines: [ArraySlice<UInt8>], _ text: [UInt8]) -> Bool {
    let all = Lines(text)
    var rest = lines[...]
    for index in 0..<all.count {
      guard let next = rest.first else { return true }
      // A last line may have got its newline from the other side.
      if trimmed(all.line(index)) == trimmed(next) { rest = rest.dropFirst() }
    }
    return rest.isEmpty
  }

  private func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    line.last == 0x0a ? line.dropLast() : line
  }
}
