import FsyncCore
import TestSupport
import Testing

@Suite struct LineDiffTests {
  private static let algorithms: [LineDiff.Algorithm] = [.histogram, .myers]

  private func text(_ lines: String) -> Lines {
    Lines(lines.flatMap { [UInt8($0.asciiValue ?? 0), 0x0a] })
  }

  @Test func linesKeepTheirNewlines() {
    #expect(Lines([]).count == 0)
    #expect(Lines(Array("a\n\nb".utf8)).ranges == [0..<2, 2..<3, 3..<4])
    #expect(Lines(Array("a\nb\n".utf8)).ranges == [0..<2, 2..<4])
    #expect(Lines(Array("a".utf8)).endsInNewline == false)
    #expect(Lines(Array("a\n".utf8)).endsInNewline)
  }

  @Test(arguments: algorithms) func knownTexts(algorithm: LineDiff.Algorithm) {
    func hunks(_ a: String, _ b: String) -> [Hunk] {
      LineDiff.hunks(text(a), text(b), algorithm: algorithm)
    }
    #expect(hunks("", "") == [])
    #expect(hunks("abc", "abc") == [])
    #expect(hunks("", "ab") == [Hunk(left: 0..<0, right: 0..<2)])
    #expect(hunks("ab", "") == [Hunk(left: 0..<2, right: 0..<0)])
    #expect(hunks("abc", "axc") == [Hunk(left: 1..<2, right: 1..<2)])
    #expect(
      hunks("abcd", "xbcy")
        == [Hunk(left: 0..<1, right: 0..<1), Hunk(left: 3..<4, right: 3..<4)])
    // A run that can lie in several places lies in the last.
    #expect(hunks("aab", "aaab") == [Hunk(left: 2..<2, right: 2..<3)])
    #expect(hunks("xx", "yy") == [Hunk(left: 0..<2, right: 0..<2)])
  }

  @Test func aMissingNewlineIsADifference() {
    let hunks = LineDiff.hunks(Lines(Array("a\nb\n".utf8)), Lines(Array("a\nb".utf8)))
    #expect(hunks == [Hunk(left: 1..<2, right: 1..<2)])
  }

  @Test func theHistogramPrefersRareLines() {
    // Moving the braces pairs less text than pairing the rare line in the middle.
    let hunks = LineDiff.hunks(text("{}{}{}r"), text("r{}{}{}"), algorithm: .histogram)
    #expect(hunks == [Hunk(left: 0..<6, right: 0..<0), Hunk(left: 7..<7, right: 1..<7)])
  }

  @Test(arguments: UInt64(0)..<400) func hunksMakeOneTextTheOther(seed: UInt64) {
    var random = SplitMix(seed: seed)
    for _ in 0..<5 {
      let texts = random.threeTexts()
      for algorithm in LineDiffTests.algorithms {
        expectSound(texts.left, texts.right, algorithm)
      }
    }
  }

  /// Whatever the work allowed, the answer is right.
  @Test(arguments: UInt64(0)..<200) func smallBudgetsAreSound(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let a = random.letters(random.below(300), alphabet: 1 + random.below(6))
    let b = random.letters(random.below(300), alphabet: 1 + random.below(6))
    for budget in [0, 1, 10, 100, 1000, 10_000] {
      for algorithm in LineDiffTests.algorithms {
        expectSound(a.bytes(), b.bytes(), algorithm, budget: budget)
      }
    }
  }

  /// Texts that cost a plain algorithm the square of their length, or a deep recursion.
  @Test(arguments: 0..<6) func hostileTexts(number: Int) {
    var random = SplitMix(seed: UInt64(number))
    let count = 6000
    let (a, b): (RandomText, RandomText) =
      switch number {
      case 0: (random.letters(count, alphabet: 2), random.letters(count, alphabet: 2))
      case 1: (random.letters(count, alphabet: 1), random.letters(count / 2, alphabet: 1))
      case 2: (random.letters(count, alphabet: 150), random.letters(count, alphabet: 150))
      case 3:
        (
          RandomText(lines: (0..<count).map { Array("\($0)".utf8) }),
          RandomText(lines: (0..<count).reversed().map { Array("\($0)".utf8) })
        )
      case 4:
        (
          RandomText(lines: (0..<count).map { Array("\($0 % 70)".utf8) }),
          RandomText(lines: (0..<count).map { Array("\($0 * 7 % 71)".utf8) })
        )
      default:
        (
          RandomText(lines: (0..<count).map { Array("\($0 / 2 * ($0 % 2))".utf8) }),
          RandomText(lines: (0..<count).map { Array("\($0 / 3 * ($0 % 3))".utf8) })
        )
      }
    for algorithm in LineDiffTests.algorithms {
      expectSound(a.bytes(), b.bytes(), algorithm, budget: 1 << 20)
    }
  }

  private func expectSound(
    _ left: [UInt8], _ right: [UInt8], _ algorithm: LineDiff.Algorithm,
    budget: Int = LineDiff.standardBudget
  ) {
    let (a, b) = (Lines(left), Lines(right))
    let hunks = LineDiff.hunks(a, b, algorithm: algorithm, budget: budget)
    #expect(LineDiff.apply(hunks, to: a, from: b) == right)
    var line = (left: -1, right: -1)
    for hunk in hunks {
      #expect(hunk.left.lowerBound > line.left && hunk.right.lowerBound > line.right)
      #expect(!hunk.left.isEmpty || !hunk.right.isEmpty)
      line = (hunk.left.upperBound, hunk.right.upperBound)
    }
  }
}
