import FsyncHub
import TestSupport
import Testing

@Suite struct HubTests {
  @Test func anEmptyFolderBecomesAHubAndAnotherDoesNot() throws {
    let directory = try TemporaryDirectory()
    let hub = try Hub(at: Array(directory.path.utf8))
    _ = try Hub(at: Array(directory.path.utf8))
    #expect(try hub.repositories().isEmpty)
    let other = try TemporaryDirectory()
    try other.write("letter", [1])
    #expect(throws: HubError.self) { try Hub(at: Array(other.path.utf8)) }
    #expect(throws: HubError.self) { try Hub(at: Array((other.path + "/absent").utf8)) }
  }

  @Test func repositoriesAreMadeAndListed() throws {
    let directory = try TemporaryDirectory()
    let hub = try Hub(at: Array(directory.path.utf8))
    for text in ["b", "a", "c.d"] { try hub.create(try #require(RepositoryName(text))) }
    #expect(try hub.repositories().map(\.text) == ["a", "b", "c.d"])
    // What is no bare repository is none of the hub's.
    try directory.write("folder/file", [1])
    #expect(try hub.repositories().map(\.text) == ["a", "b", "c.d"])
    let name = try #require(RepositoryName("a"))
    #expect(throws: HubError.self) { try hub.create(name) }
    #expect(throws: HubError.self) { try hub.create(try #require(RepositoryName("folder"))) }
  }
}
