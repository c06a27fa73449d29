import FsyncCore
import FsyncNet
import FsyncRepo
import FsyncStore
import FsyncSystem
import FsyncWire
import TestSupport
import Testing

/// A store that is damaged, and another replica that is not.
@Suite struct RepairTests {
  /// Two replicas with some versions of files, small and large.
  private func replicas(
    _ directory: borrowing TemporaryDirectory, packed: Bool = true
  ) throws -> (hurt: Repository, whole: Repository) {
    let hurt = try Repository.make("hurt", in: directory)
    var random = SplitMix(seed: 5)
    for round in 0..<6 {
      try hurt.tree.write("a", "round \(round)\n")
      try hurt.tree.write("folder/deep/b\(round)", "another \(round)\n")
      try hurt.tree.write("large", random.bytes(700_000))
      try hurt.commit("\(round)")
    }
    let whole = try hurt.clone("whole", in: directory)
    if packed { _ = try hurt.collect(dryRun: false) }
    return (try Repository.open(at: hurt.folder), whole)
  }

  private func packs(_ repository: Repository) throws -> [[UInt8]] {
    let folder = Array("\(utf8: repository.folder)/packs".utf8)
    return try Directory(folder).names().filter { $0.suffix(5) == Array(".pack".utf8) }
      .map { folder + [0x2f] + $0 }
  }

  private func flip(_ path: [UInt8], at offset: UInt64, by bits: UInt8 = 0x10) throws {
    let file = try File(path, .readWrite)
    let byte = try file.read(1, at: offset)
    try file.write([byte[0] ^ bits], at: offset)
  }

  /// Every object under the heads, with its bytes.
  private func everything(_ repository: Repository) throws -> [ObjectID: [UInt8]] {
    var result: [ObjectID: [UInt8]] = [:]
    let store = repository.store
    for id in try repository.graph().log(from: try repository.state().heads) {
      let commit = try store.commit(id)
      result[id] = commit.encoded
      for change in try TreeDiff.changes(from: nil, to: commit.tree, store) {
        guard let entry = change.new, entry.kind != .directory else { continue }
        result[entry.content] = try store.content(of: entry, atMost: 1 << 20)
      }
    }
    return result
  }

  private func expectMended(
    _ hurt: Repository, like whole: Repository, _ report: RepairReport
  ) throws {
    #expect(!report.before.isSound)
    #expect(report.after.isSound, "\(report.after.damages)")
    let again = try Repository.open(at: hurt.folder)
    #expect(try again.check(quick: false).isSound)
    #expect(try again.check(quick: true).isSound)
    #expect(try everything(again) == everything(whole))
  }

  @Test(arguments: 0..<6 as Range<UInt64>)
  func flippedBitsOfAPackAreFetchedAgain(seed: UInt64) throws {
    let directory = try TemporaryDirectory()
    let (hurt, whole) = try replicas(directory)
    var random = SplitMix(seed: seed)
    for path in try packs(hurt) {
      let size = try Stat(path: path).size
      for _ in 0..<3 { try flip(path, at: 64 + UInt64(random.below(Int(size) - 64))) }
    }
    let opened = try Repository.open(at: hurt.folder)
    let quick = try opened.check(quick: true)
    #expect(!quick.isSound, "seed \(seed)")
    let report = try opened.repair(from: whole.url, over: .local)
    try expectMended(hurt, like: whole, report)
  }

  @Test func aCutPackIsFetchedAgain() throws {
    let directory = try TemporaryDirectory()
    let (hurt, whole) = try replicas(directory)
    let path = try #require(try packs(hurt).first)
    let size = try Stat(path: path).size
    try File(path, .readWrite).truncate(to: size / 2)
    let report = try Repository.open(at: hurt.folder).repair(from: whole.url, over: .local)
    #expect(!report.fetched.isEmpty)
    try expectMended(hurt, like: whole, report)
  }

