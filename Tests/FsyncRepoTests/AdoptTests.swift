import FsyncCore
import FsyncRepo
import FsyncStore
import FsyncSystem
import TestSupport
import Testing

@Suite struct AdoptTests {
  @Test("in an adopted copy, what is missing or old comes back, and only what is new is committed")
  func adopt() throws {
    let directory = try TemporaryDirectory()
    let original = try Repository.initialize(at: Array(directory.appending("tree").utf8))
    let tree = original.tree
    try tree.remove(".fsyncignore")
    for name in ["same", "old", "missing", "edited", "folder/inside"] {
      try tree.write(name, "first \(name)")
    }
    try original.commit("first")
    try tree.write("old", "second old")
    try original.commit("second")
    let copy = directory.appending("copy")
    #expect(try run("/bin/cp", ["-a", directory.appending("tree"), copy]).status == 0)

    let folder = Folder(path: Array(copy.utf8))
    try folder.write("old", "first old")
    try folder.remove("missing")
    try folder.remove("folder")
    try folder.write("edited", "new content")
    let refused = try Repository.open(at: folder.path)
    #expect(throws: RepositoryError.self) { try refused.commit("refused") }

    let result = try refused.adopt()
    #expect(result.problems.isEmpty)
    let adopted = try Repository.open(at: folder.path)
    #expect(adopted.replica.id != original.replica.id)
    #expect(try folder.read("old") == "second old")
    #expect(try folder.read("missing") == "first missing")
    #expect(try folder.read("folder/inside") == "first folder/inside")
    #expect(try adopted.status().changes.map(\.path) == [path("edited")])
    let commit = try #require(try adopted.commit("mine").commits.first)
    #expect(try adopted.graph().commit(commit).sequence == 1)
    #expect(try adopted.status().isClean)
    #expect(try adopted.state().lagging.isEmpty)
  }
}
