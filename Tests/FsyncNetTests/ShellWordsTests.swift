import FsyncNet
import TestSupport
import Testing

@Suite struct ShellWordsTests {
  @Test(arguments: [
    ("", "''"),
    ("a", "'a'"),
    ("a b$HOME`x`", "'a b$HOME`x`'"),
    ("it's", #"'it'\''s'"#),
    ("'", #"''\'''"#),
    ("wow!", #"'wow'\!''"#),
  ])
  func quotes(_ text: String, _ quoted: String) {
    #expect(ShellWords.quote(bytes(text)) == bytes(quoted))
  }

  /// A shell is given many words at once, each of any bytes but NUL, and prints what it read.
  @Test(arguments: UInt64(0)..<20)
  func aShellReadsBackWhatWasQuoted(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    var script = bytes("printf '%s\\0'")
    var expected: [UInt8] = []
    let nasty = Array("'\"\\!$`*?~#&|;<>(){}[] \t\n-=".utf8)
    for _ in 0..<50 {
      let word = (0..<random.below(40)).map { _ in
        random.once(in: 2) ? random.pick(nasty) : UInt8(1 + random.below(255))
      }
      script += [0x20] + ShellWords.quote(word)
      expected += word + [0]
    }
    #expect(try run("sh", [], input: script).stdout == expected, "seed \(seed)")
  }
}