  @Test func aPackThatIsGoneIsFetchedAgain() throws {
    let directory = try TemporaryDirectory()
    let (hurt, whole) = try replicas(directory)
    let folder = try Directory(Array("\(utf8: hurt.folder)/packs".utf8))
    for name in try folder.names() { try folder.unlink(name) }
    let opened = try Repository.open(at: hurt.folder)
    let found = try opened.check(quick: false)
    #expect(!found.harm.lostCommits.isEmpty)
    let report = try opened.repair(from: whole.url, over: .local)
    try expectMended(hurt, like: whole, report)
  }

  @Test func aFlippedBitOfTheJournalIsFetchedAgain() throws {
    let directory = try TemporaryDirectory()
    let (hurt, whole) = try replicas(directory, packed: false)
    let journal = Array("\(utf8: hurt.folder)/journal-00000001".utf8)
    // The first large file's frames begin soon after the checkpoint.
    try flip(journal, at: 300_000)
    let opened = try Repository.open(at: hurt.folder)
    let report = try opened.repair(from: whole.url, over: .local)
    try expectMended(hurt, like: whole, report)
  }

  @Test func filesAndCommitsThatAreHitAreNamed() throws {
    let directory = try TemporaryDirectory()
    let (hurt, _) = try replicas(directory)
    let store = hurt.store
    let newest = try #require(try hurt.state().heads.first)
    let entry = try #require(
      try store.entry(at: path("folder/deep/b2"), in: try store.commit(newest).tree))
    let place = try #require(store.location(of: entry.content))
    for pack in try packs(hurt) {
      // The frame's payload, not its head.
      try flip(pack, at: place.offset + 40)
    }
    let found = try Repository.open(at: hurt.folder).check(quick: false)
    let item = try #require(found.harm.items.first { $0.path == Array("folder/deep/b2".utf8) })
    #expect(item.commit == newest)
    #expect(item.commits == 4)
    #expect(found.harm.commits + found.harm.lostCommits.count > 0)
    #expect(found.missing.contains(entry.content))
  }

  @Test func whatTheRemoteLacksStaysMissingAndTheRestIsMended() throws {
    let directory = try TemporaryDirectory()
    let (hurt, whole) = try replicas(directory)
    // The other replica has lost some of the same.
    for path in try packs(hurt) {
      for offset in [100, 200_000, 900_000, 1_500_000] {
        try flip(path, at: UInt64(offset))
      }
    }
    _ = try whole.collect(dryRun: false)
    for path in try packs(whole) { try flip(path, at: 100_000) }
    let opened = try Repository.open(at: hurt.folder)
    let before = Set(try opened.check(quick: false).missing)
    let report = try opened.repair(from: whole.url, over: .local)
    #expect(!report.after.isSound)
    #expect(!report.lacking.isEmpty)
    #expect(!report.fetched.isEmpty)
    #expect(Set(report.after.missing).isSubset(of: before.union(report.lacking)))
    // The packs were left as they are, for what may still be got out of them.
    #expect(try packs(hurt).count >= 1)
    #expect(!(try Repository.open(at: hurt.folder).check(quick: true).isSound))
  }

  @Test func aRepairThatIsCutGoesOnWhereItStopped() throws {
    let directory = try TemporaryDirectory()
    let (hurt, whole) = try replicas(directory)
    for path in try packs(hurt) {
      let size = try Stat(path: path).size
      try File(path, .readWrite).truncate(to: size / 8)
    }
    for bytes in [50, 2000, 200_000] {
      let opened = try Repository.open(at: hurt.folder)
      // Commits, trees and content come one after the other, the largest last.
      #expect(throws: RepositoryError.self) {
        try opened.repair(from: whole.url, over: .spoiled { CutCarrier($0, after: bytes) })
      }
      #expect(try !Repository.open(at: hurt.folder).check(quick: false).isSound)
    }
    let report = try Repository.open(at: hurt.folder).repair(from: whole.url, over: .local)
    try expectMended(hurt, like: whole, report)
  }

  @Test func anObjectThatWasNotAskedForIsRefused() throws {
    let directory = try TemporaryDirectory()
    let (hurt, _) = try replicas(directory)
    for path in try packs(hurt) { try flip(path, at: 1000) }
    let liar = Connector { (_) throws(CarrierError) in
      let encoder = FrameEncoder(.standard)
      let bytes = Array("something else".utf8)
      encoder.add(Digest.object(.chunk, bytes), .chunk, bytes)
      return SayingCarrier([.frame(encoder.finish().encoded), .lacking([])])
    }
    let opened = try Repository.open(at: hurt.folder)
    let before = try opened.check(quick: false)
    #expect(throws: RepositoryError.self) { try opened.repair(from: "/liar", over: liar) }
    #expect(try Repository.open(at: hurt.folder).check(quick: false).missing == before.missing)
  }

  @Test func anObjectThatIsNotWhatItsIDSaysIsRefused() throws {
    let directory = try TemporaryDirectory()
    let (hurt, _) = try replicas(directory)
    for path in try packs(hurt) { try flip(path, at: 1000) }
    let opened = try Repository.open(at: hurt.folder)
    let before = try opened.check(quick: false)
    let wanted = try #require(before.missing.first)
    let liar = Connector { (_) throws(CarrierError) in
      let encoder = FrameEncoder(.standard)
      encoder.add(wanted, .chunk, Array("forged".utf8))
      return SayingCarrier([.frame(encoder.finish().encoded), .lacking([])])
    }
    #expect(throws: RepositoryError.self) { try opened.repair(from: "/liar", over: liar) }
    #expect(try Repository.open(at: hurt.folder).check(quick: false).missing == before.missing)
  }

  @Test func aPeerThatSaysNothingIsThereChangesNothing() throws {
    let directory = try TemporaryDirectory()
    let (hurt, _) = try replicas(directory)
    for path in try packs(hurt) { try flip(path, at: 1000) }
    let opened = try Repository.open(at: hurt.folder)
    let silent = Connector { (_) throws(CarrierError) in SayingCarrier([.lacking([])]) }
    let report = try opened.repair(from: "/silent", over: silent)
    #expect(report.fetched.isEmpty)
    #expect(report.after.missing == report.before.missing)
    let unasked = Connector { (_) throws(CarrierError) in
      SayingCarrier([.lacking([Digest.sha256([])])])
    }
    #expect(throws: RepositoryError.self) { try opened.repair(from: "/silent", over: unasked) }
  }

  @Test func anotherRepositoryIsRefused() throws {
    let directory = try TemporaryDirectory()
    let (hurt, _) = try replicas(directory)
    let other = try Repository.make("other", in: directory)
    for path in try packs(hurt) { try flip(path, at: 1000) }
    #expect(throws: RepositoryError.self) {
      try Repository.open(at: hurt.folder).repair(from: other.url, over: .local)
    }
  }

  @Test func aSoundStoreIsLeftAlone() throws {
    let directory = try TemporaryDirectory()
    let (hurt, _) = try replicas(directory)
    let before = try packs(hurt)
    // Nobody is asked.
    let report = try hurt.repair(from: "/nowhere", over: .local)
    #expect(report.before.isSound && report.after.isSound && report.fetched.isEmpty)
    #expect(try packs(hurt) == before)
  }
}

/// A far end that says what it was told to say, whatever it hears.
final class SayingCarrier: Carrier {
  private var bytes: [UInt8] = []

  init(_ messages: [Message]) {
    var writer = MessageWriter()
    for message in messages { writer.append(message, to: &bytes) }
  }

  func transfer(
    _ outgoing: UnsafeRawBufferPointer, into incoming: UnsafeMutableRawBufferPointer,
    waitingAtMost seconds: Double
  ) throws(CarrierError) -> Transfer {
    let count = min(bytes.count, incoming.count)
    incoming.copyBytes(from: bytes[..<count])
    bytes.removeFirst(count)
    return Transfer(
      sent: outgoing.count, received: count, isAtEnd: bytes.isEmpty && count == 0)
  }

  func finishSending() {}
  func close() -> Farewell? { nil }
}
