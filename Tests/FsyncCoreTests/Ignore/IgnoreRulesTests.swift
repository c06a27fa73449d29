import FsyncCore
import TestSupport
import Testing

@Suite struct IgnoreRulesTests {
  /// One line of rules, a path, and whether it is ignored; `/` at the end marks a directory.
  struct Case: Sendable, CustomTestStringConvertible {
    var rules: String
    var path: String
    var isIgnored: Bool

    init(_ rules: String, _ path: String, _ isIgnored: Bool) {
      self.rules = rules
      self.path = path
      self.isIgnored = isIgnored
    }

    var testDescription: String { "\(rules.debugDescription) \(path) \(isIgnored)" }
  }

  /// Decides a path as a scan does: folder by folder.
  private func decide(_ files: [String: String], _ path: String) throws -> Bool {
    var rules = IgnoreRules().entering(.root, contents: files[""].map { Array($0.utf8) })
    let isDirectory = path.hasSuffix("/")
    let path = try Path(Array((isDirectory ? String(path.dropLast()) : path).utf8))
    var folder = Path.root
    for name in path.components.dropLast() {
      folder = folder.appending(name)
      rules = rules.entering(folder, contents: files[folder.description].map { Array($0.utf8) })
    }
    let name = try #require(path.name)
    return rules.isIgnored(name, isDirectory: isDirectory, in: folder)
  }

  @Test(arguments: [
    Case("a", "a", true), Case("a", "x/y/a", true), Case("a", "ab", false), Case("a", "A", false),
    Case("/a", "a", true), Case("/a", "x/a", false), Case("x/a", "x/a", true),
    Case("x/a", "y/x/a", false), Case("a/", "a", false), Case("a/", "a/", true),
    Case("a/", "x/a/", true), Case("a/", "a/b/c", true), Case("*.o", "f.o", true),
    Case("*.o", ".o", true), Case("*.o", "d/f.o", true), Case("*.o", "f.o.c", false),
    Case("lib*", "lib", true), Case("lib*", "x/liba", true), Case("lib*", "ali", false),
    Case("/*.c", "f.c", true), Case("/*.c", "d/f.c", false), Case("a?c", "abc", true),
    Case("a?c", "ac", false), Case("x/*", "x/a", true), Case("x/*", "x/a/b", true),
    Case("x/*.c", "x/y/f.c", false), Case("**/a", "a", true), Case("**/a", "x/y/a", true),
    Case("a/**", "a", false), Case("a/**", "a/", false), Case("a/**", "a/b", true),
    Case("a/**/b", "a/b", true), Case("a/**/b", "a/x/y/b", true), Case("a/**/b", "ab", false),
    Case("a/**b", "a/xb", true), Case("a/**b", "a/x/b", false), Case("**", "x", true),
    Case("[ab]c", "ac", true), Case("[ab]c", "cc", false), Case("[!ab]c", "cc", true),
    Case("[^ab]c", "ac", false), Case("[a-c]", "b", true), Case("[a-c]", "d", false),
    Case("[]a]", "]", true), Case("[a-]", "-", true), Case("[[:digit:]]", "7", true),
    Case("[[:digit:]]", "x", false), Case("[[:nonsense:]]", "x", false), Case("[a", "[a", false),
    Case("[a", "a", false), Case("\\#a", "#a", true), Case("#a", "#a", false),
    Case("\\!a", "!a", true), Case("\\[a]", "[a]", true), Case("a\\", "a", false),
    Case("a ", "a", true), Case("a\\ ", "a ", true), Case("a\\ ", "a", false),
    Case("a\t", "a\t", true), Case("a\r", "a", true), Case("a\n!a", "a", false),
    Case("a\n!a\na", "a", true), Case("d/\n!d/f", "d/f", true), Case("d/*\n!d/f", "d/f", false),
    Case("d/*\n!d/f", "d/g", true), Case("*\n!*/\n!*.c", "x/f.c", false),
    Case("*\n!*/\n!*.c", "x/f.o", true), Case("\u{feff}a", "a", true), Case("", "a", false),
    Case("/", "a/", false), Case("!", "a", false), Case("a**/b", "ax/b", true),
    Case("a?**/b", "axy/z/b", false), Case("a/b/", "a/b/c", true), Case("é", "é", true),
    Case("a[/]b", "a/b", false), Case("x/[!a]", "x/b", true),
  ])
  func decides(_ c: Case) throws {
    #expect(try decide(["": c.rules], c.path) == c.isIgnored)
  }

  @Test func aDeeperFileWins() throws {
    let files = ["": "*.log\n", "a": "!keep.log\n", "a/b": "keep.log\n"]
    #expect(try decide(files, "keep.log"))
    #expect(try !decide(files, "a/keep.log"))
    #expect(try decide(files, "a/b/keep.log"))
    #expect(try decide(files, "a/other.log"))
  }

  @Test func aPatternIsAnchoredAtItsOwnFile() throws {
    let files = ["a": "/x\ny/z\n"]
    #expect(try decide(files, "a/x"))
    #expect(try !decide(files, "a/b/x"))
    #expect(try !decide(files, "x"))
    #expect(try decide(files, "a/y/z"))
    #expect(try !decide(files, "y/z"))
  }

