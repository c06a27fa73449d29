import FsyncCore
import FsyncSystem
import FsyncTree
import Glibc
import TestSupport
import Testing

/// A folder with a staging area, to which single changes are made.
private final class Desk {
  let folder: TemporaryDirectory
  let staging: TemporaryDirectory
  let replica: Replica
  let stage: Directory
  var options = MaterialiseOptions()

  static func make() throws -> Desk {
    let folder = try TemporaryDirectory(inMemory: true)
    let staging = try TemporaryDirectory(inMemory: true)
    let replica = try Replica(folder.path)
    let stage = try Directory(Array(staging.path.utf8))
    return Desk(folder, staging, replica, stage)
  }

  private init(
    _ folder: consuming TemporaryDirectory, _ staging: consuming TemporaryDirectory,
    _ replica: Replica, _ stage: consuming Directory
  ) {
    self.folder = folder
    self.staging = staging
    self.replica = replica
    self.stage = stage
  }

  /// An entry of a file that the replica's objects hold.
  func file(_ text: String, mode: UInt16 = 0o644) -> Entry {
    let bytes = Array(text.utf8)
    return .file(
      replica.objects.put(.chunk, bytes), size: UInt64(bytes.count), mode: mode,
      mtime: Timestamp(seconds: 1_000_000, nanoseconds: 7))
  }

  var emptyFolder: Entry {
    .directory(replica.objects.put(.tree, TreeNode.leaf([]).encoded), mode: 0o755)
  }

  /// Makes one change, from what the index has.
  func change(_ name: String, to entry: Entry?) throws -> Outcome {
    try run([
      PathChange(path: path(name), from: try replica.index.entry(at: path(name)), to: entry)
    ])[0]
  }

  func run(_ changes: [PathChange]) throws -> [Outcome] {
    try Materialiser.run(
      changes, root: replica.root, stage: stage, index: replica.index,
      reader: Frozen(replica.objects), options: options)
  }
}

@Suite struct MaterialiseEdgeTests {
  @Test func symlinkAboveIsNotFollowed() throws {
    let desk = try Desk.make()
    let outside = try TemporaryDirectory()
    try outside.write("victim", [1])
    try desk.folder.write("d/victim", [1])
    try desk.replica.commit()
    _ = try run("rm", ["-r", desk.folder.appending("d")])
    symlink(outside.path, desk.folder.appending("d"))
    #expect(try desk.change("d/victim", to: desk.file("attack")) == .changedMeanwhile)
    #expect(try desk.change("d/new", to: desk.file("attack")) == .changedMeanwhile)
    #expect(try desk.change("d/sub/new", to: desk.file("attack")) == .changedMeanwhile)
    #expect(try outside.read("victim") == [1])
    #expect(try Directory(Array(outside.path.utf8)).names().count == 1)
    #expect(try desk.replica.root.stat(Array("d".utf8)).kind == .symlink)
  }

  @Test func whatIsInTheWayIsLeftAlone() throws {
    let desk = try Desk.make()
    try desk.folder.write("known", [1])
    try desk.replica.commit()
    try desk.folder.write("new", [9])
    try desk.folder.write("folder", [9])
    mkdir(desk.folder.appending("file"), 0o755)
    try desk.folder.write("known", [9])
    #expect(try desk.change("new", to: desk.file("x")) == .changedMeanwhile)
    #expect(try desk.change("folder", to: desk.emptyFolder) == .changedMeanwhile)
    #expect(try desk.change("folder/in", to: desk.file("x")) == .changedMeanwhile)
    #expect(try desk.change("file", to: desk.file("x")) == .changedMeanwhile)
    #expect(try desk.change("known", to: desk.file("x")) == .changedMeanwhile)
    #expect(try desk.change("known", to: nil) == .changedMeanwhile)
    #expect(try desk.folder.read("new") == [9])
    #expect(try desk.folder.read("folder") == [9])
    #expect(try desk.folder.read("known") == [9])
    // New permission bits are an edit too.
    try desk.folder.write("known", [1])
    chmod(desk.folder.appending("known"), 0o600)
    #expect(try desk.change("known", to: desk.file("x")) == .changedMeanwhile)
    // A mere touch is none.
    chmod(desk.folder.appending("known"), 0o644)
    #expect(try desk.change("known", to: desk.file("x")).isDone)
    #expect(try desk.folder.read("known") == Array("x".utf8))
  }

