import FsyncCore
import FsyncRepo
import FsyncStore
import FsyncSystem
import FsyncWire
import TestSupport
import Testing

@Suite struct SyncTests {
  /// Syncs, and expects both folders and both sets of heads to be the same afterwards.
  private func meet(_ one: Repository, _ other: Repository) throws -> SyncResult {
    let result = try one.sync(other.url)
    #expect(try one.tree.listing() == other.tree.listing())
    #expect(try one.state().heads == other.state().heads)
    #expect(try one.status().isClean && other.status().isClean)
    return result
  }

  /// Why an exchange failed; nil where it did not.
  private func failure(
    _ body: () throws(RepositoryError) -> SyncResult
  ) -> ExchangeFailure? {
    do throws(RepositoryError) {
      _ = try body()
    } catch {
      if case .exchange(let failure) = error { return failure }
      Issue.record(error)
    }
    return nil
  }

  @Test("a clone holds the same folder, and has the remote `origin`")
  func clone() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    try desk.tree.write("a", "one")
    try desk.tree.write("folder/b", "two")
    try desk.tree.makeFolder("empty")
    try desk.tree.link("link", to: "folder/b")
    try desk.tree.setMode("a", 0o755)
    let laptop = try desk.clone("laptop", in: directory)
    #expect(try laptop.tree.listing() == desk.tree.listing())
    #expect(laptop.configuration.remotes.map(\.url) == [desk.url])
    #expect(try laptop.state().repositoryID == desk.state().repositoryID)
    #expect(laptop.replica.id != desk.replica.id)
  }

  @Test("edits of both sides meet, and a second sync has nothing to do")
  func bothSides() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    try desk.tree.write("list", "one\n\n\n\n\ntwo\n")
    try desk.tree.write("gone", "soon")
    let laptop = try desk.clone("laptop", in: directory)
    try desk.tree.write("list", "ONE\n\n\n\n\ntwo\n")
    try desk.tree.remove("gone")
    try laptop.tree.write("list", "one\n\n\n\n\nTWO\n")
    try laptop.tree.write("new", "file")
    let result = try meet(laptop, desk)
    #expect(try desk.tree.read("list") == "ONE\n\n\n\n\nTWO\n")
    #expect(try desk.tree.read("new") == "file")
    #expect(!laptop.tree.exists("gone"))
    #expect(result.update.conflicts == 0)
    #expect(result.commit.commits.count == 1)
    let again = try meet(laptop, desk)
    #expect(again.roundTrips == 1)
    #expect(again.objectsSent + again.objectsReceived == 0)
    #expect(again.commit.commits.isEmpty && again.update.changes.isEmpty)
  }

  @Test("a conflict stops nothing, and no version is lost on either side")
  func conflict() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    try desk.tree.write("note", "start\n")
    let laptop = try desk.clone("laptop", in: directory)
    try desk.tree.write("note", "from the desk\n")
    try laptop.tree.write("note", "from the laptop\n")
    let result = try meet(desk, laptop)
    #expect(result.update.conflicts == 1)
    #expect(result.remoteConflicts == 1)
    let names = try desk.tree.listing().keys.sorted()
    #expect(names.count == 2)
    let contents = try names.map { try desk.tree.read($0) }.sorted()
    #expect(contents == ["from the desk\n", "from the laptop\n"])
    _ = try laptop.resolve(path("note"), .plain)
    _ = try meet(laptop, desk)
    #expect(try desk.tree.listing().count == 1)
    #expect(try desk.status().conflicts == 0)
  }

  @Test("every kind of clash at once: one sync, the same folder on both sides, every content there")
  func everyClash() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    var random = SplitMix(seed: 11)
    let binary = (0..<3).map { _ in [0] + random.bytes(5000) }
    for name in ["mine", "yours"] { try desk.tree.write(name, "old \(name)\n") }
    try desk.tree.write("places", "top\n\n\n\n\nbottom\n")
    try desk.tree.write("place", "before\nhere\nafter\n")
    try desk.tree.write("binary", binary[0])
    try desk.tree.write("doomed", "old doomed\n")
    try desk.tree.write("kind", "a file\n")
    try desk.tree.write("name", "first line\n\n\n\nlast line\n")
    let laptop = try desk.clone("laptop", in: directory)

    try desk.tree.write("mine", "desk's\n")
    try laptop.tree.write("yours", "laptop's\n")
    try desk.tree.write("places", "TOP\n\n\n\n\nbottom\n")
    try laptop.tree.write("places", "top\n\n\n\n\nBOTTOM\n")
    try desk.tree.write("place", "before\nat the desk\nafter\n")
    try laptop.tree.write("place", "before\nat the laptop\nafter\n")
    try desk.tree.write("binary", binary[1])
    try laptop.tree.write("binary", binary[2])
    try desk.tree.remove("doomed")
    try laptop.tree.write("doomed", "saved\n")
    try desk.tree.write("kind", "another file\n")
    try laptop.tree.remove("kind")
    try laptop.tree.write("kind/inside", "in a folder\n")
    try desk.tree.move("name", "new name")
    try laptop.tree.write("name", "first line\n\n\n\nlast line, edited\n")

    let result = try meet(laptop, desk)
    let again = try meet(desk, laptop)
    #expect(again.roundTrips == 1 && again.objectsSent + again.objectsReceived == 0)
    let names = try desk.tree.listing().filter { $0.value != "folder" }.keys
    var contents: Set<[UInt8]> = []
    for name in names {
      contents.insert(try File(desk.tree.absolute(name), .read).readAll(atMost: 1 << 20))
    }
    for text in [
      "desk's\n", "laptop's\n", "TOP\n\n\n\n\nBOTTOM\n", "before\nat the desk\nafter\n",
      "before\nat the laptop\nafter\n", "saved\n", "another file\n", "in a folder\n",
      "first line\n\n\n\nlast line, edited\n",
    ] { #expect(contents.contains(Array(text.utf8)), "\(text)") }
    #expect(contents.contains(binary[1]) && contents.contains(binary[2]))
    #expect(try desk.tree.read("new name") == "first line\n\n\n\nlast line, edited\n")
    #expect(try desk.tree.read("kind/inside") == "in a folder\n")
    #expect(!desk.tree.exists("name"))
    // The text and the binary that clash, and the file that a folder took the name of.
    #expect(result.update.conflicts == 3)
    #expect(names.count == 11)
  }

  @Test("a bare repository takes the first id that it meets, and carries commits between others")
  func bare() throws {
    let directory = try TemporaryDirectory()
    let hub = try Repository.initialize(
      at: Array(directory.appending("hub").utf8), bare: true, adopting: true)
    let desk = try Repository.make("desk", in: directory)
    try desk.tree.write("a", "one")
    try desk.sync(hub.url)
    #expect(try hub.state().repositoryID == desk.state().repositoryID)
    let laptop = try hub.clone("laptop", in: directory)
    try laptop.tree.write("a", "two")
    try laptop.sync("origin")
    try desk.sync(hub.url)
    #expect(try desk.tree.read("a") == "two")
    #expect(try desk.state().heads == laptop.state().heads)
  }

  @Test("another repository is refused, and neither side changes")
  func otherRepository() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    let other = try Repository.make("other", in: directory)
    try desk.tree.write("a", "one")
    try other.tree.write("b", "two")
    try other.commit("two")
    let before = try other.state().heads
    let error = failure { () throws(RepositoryError) in try desk.sync(other.url) }
    let ids = try [desk, other].map { "\(try #require(try $0.state().repositoryID))" }
    #expect(error == .otherRepository(ours: ids[0], theirs: ids[1]))
    #expect(try other.state().heads == before)
    #expect(!desk.tree.exists("b"))
  }

  @Test("a place without a repository, and one inside a repository, are not served")
  func noRepository() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    try desk.tree.write("sub/a", "one")
    _ = try Directory(Array(directory.path.utf8)).makeDirectory(Array("plain".utf8), mode: 0o755)
    for place in [directory.appending("plain"), desk.url + "/sub"] {
      let error = failure { () throws(RepositoryError) in try desk.sync(place) }
      #expect(error == .remote(.noRepository, place))
    }
    let absent = directory.appending("absent")
    let error = failure { () throws(RepositoryError) in try desk.sync(absent) }
    #expect(error == .unreachable("\(absent) is not there; is its disk mounted?"))
  }

  @Test("a line that is cut at any byte leaves both sides sound, and trying again finishes")
  func cut() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    var random = SplitMix(seed: 7)
    for number in 0..<40 { try desk.tree.write("f\(number)", random.bytes(20_000)) }
    try desk.tree.write("large", random.bytes(3_000_000))
    try desk.commit("all")
    let laptop = try Repository.initialize(
      at: Array(directory.appending("laptop").utf8), adopting: true)
    var cuts = 0
    for after in [1, 40, 300, 5000, 400_000, 2_500_000] {
      let line = Connector.spoiled { CutCarrier($0, after: after) }
      let error = failure { () throws(RepositoryError) in try laptop.sync(desk.url, over: line) }
      if error != nil { cuts += 1 }
      #expect(try laptop.check(quick: false).isSound)
    }
    #expect(cuts == 6)
    #expect(try laptop.state().heads.isEmpty)
    let result = try meet(laptop, desk)
    // A megabyte may be lost with a cut, not what was acknowledged.
    #expect(result.bytesReceived < 2_800_000)
  }

  @Test("bytes that were changed on the way join nothing")
  func damaged() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    try desk.tree.write("a", String(repeating: "content ", count: 1000))
    try desk.commit("all")
    let laptop = try Repository.initialize(
      at: Array(directory.appending("laptop").utf8), adopting: true)
    for seed: UInt64 in 0..<20 {
      let line = Connector.spoiled { NoisyCarrier($0, seed: seed) }
      let error = failure { () throws(RepositoryError) in try laptop.sync(desk.url, over: line) }
      #expect(error != nil, "seed \(seed)")
      #expect(try laptop.state().heads.isEmpty)
      #expect(try laptop.check(quick: false).isSound)
    }
    _ = try meet(laptop, desk)
  }

  @Test("one sync at a time: another leaves at once")
  func busy() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    let other = try Repository.open(at: desk.root ?? [])
    let line = Connector { (_) throws(CarrierError) in
      let results = other.synchronize(with: ["/"], options: SyncOptions(), over: .local)
      if case .failure(.busy) = results[0] { throw .unreachable(Array("was busy".utf8)) }
      throw .disconnected
    }
    let error = failure { () throws(RepositoryError) in try desk.sync("/", over: line) }
    #expect(error == .unreachable("was busy"))
  }

  @Test("remotes that were synced early get what later ones brought")
  func spread() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    try desk.tree.write("a", "one")
    let first = try desk.clone("first", in: directory)
    let second = try desk.clone("second", in: directory)
    try second.tree.write("b", "from the second")
    let results = desk.synchronize(
      with: [first.url, second.url], options: SyncOptions(), over: .local)
    #expect(results.count == 2)
    #expect(try first.tree.read("b") == "from the second")
    #expect(try first.state().heads == desk.state().heads)
  }

  @Test("a remote that fails does not keep the others from being synced")
  func oneFails() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    let other = try desk.clone("other", in: directory)
    try desk.tree.write("a", "one")
    let results = desk.synchronize(
      with: [directory.appending("absent"), other.url], options: SyncOptions(), over: .local)
    #expect((try? results[0].get()) == nil)
    #expect((try? results[1].get()) != nil)
    #expect(try other.tree.read("a") == "one")
  }

  @Test("a remote that takes everything and says nothing is given up")
  func silence() throws {
    let directory = try TemporaryDirectory()
    var desk = try Repository.make("desk", in: directory)
    try Configuration.edit(Configuration.repositoryPath(desk.folder)) {
      (file) throws(RepositoryError) in try file.setting(.timeout, to: .integer(1))
    }
    desk = try Repository.open(at: Array(desk.url.utf8))
    let silent = Connector { _ in SilentCarrier() }
    #expect(failure { () throws(RepositoryError) in try desk.sync("/x", over: silent) } == .timeout)
  }

  @Test("a dry run says what it would commit and changes nothing on either side")
  func dryRun() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    let other = try desk.clone("other", in: directory)
    try desk.tree.write("a", "one")
    var options = SyncOptions()
    options.dryRun = true
    let before = try Folder(path: desk.folder).listing()
    let results = desk.synchronize(with: [other.url], options: options, over: .local)
    #expect(try results[0].get().commit.changes.map(\.path) == [path("a")])
    #expect(try Folder(path: desk.folder).listing() == before)
    #expect(!other.tree.exists("a"))
  }

  @Test("a clone that failed before anything arrived leaves nothing; one that was cut goes on")
  func interruptedClone() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    var random = SplitMix(seed: 3)
    try desk.tree.write("large", random.bytes(4_000_000))
    try desk.commit("large")
    let target = Array(directory.appending("copy").utf8)
    func clone(_ url: String, _ line: Connector) throws(RepositoryError) -> SyncResult {
      try Repository.clone(
        from: url, to: target, bare: false, name: nil, progress: .none, over: line
      ).result
    }
    #expect(throws: RepositoryError.self) {
      try clone(directory.appending("absent"), .local)
    }
    #expect((try? Stat(path: target)) == nil)
    #expect(throws: RepositoryError.self) {
      try clone(desk.url, .spoiled { CutCarrier($0, after: 3_000_000) })
    }
    let result = try clone(desk.url, .local)
    #expect(result.bytesReceived < 2_500_000)
    #expect(try Folder(path: target).listing() == desk.tree.listing())
    // A second clone of the same name is not one that goes on.
    try Folder(path: target).write("mine", "x")
    _ = try Repository.open(at: target).commit("mine")
    #expect(throws: RepositoryError.self) { try clone(desk.url, .local) }
  }

  @Test("a folder that commits under our id makes us take a new one")
  func copied() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    try desk.tree.write("a", "one")
    let laptop = try desk.clone("laptop", in: directory)
    try desk.sync(laptop.url)
    // The desk goes back to an image of its whole disk: inodes and all are what they were.
    let saved = directory.appending("saved")
    #expect(try run("/bin/cp", ["-a", "\(desk.url)/.fsync", saved]).status == 0)
    try desk.tree.write("a", "two")
    try desk.sync(laptop.url)
    let id = desk.replica.id
    #expect(
      try run(
        "/bin/sh", ["-c", "rm -r \(desk.url)/.fsync/*; cp -a \(saved)/. \(desk.url)/.fsync/"]
      )
      .status == 0)
    let restored = try Repository.open(at: desk.root ?? [])
    #expect(restored.replica.id == id)
    try restored.sync(laptop.url)
    #expect(restored.replica.id != id)
    #expect(try Repository.open(at: desk.root ?? []).replica.id == restored.replica.id)
    try restored.tree.write("b", "three")
    _ = try meet(restored, laptop)
  }

  @Test("a far folder's uncommitted edit is committed before anything is written over it")
  func farEdits() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    try desk.tree.write("a", "one\n")
    let laptop = try desk.clone("laptop", in: directory)
    try desk.tree.write("a", "desk\n")
    try desk.commit("desk")
    try laptop.tree.write("a", "laptop, not committed\n")
    _ = try meet(desk, laptop)
    let contents = try laptop.tree.listing().keys.map { try laptop.tree.read($0) }
    #expect(contents.contains("laptop, not committed\n"))
    #expect(contents.contains("desk\n"))
  }
}
