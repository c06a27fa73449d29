import FsyncCore
import TestSupport
import Testing

/// Compares with the programs that people know.
@Suite struct DiffProgramTests {
  /// Edits of lines that occur once have one shortest diff: `diff -u` prints the same bytes.
  @Test(arguments: UInt64(0)..<60) func agreesWithDiff(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let directory = try TemporaryDirectory(inMemory: true)
    var old = (0..<random.below(60)).map { Array("line \($0)".utf8) }
    if random.once(in: 10) { old = [] }
    var new: [[UInt8]] = []
    for line in old {
      switch random.below(12) {
      case 0: continue
      case 1: new.append(Array("new \(random.next())".utf8))
      case 2: new += [Array("more \(random.next())".utf8), line]
      default: new.append(line)
      }
    }
    if random.once(in: 3) { new.append(Array("end".utf8)) }
    let a = RandomText(lines: old).bytes(endsInNewline: !random.once(in: 3))
    let b = RandomText(lines: new).bytes(endsInNewline: !random.once(in: 3))
    try directory.write("a", a)
    try directory.write("b", b)
    let context = random.below(5)
    let diff = try run(
      "diff", ["-U", "\(context)", "--label", "a", "--label", "b", "a", "b"],
      directory: directory.path)
    try #require(diff.status <= 1)
    for algorithm in [LineDiff.Algorithm.histogram, .myers] {
      let ours = LineDiff.unified(
        Lines(a), Lines(b), context: context, labels: (old: [0x61], new: [0x62]),
        algorithm: algorithm)
      #expect(ours == diff.stdout)
    }
  }

  /// On any texts git's own algorithm prints the same hunks.
  @Test(arguments: UInt64(0)..<100) func agreesWithGitOnMyers(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let texts = random.threeTexts()
    try compareWithGit(texts.left, texts.right, "myers", .myers)
  }

  /// Git's histogram counts lines in common ends too, which we cut off first.
  ///
  /// Without common ends it prints the same hunks.
  @Test(arguments: UInt64(0)..<100) func agreesWithGitOnHistograms(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let texts = random.threeTexts()
    let (newline, old, new) = (Array("\n".utf8), Array("old\n".utf8), Array("new\n".utf8))
    try compareWithGit(
      old + texts.left + newline + old, new + texts.right + newline + new, "histogram", .histogram)
  }

  private func compareWithGit(
    _ a: [UInt8], _ b: [UInt8], _ name: String, _ algorithm: LineDiff.Algorithm
  ) throws {
    let directory = try TemporaryDirectory(inMemory: true)
    try directory.write("a", a)
    try directory.write("b", b)
    let git = try run(
      "git",
      ["diff", "--no-index", "--no-indent-heuristic", "--diff-algorithm=\(name)", "a", "b"],
      directory: directory.path)
    try #require(git.status <= 1)
    #expect(LineDiff.unified(Lines(a), Lines(b), algorithm: algorithm) == hunks(of: git.stdout))
  }

  /// Returns a git diff without its head and without the function names after `@@`.
  private func hunks(of output: [UInt8]) -> [UInt8] {
    let lines = Lines(output)
    var result: [UInt8] = []
    for index in 0..<lines.count {
      let line = Array(lines.line(index))
      if line.starts(with: Array("@@ ".utf8)) {
        let parts = line.split(separator: 0x20, maxSplits: 4)
        result += Array(parts[..<3].joined(separator: [0x20])) + Array(" @@\n".utf8)
      } else if !result.isEmpty {
        result += line
      }
    }
    return result
  }

  /// `patch` makes one text the other with our output.
  @Test(arguments: UInt64(0)..<60) func patchAppliesIt(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let directory = try TemporaryDirectory(inMemory: true)
    let texts = random.threeTexts()
    // An empty text is to `patch` a file that is to be removed.
    guard texts.left != texts.right, !texts.left.isEmpty, !texts.right.isEmpty else { return }
    try directory.write("a", texts.left)
    let diff = LineDiff.unified(
      Lines(texts.left), Lines(texts.right), labels: (old: [0x61], new: [0x61]))
    let patch = try run(
      "patch", ["--binary", "-s", "-p0", "-F0", "a"], input: diff, directory: directory.path)
    #expect(patch.status == 0, "\(String(decoding: patch.stdout, as: UTF8.self))")
    #expect(try directory.read("a") == texts.right)
  }
}
