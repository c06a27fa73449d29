import FsyncCore
import TestSupport
import Testing

/// Compares with `git check-ignore` on random trees and patterns.
@Suite struct IgnoreGitTests {
  /// Many trees in one repository: each with rules of its own, so the anchor is not the root.
  @Test(arguments: UInt64(0)..<5) func agreesWithGitBelowTheRoot(batch: UInt64) throws {
    var random = SplitMix(seed: batch)
    var root = RandomFolder()
    for number in 0..<40 {
      let name = try Name(Array("case\(number)".utf8))
      root.folders.append(.init(name: name, folder: random.folder(depth: 0)))
    }
    try compare(root)
  }

  @Test(arguments: UInt64(100)..<140) func agreesWithGitAtTheRoot(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    try compare(random.folder(depth: 0))
  }

  private func compare(_ root: RandomFolder) throws {
    let directory = try TemporaryDirectory(inMemory: true)
    _ = try run("git", ["init", "-q"], directory: directory.path)
    var paths: [[UInt8]] = []
    var verdicts: [Bool] = []
    var script = Archive()
    visit(root, .root, IgnoreRules(), &script) { path, isIgnored in
      paths.append(path)
      verdicts.append(isIgnored)
    }
    let unpacked = try run(
      "tar", ["-xf", "-"], input: script.finished, directory: directory.path)
    try #require(unpacked.status == 0, "\(String(decoding: unpacked.stderr, as: UTF8.self))")
    let git = try run(
      "git", ["check-ignore", "-v", "-n", "-z", "--no-index", "--stdin"],
      input: paths.flatMap { $0 + [0] }, directory: directory.path)
    try #require(git.status <= 1, "\(String(decoding: git.stderr, as: UTF8.self))")
    let fields = git.stdout.split(separator: 0, omittingEmptySubsequences: false)
    try #require(fields.count == paths.count * 4 + 1)
    for (index, path) in paths.enumerated() {
      let pattern = fields[index * 4 + 2]
      let expected = !pattern.isEmpty && pattern.first != 0x21
      #expect(
        verdicts[index] == expected,
        "\(String(decoding: path, as: UTF8.self)): \(String(decoding: pattern, as: UTF8.self))")
    }
  }

  /// Adds a folder to an archive, and calls back with what each path in it is to us.
  private func visit(
    _ folder: RandomFolder, _ path: Path, _ parent: IgnoreRules, _ archive: inout Archive,
    _ body: ([UInt8], Bool) -> Void
  ) {
    let rules = parent.entering(path, contents: folder.rules)
    let prefix = path.isRoot ? [] : path.bytes + [0x2f]
    if let contents = folder.rules {
      archive.add(prefix + Array(".gitignore".utf8), contents)
    }
    for name in folder.files {
      archive.add(prefix + name.bytes, [])
      body(prefix + name.bytes, rules.isIgnored(name, isDirectory: false, in: path))
    }
    for child in folder.folders {
      let name = child.name
      archive.addFolder(prefix + name.bytes)
      body(prefix + name.bytes, rules.isIgnored(name, isDirectory: true, in: path))
      visit(child.folder, path.appending(name), rules, &archive, body)
    }
  }
}
