import FsyncArchive
import FsyncCore
import FsyncHub
import FsyncWeb
import TestSupport
import Testing

@Suite struct AddressTests {
  private static let id = String(repeating: "0123456789abcdef", count: 4)

  private func roundTrip(_ page: Address.Page) throws {
    let name = try #require(RepositoryName("notes"))
    let address = Address.repository(name, page)
    let target = address.target
    #expect(Address(target: target) == address, "\(target)")
    #expect(target.utf8.allSatisfy { (0x21...0x7e).contains($0) && !"\"'<>\\".utf8.contains($0) })
  }

  @Test(arguments: Hostile.checked) func everyNameHasAnAddress(name: Name) throws {
    let path = Path.root.appending(name).appending(name)
    try roundTrip(.files(.now, path, after: name))
    try roundTrip(.files(.commit(Self.id), .root, after: name))
    try roundTrip(.raw(.commit("012345"), path))
    try roundTrip(.log(path, after: Self.id))
    for format in ArchiveFormat.allCases { try roundTrip(.archive(format, .now, path)) }
  }

  @Test(arguments: UInt64(0)..<200) func everyPathHasAnAddress(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    try roundTrip(.files(.now, random.path(), after: random.once(in: 2) ? random.name() : nil))
    try roundTrip(.log(random.path(), after: nil))
  }

  @Test func pagesHaveAddresses() throws {
    let name = try #require(RepositoryName("notes"))
    #expect(Address(target: "/") == .hub(after: nil))
    #expect(Address(target: Address.hub(after: name).target) == .hub(after: name))
    #expect(Address(target: "/-/style.css") == .style && Address(target: "/-/icon.svg") == .icon)
    for target in ["/notes", "/notes/", "/notes?x=y"] {
      #expect(Address(target: target) == .repository(name, .overview))
    }
    #expect(
      Address(target: "/notes/files/now/a/")
        == .repository(name, .files(.now, path("a"), after: nil)))
    for page: Address.Page in [.overview, .conflicts, .commit("abcdef"), .log(.root, after: nil)] {
      try roundTrip(page)
    }
  }

  @Test(arguments: [
    "", "notes", "//", "//notes", "/.hub/", "/-", "/-/x", "/-/../notes", "/notes//",
    "/notes/files", "/notes/files/now/..", "/notes/files/now/../../x", "/notes/files/now/%2e%2e/x",
    "/notes/files/now/a%2fb", "/notes/files/now/a//b", "/notes/files/now/%00",
    "/notes/files/now/.fsync/journal", "/notes/files/now/%", "/notes/files/now/%zz",
    "/notes/files/then/a", "/notes/files/ABCDEF/a", "/notes/files/12345/a",
    "/notes/files/now/a?after=..", "/notes/files/now/a?after=a%2fb", "/notes/raw/now",
    "/notes/archive/rar/now", "/notes/archive/zip", "/notes/log/?after=xyz", "/notes/commit",
    "/notes/commit/abcdef/x", "/notes/conflicts/x", "/notes/absent", "/?after=..", "/%6eotes/",
    "http://else.example/notes",
  ])
  func whatIsNoPageIsNone(target: String) {
    #expect(Address(target: target) == nil)
  }

  @Test func longTargetsAreNotLookedAt() {
    #expect(Address(target: "/notes/files/now/" + String(repeating: "a/", count: 20_000)) == nil)
  }
}
