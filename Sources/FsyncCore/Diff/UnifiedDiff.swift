extension LineDiff {
  /// Returns the unified diff of two texts, byte for byte as `diff -u` prints hunks; empty where
  /// the texts are equal.
  /// - Parameters:
  ///   - context: the common lines that are shown around a difference.
  ///   - labels: what the two head lines name, after `--- ` and `+++ `; nil for no head.
  package static func unified(
    _ a: Lines, _ b: Lines, context: Int = 3, labels: (old: [UInt8], new: [UInt8])? = nil,
    algorithm: Algorithm = .histogram
  ) -> [UInt8] {
    let hunks = hunks(a, b, algorithm: algorithm)
    guard !hunks.isEmpty else { return [] }
    var output: [UInt8] = []
    if let labels {
      output += Array("--- ".utf8) + labels.old + Array("\n+++ ".utf8) + labels.new + [0x0a]
    }
    for group in grouped(hunks, context: max(context, 0)) {
      append(group, a, b, context: max(context, 0), to: &output)
    }
    return output
  }

  /// Puts hunks together whose contexts would touch; there must be one at least.
  package static func grouped(_ hunks: [Hunk], context: Int) -> [ArraySlice<Hunk>] {
    var groups: [ArraySlice<Hunk>] = []
    var start = 0
    for index in 1...hunks.count {
      if index < hunks.count,
        hunks[index].left.lowerBound - hunks[index - 1].left.upperBound <= 2 * context
      {
        continue
      }
      groups.append(hunks[start..<index])
      start = index
    }
    return groups
  }

  private static func append(
    _ group: ArraySlice<Hunk>, _ a: Lines, _ b: Lines, context: Int, to output: inout [UInt8]
  ) {
    guard let first = group.first, let last = group.last else { return }
    let before = min(context, first.left.lowerBound)
    let after = min(context, a.count - last.left.upperBound)
    let old = first.left.lowerBound - before..<last.left.upperBound + after
    let new = first.right.lowerBound - before..<last.right.upperBound + after
    output += Array("@@ -\(position(old)) +\(position(new)) @@\n".utf8)
    var line = old.lowerBound
    for hunk in group {
      append(0x20, a, line..<hunk.left.lowerBound, to: &output)
      append(0x2d, a, hunk.left, to: &output)
      append(0x2b, b, hunk.right, to: &output)
      line = hunk.left.upperBound
    }
    append(0x20, a, line..<old.upperBound, to: &output)
  }

  /// A run of lines as a hunk's head has it: counted from 1, an empty run by the line before it.
  private static func position(_ lines: Range<Int>) -> String {
    switch lines.count {
    case 0: "\(lines.lowerBound),0"
    case 1: "\(lines.lowerBound + 1)"
    default: "\(lines.lowerBound + 1),\(lines.count)"
    }
  }

  private static func append(
    _ mark: UInt8, _ text: Lines, _ lines: Range<Int>, to output: inout [UInt8]
  ) {
    for line in lines {
      output.append(mark)
      output += text.line(line)
    }
    guard lines.upperBound == text.count, !lines.isEmpty, !text.endsInNewline else { return }
    output += Array("\n\\ No newline at end of file\n".utf8)
  }
}
