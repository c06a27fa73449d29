import FsyncCore
import FsyncRepo
import FsyncStore
import FsyncSystem
import TestSupport
import Testing

@Suite struct CommitTests {
  private func repository(_ directory: borrowing TemporaryDirectory) throws -> Repository {
    let repository = try Repository.initialize(at: Array(directory.appending("tree").utf8))
    try repository.tree.remove(".fsyncignore")
    return repository
  }

  @Test func aSecondCommitOfTheSameFolderMakesNone() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    try repository.tree.write("a", "one")
    #expect(try repository.commit("first").commits.count == 1)
    #expect(try repository.commit("second").commits.isEmpty)
    #expect(try repository.status().isClean)
  }

  @Test func anEmptyFolderIsNoCommit() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    #expect(try repository.commit("nothing").commits.isEmpty)
    #expect(try repository.status().heads.isEmpty)
  }

  @Test func everyKindOfChangeIsReportedAndCommitted() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    let tree = repository.tree
    for name in ["edited", "gone", "moved", "mode", "kind"] { try tree.write(name, "old \(name)") }
    try repository.commit("first")
    try tree.write("edited", "new")
    try tree.remove("gone")
    try tree.move("moved", "renamed")
    try tree.setMode("mode", 0o755)
    try tree.remove("kind")
    try tree.link("kind", to: "edited")
    try tree.write("added", "new file")
    try tree.makeFolder("empty")

    let expected: [String: ChangeKind] = [
      "edited": .modified, "gone": .deleted, "renamed": .renamed, "mode": .mode,
      "kind": .retyped, "added": .added, "empty": .added,
    ]
    let status = try repository.status()
    #expect(
      Dictionary(uniqueKeysWithValues: status.changes.map { ("\($0.path)", $0.kind) }) == expected)
    let result = try repository.commit("second")
    #expect(
      Dictionary(uniqueKeysWithValues: result.changes.map { ("\($0.path)", $0.kind) }) == expected)
    #expect(try repository.status().isClean)
  }

  @Test("a file system inside that is not mounted any more is no deletion")
  func missingMount() throws {
    let directory = try TemporaryDirectory()
    var repository = try repository(directory)
    try repository.tree.makeFolder("disk")
    let target = String(decoding: repository.tree.absolute("disk"), as: UTF8.self)
    guard try run("mount", ["-t", "tmpfs", "none", target]).status == 0 else { return }
    defer { _ = try? run("umount", ["-q", target]) }
    try repository.tree.write("disk/file", "on another file system")
    try Configuration.edit(Configuration.repositoryPath(repository.folder)) {
      file throws(RepositoryError) in
      try file.setting(.crossFileSystems, to: .boolean(true))
    }
    repository = try Repository.open(at: repository.root ?? [])
    try repository.commit("with the disk")
    let tree = try repository.state().base?.tree

    #expect(try run("umount", [target]).status == 0)
    let result = try repository.commit("without it")
    #expect(result.commits.isEmpty && result.problems.map(\.reason) == [.notMounted])
    #expect(try repository.state().base?.tree == tree)
    _ = try repository.remove([path("disk")], recursive: true)
    try repository.tree.makeFolder("disk")
    try repository.commit("a folder like any other")
    #expect(try repository.status().problems.isEmpty)
  }

  @Test("a touch is not a change, and the next look need not read the file again")
  func touch() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    try repository.tree.write("a", "one")
    try repository.commit("first")
    let file = try File(repository.tree.absolute("a"), .readWrite)
    try file.setModified(FileTime(seconds: 1_000_000_000, nanoseconds: 7))
    #expect(try repository.commit("touched").commits.isEmpty)
  }

  @Test("an unreadable folder keeps what history has, and is reported")
  func unknownIsNotDeleted() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    try repository.tree.write("folder/inside", "precious")
    try repository.tree.write("other", "1")
    try repository.commit("first")
    try repository.tree.write("other", "2")
    // Root may read everything, so the failure is injected: every listing of a folder fails.
    let result = Faults.injecting(.list, after: 0, code: 5, repeating: true) {
      Result { try repository.commit("second") }
    }.value
    if case .success(let commit) = result {
      #expect(!commit.changes.contains { $0.kind == .deleted })
    }
    #expect(try repository.commit("third").changes.allSatisfy { $0.kind != .deleted })
    #expect(try repository.tree.read("folder/inside") == "precious")
  }

  @Test func aReplacedRootIsRefused() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    try repository.tree.write("a", "one")
    try repository.commit("first")
    let copy = directory.appending("copy")
    let copied = try run("/bin/cp", ["-a", "\(utf8: repository.root ?? [])", copy])
    #expect(copied.status == 0)
    let other = try Repository.open(at: Array(copy.utf8))
    #expect(throws: RepositoryError.self) { try other.commit("in the copy") }
  }

  @Test func sequenceNumbersAndParentsFormAChain() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    var previous: ObjectID?
    for round in 1...5 {
      try repository.tree.write("a", "round \(round)")
      let id = try #require(try repository.commit("\(round)").commits.first)
      let commit = try repository.graph().commit(id)
      #expect(commit.sequence == UInt64(round))
      #expect(commit.parents == [previous].compactMap(\.self))
      previous = id
    }
  }

  @Test("the message of a commit without one names what changed")
  func generatedMessage() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    try repository.tree.write("a", "one")
    let id = try #require(try repository.commit().commits.first)
    let message = String(decoding: try repository.graph().commit(id).message, as: UTF8.self)
    #expect(message == "1 added: a")
  }

  @Test("a dry run changes nothing at all")
  func dryRun() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    try repository.tree.write("a", "one")
    var options = CommitOptions()
    options.dryRun = true
    let before = try Folder(path: repository.folder).listing()
    #expect(try repository.commit(options).changes.map(\.kind) == [.added])
    #expect(try Folder(path: repository.folder).listing() == before)
    #expect(try repository.status().heads.isEmpty)
  }
}

extension String.StringInterpolation {
  mutating func appendInterpolation(utf8 bytes: [UInt8]) {
    appendLiteral(String(decoding: bytes, as: UTF8.self))
  }
}
