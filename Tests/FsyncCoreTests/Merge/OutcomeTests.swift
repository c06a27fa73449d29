import FsyncCore
import TestSupport
import Testing

/// One row of the outcome table: what two replicas made of a folder, and what it merges to.
struct Outcome: Sendable, CustomTestStringConvertible {
  let testDescription: String
  var base: [String: TestTree]?
  let left: [String: TestTree]
  let right: [String: TestTree]
  var leftMoved: [(String, String)] = []
  var rightMoved: [(String, String)] = []
  let expected: [String: TestTree]
  /// Kinds by path; open conflicts and notices.
  var table: [String: [Conflict.Kind]] = [:]
}

/// The name of a copy of a version, as the design says it.
func copy(_ stem: String, _ replica: String, _ tree: TestTree, _ suffix: String = "") -> String {
  let content = MemoryObjects().put(tree).content
  return "\(stem).conflict-\(replica)-\(content.description.prefix(8))\(suffix)"
}

private let text = lines("1", "2", "3", "4", "5", "6", "7")

@Suite struct OutcomeTests {
  static let contents: [Outcome] = [
    Outcome(
      testDescription: "one side changed",
      base: ["f": file("0")], left: ["f": file("1", at: 5)], right: ["f": file("0")],
      expected: ["f": file("1", at: 5)]),
    Outcome(
      testDescription: "both made the same change: the older time",
      base: ["f": file("0")], left: ["f": file("1", at: 7)], right: ["f": file("1", at: 5)],
      expected: ["f": file("1", at: 5)]),
    Outcome(
      testDescription: "both deleted", base: ["f": file("0"), "g": file("g")],
      left: ["g": file("g")], right: ["g": file("g")], expected: ["g": file("g")]),
    Outcome(
      testDescription: "text merges by lines: the later time",
      base: ["f": text],
      left: ["f": lines("one", "2", "3", "4", "5", "6", "7", at: 3)],
      right: ["f": lines("1", "2", "3", "4", "5", "6", "seven", at: 4)],
      expected: ["f": lines("one", "2", "3", "4", "5", "6", "seven", at: 4)]),
    Outcome(
      testDescription: "text that clashes: the latest keeps the name",
      base: ["f.txt": lines("0")], left: ["f.txt": lines("a", at: 2)],
      right: ["f.txt": lines("b", at: 1)],
      expected: [
        "f.txt": lines("a", at: 2), copy("f", "b", lines("b"), ".txt"): lines("b", at: 1),
      ], table: ["f.txt": [.edits]]),
    Outcome(
      testDescription: "binary that clashes",
      base: ["f.bin": binary("0")], left: ["f.bin": binary("a", at: 1)],
      right: ["f.bin": binary("b", at: 2)],
      expected: [
        "f.bin": binary("b", at: 2), copy("f", "a", binary("a"), ".bin"): binary("a", at: 1),
      ], table: ["f.bin": [.edits]]),
    Outcome(
      testDescription: "an edit against a deletion stays, with a notice",
      base: ["f": file("0"), "g": file("g")], left: ["f": file("1"), "g": file("g")],
      right: ["g": file("g")], expected: ["f": file("1"), "g": file("g")],
      table: ["f": [.editKept]]),
    Outcome(
      testDescription: "a change of metadata is no edit: the deletion wins",
      base: ["f": file("0"), "g": file("g")],
      left: ["f": file("0", mode: 0o755, at: 9), "g": file("g")],
      right: ["g": file("g")], expected: ["g": file("g")]),
    Outcome(
      testDescription: "a name added twice with the same content is no conflict",
      base: [:], left: ["f": file("1", at: 3)], right: ["f": file("1", at: 2)],
      expected: ["f": file("1", at: 2)]),
    Outcome(
      testDescription: "a name added twice",
      base: [:], left: ["f": file("1", at: 3)], right: ["f": file("2", at: 2)],
      expected: ["f": file("1", at: 3), copy("f", "b", file("2")): file("2", at: 2)],
      table: ["f": [.additions]]),
    Outcome(
      testDescription: "no common history: a union",
      base: nil, left: ["x": file("x"), "s": dir(["1": file("1")])],
      right: ["y": file("y"), "s": dir(["2": file("2")])],
      expected: [
        "x": file("x"), "y": file("y"), "s": dir(["1": file("1"), "2": file("2")]),
      ]),
  ]

