import FsyncCore
import FsyncRepo
import FsyncSystem
import TestSupport
import Testing

/// A remote that was put back as it was some time ago.
@Suite struct RestoredRemoteTests {
  /// Puts what one folder holds into another, in the place of all that is there.
  private func copy(_ from: String, _ to: String, _ directory: borrowing TemporaryDirectory) throws
  {
    let (from, to) = (directory.appending(from), directory.appending(to))
    let script = "mkdir -p $2 && find $2 -mindepth 1 -delete && cp -a $1/. $2"
    let copied = try run("sh", ["-c", script, "sh", from, to])
    #expect(copied.status == 0)
  }

  @Test("a bare remote gets back what it has lost, and the sync says how much", arguments: [1, 5])
  func heals(count: Int) throws {
    let directory = try TemporaryDirectory()
    let hub = try Repository.make("hub", in: directory, bare: true)
    let desk = try Repository.make("desk", in: directory)
    try desk.tree.write("a", "one")
    var random = SplitMix(seed: 5)
    try desk.tree.write("large", random.bytes(3 << 20))
    try desk.sync(hub.url)
    let laptop = try hub.cloned("laptop", in: directory)
    #expect(try laptop.sync("origin").lost == nil)
    try copy("hub", "backup", directory)
    for number in 0..<count {
      try laptop.tree.write("a", "edit \(number)")
      #expect(try laptop.sync("origin").lost == nil)
    }
    try copy("backup", "hub", directory)
    let restored = try Repository.open(at: Array(hub.url.utf8))
    #expect(try restored.heads() != laptop.heads())
    let result = try laptop.sync("origin")
    #expect(result.lost?.count == count)
    // What it still has is named, and not sent.
    #expect(result.bytesReceived < 10_000)
    #expect(try restored.heads() == laptop.heads())
    #expect(try restored.check(quick: false).isSound)
    #expect(try laptop.sync("origin").lost == nil)
  }

  @Test("each says what it knew; what one never saw there is no loss")
  func severalClients() throws {
    let directory = try TemporaryDirectory()
    let hub = try Repository.make("hub", in: directory, bare: true)
    let desk = try Repository.make("desk", in: directory)
    try desk.tree.write("a", "one")
    try desk.sync(hub.url)
    try copy("hub", "backup", directory)
    let laptop = try hub.cloned("laptop", in: directory)
    let phone = try hub.cloned("phone", in: directory)
    try laptop.tree.write("b", "two")
    try laptop.sync("origin")
    // The phone has made a commit that the remote never had.
    try phone.tree.write("c", "three")
    try phone.commit("three")
    try copy("backup", "hub", directory)
    #expect(try phone.sync("origin").lost == nil)
    #expect(try laptop.sync("origin").lost?.count == 1)
    #expect(try phone.sync("origin").lost == nil)
    #expect(try phone.tree.listing() == laptop.tree.listing())
  }

  @Test("a remote with a folder that was put back, and worked in since, loses neither")
  func withAFolder() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    try desk.tree.write("a", "one")
    try desk.commit("one")
    let laptop = try desk.clone("laptop", in: directory)
    try copy("desk", "backup", directory)
    try desk.tree.write("b", "two")
    try desk.commit("two")
    try laptop.sync("origin")
    try copy("backup", "desk", directory)
    // A person says that this is right; its next commit bears the number of the one that was lost.
    _ = try Repository.open(at: Array(desk.url.utf8)).adopt()
    try desk.tree.write("c", "three")
    let result = try laptop.sync("origin")
    #expect(result.lost?.count == 1)
    let restored = try Repository.open(at: Array(desk.url.utf8))
    #expect(try restored.tree.listing() == laptop.tree.listing())
    for name in ["a", "b", "c"] { #expect(laptop.tree.exists(name), "\(name)") }
    #expect(try restored.heads() == laptop.heads())
    #expect(try laptop.sync("origin").lost == nil)
  }
}

extension Repository {
  /// A clone of this one, which knows it as `origin`.
  fileprivate func cloned(
    _ name: String, in directory: borrowing TemporaryDirectory
  ) throws -> Repository {
    let clone = try clone(name, in: directory)
    #expect(clone.configuration.remotes.map(\.name) == ["origin"])
    return clone
  }
}
