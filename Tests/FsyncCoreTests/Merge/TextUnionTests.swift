import FsyncCore
import TestSupport
import Testing

@Suite struct TextUnionTests {
  private func bytes(_ text: String) -> [UInt8] {
    text.utf8.map { $0 == 0x20 ? 0x0a : $0 }
  }

  private func union(_ base: String, _ left: String, _ right: String) -> String {
    let there = TextMerge.union(base: bytes(base), left: bytes(left), right: bytes(right))
    let back = TextMerge.union(base: bytes(base), left: bytes(right), right: bytes(left))
    #expect(there == back)
    return String(decoding: there.map { $0 == 0x0a ? 0x20 : $0 }, as: UTF8.self)
  }

  @Test func knownTexts() {
    #expect(union("", "a ", "b ") == "a b ")
    #expect(union("", "b ", "a ") == "a b ")
    #expect(union("a ", "a b ", "a c ") == "a b c ")
    #expect(union("a b c ", "b c ", "a b ") == "b ")
    #expect(union("a b ", "a ", "a b c ") == "a c ")
    #expect(union("a ", "x ", "y ") == "x y ")
    #expect(union("a ", "", "x ") == "x ")
    #expect(union("a b ", "", "") == "")
    // What both added is there once, where the later is.
    #expect(union("m ", "x m ", "m x ") == "m x ")
    #expect(union("", "a x ", "b x ") == "a b x ")
    #expect(union("", "x y ", "y x ") == "x y ")
    #expect(union("m ", "x m x ", "m x ") == "x m x ")
    // A move is a deletion and an addition.
    #expect(union("a b c ", "b c a ", "a b c d ") == "b c a d ")
    #expect(union("a b c ", "b a c ", "b c a ") == "b c a ")
    // A last line without a newline is a line.
    #expect(union("a", "a b", "a c") == "a b c ")
    #expect(union("a ", "a b", "a c ") == "a b c ")
    #expect(union("a", "a", "a b") == "a b")
  }

  @Test func linesEndAsTheirTextDoes() {
    #expect(
      TextMerge.union(
        base: Array("a\r\n".utf8), left: Array("a\r\nb".utf8), right: Array("a\r\nc\r\n".utf8))
        == Array("a\r\nb\r\nc\r\n".utf8))
  }

  @Test(arguments: UInt64(0)..<400) func laws(seed: UInt64) {
    var random = SplitMix(seed: seed)
    for _ in 0..<5 {
      let texts = random.threeTexts()
      let (base, left, right) = (texts.base, texts.left, texts.right)
      let union = TextMerge.union(base: base, left: left, right: right)
      #expect(union == TextMerge.union(base: base, left: right, right: left))
      #expect(TextMerge.union(base: base, left: base, right: right) == right)
      #expect(TextMerge.union(base: base, left: left, right: left) == left)
      guard left != right, left != base, right != base else { continue }
      let (old, ours, theirs) = (whole(base), whole(left), whole(right))
      guard old != ours, old != theirs, ours != theirs else { continue }
      let (a, b) = (change(old, ours), change(old, theirs))
      var expected: [[UInt8]: Int] = a.added.merging(b.added) { max($0, $1) }
      let lines = Lines(old)
      for index in 0..<lines.count where !a.removed.contains(index) && !b.removed.contains(index) {
        expected[Array(lines.line(index)), default: 0] += 1
      }
      let merged = Lines(TextMerge.union(base: old, left: ours, right: theirs))
      var found: [[UInt8]: Int] = [:]
      for index in 0..<merged.count { found[Array(merged.line(index)), default: 0] += 1 }
      // A blank line is not worth counting.
      for line in Set(expected.keys).union(found.keys) where line.count > 2 || line[0] > 0x20 {
        #expect(found[line] == expected[line], "\(String(decoding: line, as: UTF8.self))")
      }
    }
  }

  /// Returns a text whose last line has a newline.
  private func whole(_ text: [UInt8]) -> [UInt8] {
    text.isEmpty || text.last == 0x0a ? text : text + [0x0a]
  }

  /// Returns which lines a side removed, and how many of each line it added.
  private func change(
    _ base: [UInt8], _ side: [UInt8]
  ) -> (removed: Set<Int>, added: [[UInt8]: Int]) {
    let new = Lines(side)
    var removed: Set<Int> = []
    var added: [[UInt8]: Int] = [:]
    for hunk in LineDiff.hunks(Lines(base), new) {
      removed.formUnion(hunk.left)
      for line in hunk.right { added[Array(new.line(line)), default: 0] += 1 }
    }
    return (removed, added)
  }
}