  @Test func nothingIsIncludedAgainUnderAnIgnoredFolder() throws {
    let files = ["": "d/\n!d/keep\n", "d": "!keep\n", "d/e": "!*\n"]
    #expect(try decide(files, "d/keep"))
    #expect(try decide(files, "d/e/f"))
  }

  @Test func theDigestChangesWithTheRules() throws {
    let none = IgnoreRules()
    let folder = try Path(Array("d".utf8))
    let a = none.entering(.root, contents: Array("a\n".utf8))
    let b = none.entering(.root, contents: Array("b\n".utf8))
    #expect(none.digest == 0)
    #expect(none.entering(.root, contents: nil).digest == 0)
    #expect(none.entering(.root, contents: Array("# only words\n".utf8)).digest == 0)
    #expect(a.digest != 0 && a.digest != b.digest)
    #expect(a.digest == none.entering(.root, contents: Array("a\n".utf8)).digest)
    #expect(a.entering(folder, contents: nil).digest == a.digest)
    #expect(a.entering(folder, contents: Array("c\n".utf8)).digest != a.digest)
    #expect(
      a.entering(folder, contents: Array("c\n".utf8)).digest
        != b.entering(folder, contents: Array("c\n".utf8)).digest)
    let excluded = none.entering(.root, contents: Array("d/\n".utf8))
      .entering(folder, contents: nil)
    #expect(excluded.isExcluded && excluded.digest != a.digest)
  }

  /// Patterns that cost other matchers time without end.
  @Test(arguments: [
    String(repeating: "*a", count: 5000) + "b", String(repeating: "**/", count: 2000) + "b",
    "x/" + String(repeating: "**/*a", count: 1000) + "b",
    String(repeating: "a*", count: 5000) + "b",
    String(repeating: "[a-z]*", count: 1000) + "!",
  ])
  func hostilePatternsCostLittle(pattern: String) throws {
    let rules = IgnoreRules().entering(.root, contents: Array(pattern.utf8))
    let folder = try Path(
      Array("x".utf8) + Array(repeatElement(Array("/aaaa".utf8), count: 99).joined()))
    let name = [UInt8](repeating: 0x61, count: 255)
    var inside = rules
    var path = Path.root
    for component in folder.components {
      path = path.appending(component)
      inside = inside.entering(path, contents: nil)
    }
    #expect(!inside.isIgnored(name, isDirectory: false, in: folder))
  }

  @Test("as many `**/` as a file has room for end no process")
  func folderAfterFolder() {
    let stars = Array(repeatElement(Array("**/".utf8), count: IgnoreRules.maximumSize / 3 - 1))
    let rules = IgnoreRules().entering(.root, contents: stars.joined() + Array("b\n".utf8))
    #expect(rules.isIgnored(Array("b".utf8), isDirectory: false, in: .root))
    #expect(!rules.isIgnored(Array("c".utf8), isDirectory: false, in: .root))
  }

  @Test(arguments: UInt64(0)..<200) func noContentsCanCrash(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let special = Array("*?[]!^-\\/ab :#\n \r".utf8) + [0, 0xff]
    let contents = (0..<random.below(400)).map { _ in random.pick(special) }
    let folder = try Path(Array("a/b".utf8))
    let rules = IgnoreRules().entering(folder, contents: contents)
    for name in ["a", "b", "a:b", "[a]", "-"] {
      _ = rules.isIgnored(Array(name.utf8), isDirectory: random.once(in: 2), in: folder)
    }
    _ = rules.isIgnored([], isDirectory: false, in: folder)
    var attributes = AttributeRules()
    attributes.add(contents, in: folder)
    _ = attributes.strategy(for: try Path(Array("a/b/ab".utf8)))
  }

  @Test func aFileThatIsTooLargeEndsWithALastWholeLine() throws {
    let filler = [UInt8](repeating: 0x23, count: IgnoreRules.maximumSize - 3) + [0x0a]
    let rules = IgnoreRules().entering(.root, contents: filler + Array("abc\n".utf8))
    for name in ["a", "ab", "abc"] {
      #expect(!rules.isIgnored(Array(name.utf8), isDirectory: false, in: .root))
    }
  }

  @Test func theStandardFileIgnoresLitterAndNothingElse() throws {
    let files = ["": IgnoreRules.standardFile]
    for path in [
      "notes.txt~", "a/.main.c.swp", "#draft#", ".#lock", "x/.DS_Store", "film.mkv.part",
      "y/Thumbs.db", "z/Desktop.ini", ".stfolder/", "$RECYCLE.BIN/x", ".~lock.a.odt#", "~$a.docx",
      ".unison.a.1234.unison.tmp", "lost+found/", "._a", "System Volume Information/x",
    ] {
      #expect(try decide(files, path), "\(path)")
    }
    for path in [
      "notes.txt", "main.c", ".git/HEAD", ".profile", "part", "swp", "a.swift", "build/", "x.tmp",
      "node_modules/", "#", "desktop", ".fsyncignore", "a#b",
    ] {
      #expect(try !decide(files, path), "\(path)")
    }
  }
}