  static let metadata: [Outcome] = [
    Outcome(
      testDescription: "permission bits one by one",
      base: ["f": file("0", mode: 0o644)], left: ["f": file("0", mode: 0o744)],
      right: ["f": file("0", mode: 0o600)], expected: ["f": file("0", mode: 0o700)]),
    Outcome(
      testDescription: "a new mode and a new content",
      base: ["f": file("0")], left: ["f": file("0", mode: 0o755)],
      right: ["f": file("1", at: 4)], expected: ["f": file("1", mode: 0o755, at: 4)]),
    Outcome(
      testDescription: "without a base the owner's bits are united, others intersected",
      base: [:], left: ["f": file("0", mode: 0o744)], right: ["f": file("0", mode: 0o666)],
      expected: ["f": file("0", mode: 0o744)]),
    Outcome(
      testDescription: "a folder's mode and a change inside it",
      base: ["d": dir(["f": file("0")])], left: ["d": dir(["f": file("0")], mode: 0o700)],
      right: ["d": dir(["f": file("1")])], expected: ["d": dir(["f": file("1")], mode: 0o700)]),
  ]

  static let kinds: [Outcome] = [
    Outcome(
      testDescription: "a deleted folder against a change inside it",
      base: ["d": dir(["a": file("a"), "b": file("b"), "s": dir(["c": file("c")])])],
      left: [:],
      right: [
        "d": dir(["a": file("A"), "b": file("b"), "s": dir(["c": file("c"), "n": file("n")])])
      ],
      expected: ["d": dir(["a": file("A"), "s": dir(["n": file("n")])])],
      table: ["d/a": [.editKept]]),
    Outcome(
      testDescription: "a deleted folder against deletions inside it",
      base: ["d": dir(["a": file("a"), "b": file("b")])], left: [:],
      right: ["d": dir(["a": file("a")])], expected: [:]),
    Outcome(
      testDescription: "a file against a directory, both new",
      base: [:], left: ["n": file("f")], right: ["n": dir(["x": file("x")])],
      expected: ["n": dir(["x": file("x")]), copy("n", "a", file("f")): file("f")],
      table: ["n": [.kinds]]),
    Outcome(
      testDescription: "a directory that one side changed and the other replaced by a file",
      base: ["n": dir(["x": file("x"), "y": file("y")])],
      left: ["n": dir(["x": file("X"), "y": file("y")])], right: ["n": file("f")],
      expected: ["n": dir(["x": file("X")]), copy("n", "b", file("f")): file("f")],
      table: ["n": [.kinds], "n/x": [.editKept]]),
    Outcome(
      testDescription: "an unchanged directory that the other side replaced by a file",
      base: ["n": dir(["x": file("x")])], left: ["n": dir(["x": file("x")])],
      right: ["n": file("f")], expected: ["n": file("f")]),
    Outcome(
      testDescription: "an edited file that the other side replaced by a directory",
      base: ["n": file("0")], left: ["n": file("1")], right: ["n": dir(["x": file("x")])],
      expected: ["n": dir(["x": file("x")]), copy("n", "a", file("1")): file("1")],
      table: ["n": [.kinds]]),
    Outcome(
      testDescription: "a symlink against a file is as a binary file",
      base: ["n": link("0")], left: ["n": link("1", at: 2)], right: ["n": file("f", at: 1)],
      expected: ["n": link("1", at: 2), copy("n", "b", file("f")): file("f", at: 1)],
      table: ["n": [.edits]]),
    Outcome(
      testDescription: "two links",
      base: ["n": link("0")], left: ["n": link("1", at: 2)], right: ["n": link("2", at: 1)],
      expected: ["n": link("1", at: 2), copy("n", "b", link("2")): link("2", at: 1)],
      table: ["n": [.edits]]),
    Outcome(
      testDescription: "directories emptied by both sides stay",
      base: ["d": dir(["a": file("a"), "b": file("b")])], left: ["d": dir(["a": file("a")])],
      right: ["d": dir(["b": file("b")])], expected: ["d": dir()]),
  ]

