import FsyncCore
import FsyncNet
import FsyncRepo
import FsyncStore
import FsyncSystem
import FsyncWire
import TestSupport
import Testing

/// A peer that may only read: whoever it claims to be, nothing changes where it reads.
@Suite struct ReadOnlyPeerTests {
  /// A line to a repository that is served to readers.
  private static var reading: Connector {
    Connector { (request) throws(CarrierError) in
      guard let url = try? RemoteURL(request.url, relativeTo: [0x2f]) else {
        throw .unreachable(Array(request.url.utf8))
      }
      return try url.connect(
        ssh: request.ssh, command: request.command, timeout: request.timeout
      ) { path, carrier in
        var options = ServeOptions(timeout: 20)
        options.isReadOnly = true
        try? Repository.serve(path, over: carrier, options)
      }
    }
  }

  /// Makes a folder the replica that another one is, as whoever claims its id would.
  private func impersonate(_ other: Repository, in folder: Repository) throws {
    let path = Array("\(utf8: folder.folder)".utf8)
    let claimed = Replica(
      id: other.replica.id, name: other.replica.name, place: folder.replica.place)
    try AtomicFile.write(claimed.encoded, to: Replica.fileName, in: Directory(path))
  }

  /// Every file of a repository's own folder, but for locks, with its content.
  private func files(_ repository: Repository) throws -> [String: ObjectID] {
    var result: [String: ObjectID] = [:]
    func look(_ directory: borrowing Directory, _ path: String) throws {
      for name in try directory.names() {
        let place = path + "/" + String(decoding: name, as: UTF8.self)
        if try directory.stat(name).kind == .directory {
          if place != "/locks" { try look(try directory.directory(name), place) }
        } else {
          let bytes = try directory.file(name, .read).readAll(atMost: 64 << 20)
          result[place] = Digest.object(.chunk, bytes)
        }
      }
    }
    try look(try Directory(repository.folder), "")
    return result
  }

  @Test(arguments: [true, false]) func aReaderTakesNobodysQuarantine(bare: Bool) throws {
    let directory = try TemporaryDirectory()
    let hub = try Repository.make("hub", in: directory, bare: bare)
    let desk = try Repository.make("desk", in: directory)
    var random = SplitMix(seed: 61)
    try desk.tree.write("a", "one")
    if bare { try desk.sync(hub.url) }
    let victim = try hub.clone("victim", in: directory)
    try victim.tree.write("large", random.bytes(4_000_000))
    try victim.commit("large")
    // The victim's push is cut: what arrived waits for it.
    let cut = Connector.spoiled { CutCarrier($0, afterSending: 2_500_000) }
    #expect(throws: RepositoryError.self) { try victim.sync(hub.url, over: cut) }
    let name = Array("peer ".utf8) + victim.replica.id.bytes
    try #require(hub.store.hasQuarantine(named: name))
    let reader = try hub.clone("reader", in: directory)
    try impersonate(victim, in: reader)
    try reader.tree.write("own", "own")
    let held = try hub.store.quarantine(named: name)
    let before = try files(hub)
    // With the victim's session still at it, a reader need not wait, and is given no other one.
    let began = Clock.monotonic()
    let result = try Repository.open(at: reader.root ?? []).sync(hub.url, over: Self.reading)
    #expect(result.isReadOnly && Clock.monotonic() - began < 8)
    #expect(try files(hub) == before)
    _ = consume held
    let after = try victim.sync(hub.url)
    // What had arrived is still there for its owner.
    #expect(after.bytesSent < 3_000_000)
  }

  @Test func aReaderMakesNobodyRenewItsIdentity() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    try desk.tree.write("a", "one")
    try desk.commit("one")
    let reader = try desk.clone("reader", in: directory)
    // It commits under the id of whom it reads from, and has that one's own id.
    try impersonate(desk, in: reader)
    let claimed = try Repository.open(at: reader.root ?? [])
    try claimed.tree.write("b", "two")
    try claimed.commit("two")
    try desk.tree.write("c", "not committed")
    let before = try files(desk)
    let result = try claimed.sync(desk.url, over: Self.reading)
    #expect(result.isReadOnly)
    #expect(try files(desk) == before)
    let again = try Repository.open(at: desk.root ?? [])
    #expect(again.replica.id == desk.replica.id)
    #expect(try again.state().heads == desk.state().heads)
    #expect(!desk.tree.exists("b"))
  }
}
