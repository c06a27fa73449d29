import FsyncCore
import TestSupport
import Testing

@Suite struct AttributeTests {
  /// Lines of the root's file, a path, and how it merges.
  struct Case: Sendable, CustomTestStringConvertible {
    var lines: String
    var path: String
    var strategy: MergeStrategy

    init(_ lines: String, _ path: String, _ strategy: MergeStrategy) {
      self.lines = lines
      self.path = path
      self.strategy = strategy
    }

    var testDescription: String { "\(lines.debugDescription) \(path)" }
  }

  private static func unknown(_ name: String) -> MergeStrategy { .unknown(Array(name.utf8)) }

  @Test(arguments: [
    Case("", "a", .automatic), Case("* merge=text", "x/a", .text), Case("* merge", "a", .text),
    Case("* -merge", "a", .keepBoth), Case("* merge=keep-both", "a", .keepBoth),
    Case("* !merge", "a", .automatic), Case("* merge=newest", "a", unknown("newest")),
    Case("* merge=", "a", unknown("")), Case("*.c merge=text\n*.c -merge", "a.c", .keepBoth),
    Case("*.c merge=text\n*.c !merge", "a.c", .automatic),
    Case("*.c merge=text merge=hub", "a.c", unknown("hub")), Case("*.c binary", "a.c", .keepBoth),
    Case("*.c binary merge=text", "a.c", .text), Case("*.c merge=text binary", "a.c", .keepBoth),
    Case("*.c binary\n*.c -binary", "a.c", .automatic), Case("*.c binary", "a.h", .automatic),
    Case("/a merge=text", "x/a", .automatic), Case("x/a merge=text", "x/a", .text),
    Case("x/ merge=text", "x/a", .automatic), Case("x/** merge=text", "x/y/a", .text),
    Case("!a merge=text", "a", .automatic), Case("\\!a merge=text", "!a", .text),
    Case("\"a b\" merge=text", "a b", .text), Case("\"a\\tb\" merge=text", "a\tb", .text),
    Case("\"\\303\\251\" merge=text", "é", .text), Case("\"a merge=text", "\"a", .text),
    Case("\"a\\9\" merge=text", "a", .automatic), Case("# a merge=text", "a", .automatic),
    Case("  a\tmerge=text\r", "a", .text), Case("a merge=text m%n=1", "a", .automatic),
    Case("[attr]a merge=text", "a", .automatic), Case("a builtin_x merge=text", "a", .automatic),
    Case("a --merge", "a", .automatic), Case("db/ atomic", "db/x/y", unknown("atomic")),
    Case("db/ atomic", "db", .automatic), Case("db atomic\n* merge=text", "db", unknown("atomic")),
    Case("db/ atomic\ndb/ -atomic\n* merge=text", "db/x", .text),
  ])
  func decides(_ c: Case) throws {
    var rules = AttributeRules()
    rules.add(Array(c.lines.utf8), in: .root)
    #expect(rules.strategy(for: try Path(Array(c.path.utf8))) == c.strategy)
  }

  @Test func aDeeperFileWins() throws {
    var rules = AttributeRules()
    rules.add(Array("* merge=text\n".utf8), in: try Path(Array("a/b".utf8)))
    rules.add(Array("* merge=keep-both\n".utf8), in: .root)
    rules.add(Array("/x !merge\n".utf8), in: try Path(Array("a".utf8)))
    #expect(rules.strategy(for: try Path(Array("y".utf8))) == .keepBoth)
    #expect(rules.strategy(for: try Path(Array("a/y".utf8))) == .keepBoth)
    #expect(rules.strategy(for: try Path(Array("a/x".utf8))) == .automatic)
    #expect(rules.strategy(for: try Path(Array("a/b/x".utf8))) == .text)
  }

  /// Compares with `git check-attr` on random files of attributes.
  @Test(arguments: UInt64(0)..<30) func agreesWithGit(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let directory = try TemporaryDirectory(inMemory: true)
    _ = try run("git", ["init", "-q"], directory: directory.path)
    var rules = AttributeRules()
    for folder in ["", "lib", "lib/a"] where folder.isEmpty || !random.once(in: 3) {
      let contents = random.attributesFile()
      try directory.write(folder.isEmpty ? ".gitattributes" : folder + "/.gitattributes", contents)
      rules.add(contents, in: try Path(Array(folder.utf8)))
    }
    var paths: [Path] = []
    for _ in 0..<60 {
      let depth = random.below(4)
      let names = (0...depth).map { _ in random.once(in: 3) ? Array("lib".utf8) : random.fileName()
      }
      if let path = try? Path(Array(names.joined(separator: [0x2f]))) { paths.append(path) }
    }
    let git = try run(
      "git", ["check-attr", "-z", "--stdin", "merge"], input: paths.flatMap { $0.bytes + [0] },
      directory: directory.path)
    try #require(git.status == 0, "\(String(decoding: git.stderr, as: UTF8.self))")
    let fields = git.stdout.split(separator: 0, omittingEmptySubsequences: false)
    try #require(fields.count == paths.count * 3 + 1)
    for (index, path) in paths.enumerated() {
      let value = rules.value(of: Array("merge".utf8), for: path, isDirectory: false)
      let ours: [UInt8] =
        switch value {
        case .set: Array("set".utf8)
        case .unset: Array("unset".utf8)
        case .unspecified: Array("unspecified".utf8)
        case .value(let value): value
        }
      #expect(ours == Array(fields[index * 3 + 2]), "\(path)")
    }
  }
}

extension SplitMix {
  /// Returns a file of attributes whose patterns have no blanks but in quotes.
  fileprivate mutating func attributesFile() -> [UInt8] {
    var result: [UInt8] = []
    for _ in 0..<1 + below(6) {
      let plain = pattern().filter { $0 != 0x0d }
      if once(in: 4) {
        result += [0x22] + plain.flatMap { $0 == 0x22 || $0 == 0x5c ? [0x5c, $0] : [$0] } + [0x22]
      } else {
        result += plain
      }
      for _ in 0...below(3) {
        let states = [
          "merge=text", "merge", "-merge", "!merge", "binary", "-binary", "!binary", "merge=",
          "diff",
          "merge=a=b", "text=x", "-merge=x", "merge=hub",
        ]
        result += Array((once(in: 8) ? "\t " : " ").utf8)
        result += Array((once(in: 60) ? "bad%name" : pick(states)).utf8)
      }
      result.append(0x0a)
    }
    return result
  }
}