  @Test func whatIsAlreadySoIsDone() throws {
    let desk = try Desk.make()
    try desk.folder.write("same", Array("same".utf8))
    chmod(desk.folder.appending("same"), 0o644)
    mkdir(desk.folder.appending("dir"), 0o700)
    #expect(try desk.change("same", to: desk.file("same")).isDone)
    #expect(
      try desk.replica.root.stat(Array("same".utf8)).mtime
        == FileTime(seconds: 1_000_000, nanoseconds: 7))
    #expect(try desk.change("dir", to: desk.emptyFolder).isDone)
    // A folder that somebody made keeps its mode: that is their edit.
    #expect(try desk.replica.root.stat(Array("dir".utf8)).mode == 0o700)
    #expect(try desk.change("gone", to: nil).isDone)
    #expect(try desk.change("gone/deep", to: nil).isDone)
  }

  @Test func foldersThatHoldSomethingStay() throws {
    let desk = try Desk.make()
    try desk.folder.write("d/a", [1])
    try desk.folder.write("e/a", [1])
    try desk.replica.commit()
    try desk.folder.write("d/residue", [7])
    try desk.folder.write("e/residue", [7])
    let index = desk.replica.index
    func gone(_ name: String, to entry: Entry? = nil) throws -> PathChange {
      PathChange(path: path(name), from: try index.entry(at: path(name)), to: entry)
    }
    #expect(try desk.run([gone("d"), gone("d/a")]) == [.residue, .done(nil)])
    #expect(
      try desk.run([gone("e", to: desk.file("x")), gone("e/a")])
        == [.held(.occupied), .done(nil)])
    #expect(try desk.folder.read("d/residue") == [7])
    #expect(try desk.folder.read("e/residue") == [7])
  }

  @Test func contentIsVerified() throws {
    let desk = try Desk.make()
    try desk.folder.write("a", [1])
    try desk.replica.commit()
    let entry = desk.file("honest")
    let missing = Entry.file(
      Digest.object(.chunk, [42]), size: 1, mode: 0o644, mtime: .zero)
    #expect(
      try desk.change("a", to: missing) == .unavailable(.missing(missing.content)))
    var lying = Frozen(desk.replica.objects)
    lying.objects[entry.content] = StoredObject(kind: .chunk, bytes: Array("forged".utf8))
    let change = PathChange(
      path: path("a"), from: try desk.replica.index.entry(at: path("a")), to: entry)
    #expect(
      try Materialiser.run(
        [change], root: desk.replica.root, stage: desk.stage, index: desk.replica.index,
        reader: lying) == [.unavailable(.damaged(entry.content))])
    #expect(try desk.folder.read("a") == [1])
    #expect(try desk.stage.names().isEmpty)
  }

  @Test func zerosBecomeHoles() throws {
    let desk = try Desk.make()
    var random = SplitMix(seed: 1)
    let content =
      random.bytes(100_000) + [UInt8](repeating: 0, count: 8 << 20) + random.bytes(100_000)
      + [UInt8](repeating: 0, count: 5 << 20)
    try Disk.write(content, [0x61], in: desk.replica.root)
    let tree = try desk.replica.commit()
    try Disk.empty(desk.replica.root)
    desk.replica.index = Index.empty()
    for (_, outcome) in try desk.replica.bring(to: tree, stage: desk.stage) {
      #expect(outcome.isDone)
    }
    #expect(try desk.folder.read("a") == content)
    let stat = try desk.replica.root.stat([0x61])
    #expect(stat.size == UInt64(content.count))
    #expect(stat.blocks * 512 < 1 << 20)
  }

  @Test func refusedNamesAreHeld() throws {
    let desk = try Desk.make()
    // The second rename would take the name; the first is the one that is refused.
    for code in [EILSEQ, ENAMETOOLONG] {
      let outcome = try Faults.injecting(.rename, after: 0, code: code) {
        try desk.change("a", to: desk.file("x"))
      }.value
      #expect(outcome == .held(.name(SystemError(.rename, code: code))))
    }
    #expect(try desk.replica.root.names().isEmpty)
    #expect(try desk.change("a", to: desk.file("x")).isDone)
  }

  @Test func fileSystemsWithoutExchangeAreServed() throws {
    let desk = try Desk.make()
    try desk.folder.write("a", [1])
    try desk.folder.write("b", [1])
    try desk.folder.write("c/d", [1])
    unlink(desk.folder.appending("c/d"))
    try desk.replica.commit()
    for (name, entry) in [
      ("a", desk.file("x")), ("b", desk.emptyFolder), ("c", desk.file("x")),
      ("new", desk.file("x")),
    ] {
      let outcome = try Faults.injecting(.rename, after: 0, code: EINVAL) {
        try desk.change(name, to: entry)
      }.value
      #expect(outcome.isDone, "\(name): \(outcome)")
      let stat = try desk.replica.root.stat(Array(name.utf8))
      #expect(stat.kind == (name == "b" ? .directory : .file))
    }
    // Nor does another file system stop anything: content is staged beside its target.
    let outcome = try Faults.injecting(.rename, after: 0, code: EXDEV) {
      try desk.change("beside", to: desk.file("beside"))
    }.value
    #expect(outcome.isDone)
    #expect(try desk.folder.read("beside") == Array("beside".utf8))
    #expect(try desk.replica.scan().leftovers.isEmpty)
  }

  @Test func leftoversOfAKilledRunAreCleared() throws {
    let desk = try Desk.make()
    try desk.staging.write("f1", [1])
    try desk.staging.write("rescued-1", [2])
    mkdir(desk.staging.appending("f2"), 0o755)
    symlink("x", desk.staging.appending("f3"))
    #expect(try desk.change("a", to: desk.file("x")).isDone)
    #expect(try desk.stage.names() == [Array("rescued-1".utf8)])
  }

  @Test func stoppingLeavesTheRestUntried() throws {
    let desk = try Desk.make()
    desk.options.shouldStop = { true }
    #expect(try desk.change("a", to: desk.file("x")) == .notTried)
    #expect(try desk.replica.root.names().isEmpty)
    #expect(try desk.stage.names().isEmpty)
  }

  @Test func missingFoldersAreMade() throws {
    let desk = try Desk.make()
    try desk.folder.write("d/e/f", [1])
    chmod(desk.folder.appending("d"), 0o711)
    try desk.replica.commit()
    _ = try run("rm", ["-r", desk.folder.appending("d")])
    #expect(try desk.change("d/e/new", to: desk.file("x")).isDone)
    #expect(try desk.replica.root.stat(Array("d".utf8)).mode == 0o711)
    // What somebody deleted is not brought back by an edit that comes in.
    #expect(try desk.change("d/e/f", to: desk.file("x")) == .changedMeanwhile)
  }

  @Test func finelyStampedFilesNeedNoSecondReading() throws {
    let desk = try Desk.make()
    let rule = StampRule.probe(in: desk.stage)
    #expect(try desk.stage.names().isEmpty)
    desk.options.stamps = rule
    let outcome = try desk.change("a", to: desk.file("x"))
    guard case .done(let stat?) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(stat.isRacy == (rule == .coarse))
  }
}
