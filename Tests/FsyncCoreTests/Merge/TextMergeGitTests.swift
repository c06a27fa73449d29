import FsyncCore
import TestSupport
import Testing

/// Compares with `git merge-file`: wherever it is clean, we are, with the same bytes.
@Suite struct TextMergeGitTests {
  @Test(arguments: UInt64(0)..<40) func agreesWithGit(batch: UInt64) throws {
    var random = SplitMix(seed: batch)
    let directory = try TemporaryDirectory(inMemory: true)
    var clean = 0
    for number in 0..<12 {
      let texts = random.threeTexts()
      guard let expected = try gitMerge(texts, in: directory) else { continue }
      clean += 1
      let ours = TextMerge.merge(base: texts.base, left: texts.left, right: texts.right)
      #expect(ours == expected, "number \(number)")
    }
    #expect(clean > 0)
  }

  /// Long texts whose halves are rewritten: here git guesses instead of searching to the end.
  @Test(arguments: UInt64(0)..<8) func agreesWithGitWhereItGuesses(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let directory = try TemporaryDirectory(inMemory: true)
    let alphabet: Int? = random.once(in: 2) ? nil : 2 + random.below(25)
    let size = 300 + random.below(4000)
    let base =
      if let alphabet {
        random.letters(size, alphabet: alphabet)
      } else {
        random.program(functions: size / 10)
      }
    let cut = base.lines.count / 2
    let start = RandomText(lines: Array(base.lines[..<cut]))
    let end = RandomText(lines: Array(base.lines[cut...]))
    let left = random.edited(start, edits: random.below(size), alphabet: alphabet).lines
    let right = random.edited(end, edits: random.below(size), alphabet: alphabet).lines
    let texts = ThreeTexts(
      base: base.bytes(), left: RandomText(lines: left + end.lines).bytes(),
      right: RandomText(lines: start.lines + right).bytes())
    guard let expected = try gitMerge(texts, in: directory) else { return }
    let ours = TextMerge.merge(base: texts.base, left: texts.left, right: texts.right)
    #expect(ours == expected)
  }

  /// Returns what git makes of three texts; nil where they clash.
  private func gitMerge(
    _ texts: ThreeTexts, in directory: borrowing TemporaryDirectory
  ) throws -> [UInt8]? {
    try directory.write("base", texts.base)
    try directory.write("left", texts.left)
    try directory.write("right", texts.right)
    let git = try run(
      "git", ["merge-file", "-p", "left", "base", "right"], directory: directory.path)
    #expect(git.status < 128)
    return git.status == 0 ? git.stdout : nil
  }
}
