import FsyncCore
import FsyncRepo
import FsyncStore
import FsyncSystem
import TestSupport
import Testing

@Suite struct RestoreTests {
  private func repository(_ directory: borrowing TemporaryDirectory) throws -> Repository {
    let repository = try Repository.initialize(at: Array(directory.appending("tree").utf8))
    try repository.tree.remove(".fsyncignore")
    return repository
  }

  @Test func aDeletedFileComesBackWithItsTimeAndMode() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    try repository.tree.write("folder/a", "one")
    try repository.tree.setMode("folder/a", 0o750)
    try repository.tree.write("b", "two")
    let first = try #require(try repository.commit("first").commits.first)
    let before = try repository.tree.listing()
    try repository.tree.remove("folder")
    try repository.commit("gone")

    let result = try repository.restore([path("folder/a")], at: .commit(first))
    #expect(result.problems.isEmpty)
    #expect(result.commits.count == 1)
    #expect(try repository.tree.listing() == before)
    #expect(try repository.status().isClean)
  }

  @Test func everythingGoesBackInOneCommit() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    try repository.tree.write("a/x", "one")
    try repository.tree.link("l", to: "a/x")
    let first = try #require(try repository.commit("first").commits.first)
    let before = try repository.tree.listing()
    try repository.tree.remove("a")
    try repository.tree.write("a", "a file now")
    try repository.tree.remove("l")
    try repository.tree.write("new/deep/er", "more")
    try repository.commit("other")

    _ = try repository.restore([], at: .commit(first))
    #expect(try repository.tree.listing() == before)
    #expect(try repository.status().isClean)
    #expect(try repository.state().heads.count == 1)
  }

  @Test func anUncommittedChangeIsNeverOverwritten() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    try repository.tree.write("a", "one")
    let first = try #require(try repository.commit("first").commits.first)
    try repository.tree.write("a", "two")
    try repository.commit("second")
    try repository.tree.write("a", "precious, in no commit")
    for moment in [Moment.commit(first), .base] {
      do {
        _ = try repository.restore([path("a")], at: moment)
        Issue.record("restored over an uncommitted change")
      } catch {
        guard case .uncommitted(let paths) = error else { throw error }
        #expect(paths == [path("a")])
      }
    }
    #expect(try repository.tree.read("a") == "precious, in no commit")
  }

  @Test("what is missing in the folder comes back, and what is edited is not touched")
  func anUncommittedDeletionIsUndone() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    for name in ["a", "b", "d/c", "d/e/f"] { try repository.tree.write(name, "one") }
    let first = try #require(try repository.commit("first").commits.first)
    let before = try repository.tree.listing()
    for name in ["a", "d"] { try repository.tree.remove(name) }

    let dry = try repository.restore([path("d")], at: .base, dryRun: true)
    #expect(dry.changes.map(\.path) == [path("d/c"), path("d/e/f")])
    #expect(!repository.tree.exists("d"))
    let result = try repository.restore([path("d")], at: .base)
    #expect(result.commits.isEmpty && result.problems.isEmpty)
    #expect(result.changes.map(\.path) == dry.changes.map(\.path))
    #expect(try repository.status().changes.map(\.path) == [path("a")])
    _ = try repository.restore([], at: .commit(first))
    #expect(try repository.tree.listing() == before)

    try repository.tree.write("a", "two")
    try repository.commit("second")
    try repository.tree.remove("a")
    try repository.tree.write("b", "edited")
    #expect(try repository.restore([path("a")], at: .commit(first)).commits.count == 1)
    #expect(try repository.tree.read("a") == "one")
    #expect(try repository.status().changes.map(\.path) == [path("b")])
  }

  @Test("other uncommitted changes do not stand in the way, and stay uncommitted")
  func unrelatedChangesStay() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    try repository.tree.write("a", "one")
    try repository.tree.write("b", "one")
    let first = try #require(try repository.commit("first").commits.first)
    try repository.tree.remove("a")
    try repository.commit("second")
    try repository.tree.write("b", "edited")
    _ = try repository.restore([path("a")], at: .commit(first))
    #expect(try repository.tree.read("a") == "one")
    #expect(try repository.tree.read("b") == "edited")
    #expect(try repository.status().changes.map(\.path) == [path("b")])
  }

  @Test func intoAnotherFolderNothingIsCommittedOrOverwritten() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    try repository.tree.write("a/x", "one")
    try repository.tree.write("a/y", "two")
    try repository.commit("first")
    try repository.tree.remove("a")
    let heads = try repository.state().heads
    let out = Folder(path: Array(directory.appending("out").utf8))
    try directory.write("out/a/y", Array("mine".utf8))
    let result = try repository.restore([path("a")], at: .base, to: out.path)
    #expect(try out.read("a/x") == "one")
    #expect(try out.read("a/y") == "mine")
    #expect(result.problems.map(\.path) == [Array("a/y".utf8)])
    #expect(try repository.state().heads == heads)
    #expect(!out.exists(".fsync-stage-restore"))
  }

  @Test func removeAndMoveAreCommitsThatTheFolderFollows() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    try repository.tree.write("a", "one")
    try repository.tree.write("f/b", "two")
    try repository.commit("first")
    _ = try repository.move(path("a"), to: path("f"))
    #expect(!repository.tree.exists("a"))
    #expect(try repository.tree.read("f/a") == "one")
    do {
      _ = try repository.move(path("f/a"), to: path("f/b"))
      Issue.record("moved over a file")
    } catch {
      guard case .occupied(path("f/b")) = error else { throw error }
    }
    _ = try repository.remove([path("f")], recursive: true)
    #expect(!repository.tree.exists("f"))
    #expect(try repository.status().isClean)
    let oldest = try #require(try firstCommit(repository))
    _ = try repository.restore([path("f/b")], at: .commit(oldest))
    #expect(try repository.tree.read("f/b") == "two")
  }

  @Test func removeCanLeaveTheFile() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    try repository.tree.write(".fsyncignore", "*.log\n")
    try repository.tree.write("a.txt", "one")
    try repository.commit("first")
    _ = try repository.remove([path("a.txt")], keepFiles: true)
    #expect(try repository.tree.read("a.txt") == "one")
    #expect(try repository.status().changes.map(\.kind) == [.added])
  }

  @Test("rm leaves an ignored file where it is, and takes one that is gone already")
  func removeLeavesWhatIsIgnored() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    let tree = repository.tree
    for name in ["logs/a.log", "logs/b.txt", "gone"] { try tree.write(name, "content") }
    try repository.commit("first")
    try tree.write(".fsyncignore", "*.log\n")
    try repository.commit("rules")
    try tree.remove("gone")
    _ = try repository.remove([path("logs"), path("gone")], recursive: true)
    #expect(tree.exists("logs/a.log"))
    #expect(!tree.exists("logs/b.txt"))
    #expect(try repository.status().isClean)
    var names: [String] = []
    try repository.snapshot(at: .base).list(.root, isRecursive: true) { path, _ in
      names.append("\(path)")
      return true
    }
    #expect(names == [".fsyncignore"])
  }

  private func firstCommit(_ repository: Repository) throws -> ObjectID? {
    try repository.graph().log(from: try repository.state().heads).last
  }

  @Test("an update that any call fails in is finished by the next command", arguments: 0..<40)
  func interruptedUpdate(passing: Int) throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    for name in ["a", "b", "c/d", "c/e"] { try repository.tree.write(name, "old \(name)") }
    let first = try #require(try repository.commit("first").commits.first)
    let before = try repository.tree.listing()
    for name in ["a", "b", "c/d"] { try repository.tree.write(name, "new \(name)") }
    try repository.tree.remove("c/e")
    try repository.commit("second")

    let met = Faults.injecting(nil, after: passing * 7, code: 5) {
      _ = Result { try repository.restore([], at: .commit(first)) }
    }.met
    _ = met
    let again = try Repository.open(at: repository.root ?? [])
    try again.commit("whatever is there")
    _ = try again.restore([], at: .commit(first))
    #expect(try again.tree.listing() == before)
    #expect(try again.status().isClean)
    #expect(try Folder(path: again.folder + Array("/stage".utf8)).listing().isEmpty)
  }
}