  static let renames: [Outcome] = [
    Outcome(
      testDescription: "a rename and an edit",
      base: ["p": file("0")], left: ["q": file("0")], right: ["p": file("1", at: 3)],
      expected: ["q": file("1", at: 3)]),
    Outcome(
      testDescription: "an observed rename with an edit, and an edit elsewhere",
      base: ["p": text], left: ["q": lines("one", "2", "3", "4", "5", "6", "7")],
      right: ["p": lines("1", "2", "3", "4", "5", "6", "seven")], leftMoved: [("p", "q")],
      expected: ["q": lines("one", "2", "3", "4", "5", "6", "seven")]),
    Outcome(
      testDescription: "a rename and a deletion: the renamed file stays, with a notice",
      base: ["p": file("0"), "g": file("g")], left: ["q": file("0"), "g": file("g")],
      right: ["g": file("g")], expected: ["q": file("0"), "g": file("g")],
      table: ["q": [.renameKept]]),
    Outcome(
      testDescription: "a rename to two names: both",
      base: ["p": file("0")], left: ["q": file("0")], right: ["r": file("0")],
      expected: ["q": file("0"), "r": file("0")]),
    Outcome(
      testDescription: "a rename to two names and an edit: both have it",
      base: ["p": text], left: ["q": text],
      right: ["r": lines("1", "2", "3", "4", "5", "6", "seven", at: 2)],
      rightMoved: [("p", "r")],
      expected: [
        "q": lines("1", "2", "3", "4", "5", "6", "seven", at: 2),
        "r": lines("1", "2", "3", "4", "5", "6", "seven", at: 2),
      ]),
    Outcome(
      testDescription: "two files renamed to one name",
      base: ["p": file("1", at: 1), "r": file("2", at: 2)],
      left: ["q": file("1", at: 1), "r": file("2", at: 2)],
      right: ["p": file("1", at: 1), "q": file("2", at: 2)],
      expected: ["q": file("2", at: 2), copy("q", "a", file("1")): file("1", at: 1)],
      table: ["q": [.additions]]),
    Outcome(
      testDescription: "a folder renamed, a file added in it: it stays where it was added",
      base: ["d": dir(["a": file("a")])], left: ["e": dir(["a": file("a")])],
      right: ["d": dir(["a": file("a"), "n": file("n")])],
      expected: ["e": dir(["a": file("a")]), "d": dir(["n": file("n")])]),
    Outcome(
      testDescription: "a folder renamed, a file in it edited",
      base: ["d": dir(["a": file("a"), "s": dir(["b": file("b")])])],
      left: ["e": dir(["a": file("a"), "s": dir(["b": file("b")])])],
      right: ["d": dir(["a": file("a"), "s": dir(["b": file("B")])])],
      expected: ["e": dir(["a": file("a"), "s": dir(["b": file("B")])])]),
    Outcome(
      testDescription: "a folder renamed, a file in it renamed",
      base: ["d": dir(["a": file("a"), "b": file("b")])],
      left: ["e": dir(["a": file("a"), "b": file("b")])],
      right: ["d": dir(["a": file("a"), "c": file("b")])],
      expected: ["e": dir(["a": file("a"), "c": file("b")])]),
    Outcome(
      testDescription: "a folder renamed, a file moved out of it",
      base: ["d": dir(["a": file("a"), "b": file("b")])],
      left: ["e": dir(["a": file("a"), "b": file("b")])],
      right: ["d": dir(["a": file("a")]), "b": file("b")],
      expected: ["e": dir(["a": file("a")]), "b": file("b")]),
    Outcome(
      testDescription: "a folder renamed and the folder deleted",
      base: ["d": dir(["a": file("a")]), "g": file("g")],
      left: ["e": dir(["a": file("a")]), "g": file("g")], right: ["g": file("g")],
      expected: ["e": dir(["a": file("a")]), "g": file("g")], table: ["e": [.renameKept]]),
    Outcome(
      testDescription: "a swap and an edit",
      base: ["p": file("1"), "q": file("2")], left: ["p": file("2"), "q": file("1")],
      right: ["p": file("1+"), "q": file("2")],
      expected: ["p": file("2"), "q": file("1+")]),
    Outcome(
      testDescription: "a rename over an edited file",
      base: ["p": file("1", at: 5), "q": file("2")], left: ["q": file("1", at: 5)],
      right: ["p": file("1", at: 5), "q": file("3", at: 4)], leftMoved: [("p", "q")],
      expected: ["q": file("1", at: 5), copy("q", "b", file("3")): file("3", at: 4)],
      table: ["q": [.additions, .editKept]]),
    Outcome(
      testDescription: "a rename to a name that the other side added",
      base: ["p": file("1", at: 5)], left: ["q": file("1", at: 5)],
      right: ["p": file("1", at: 5), "q": file("3", at: 6)],
      expected: ["q": file("3", at: 6), copy("q", "a", file("1")): file("1", at: 5)],
      table: ["q": [.additions]]),
    Outcome(
      testDescription: "a move into a folder that the other side deleted",
      base: ["p": file("1"), "d": dir(["x": file("x")])],
      left: ["d": dir(["x": file("x"), "p": file("1")])], right: ["p": file("1")],
      expected: ["d": dir(["p": file("1")])]),
  ]

  @Test(arguments: contents + metadata + kinds + renames, [false, true])
  func merges(_ outcome: Outcome, isExchanged: Bool) throws {
    let history = History()
    var parents: [ObjectID] = []
    if let base = outcome.base { parents = [try history.commit(dir(base), by: "0")] }
    let first = try history.commit(
      dir(outcome.left), by: "a", on: parents, time: 1, moved: outcome.leftMoved)
    let second = try history.commit(
      dir(outcome.right), by: "b", on: parents, time: 2, moved: outcome.rightMoved)
    let heads = isExchanged ? [second, first] : [first, second]
    let folder = try history.folder(of: heads)
    #expect(folder.listing == dir(outcome.expected).listing)
    #expect(folder == dir(outcome.expected))
    var table: [String: [Conflict.Kind]] = [:]
    for conflict in try history.table(of: heads).conflicts {
      table[conflict.path.description, default: []].append(conflict.kind)
    }
    #expect(table == outcome.table)
  }
}
