import FsyncCore
import FsyncRepo
import FsyncStore
import FsyncSystem
import TestSupport
import Testing

@Suite struct PruneTests {
  private func last(_ count: Int) -> RetentionPolicy {
    var policy = RetentionPolicy()
    policy.last = count
    return policy
  }

  /// The bytes of a file as a commit has it.
  private func read(
    _ name: String, at commit: ObjectID, in repository: Repository
  ) throws(RepositoryError) -> String {
    let snapshot = try repository.snapshot(at: .commit(commit))
    return try repository.explaining(snapshot.commits) { () throws(RepositoryError) in
      guard let path = try? Path(Array(name.utf8)),
        let entry = try? snapshot.entry(at: path)
      else { throw .unknownMoment(name) }
      let bytes = try FileVersion(entry, reader: snapshot.reader).bytes(atMost: 1 << 20)
      return String(decoding: bytes ?? [], as: UTF8.self)
    }
  }

  /// Why reading a file of a commit fails; nil where it does not.
  private func cause(
    _ name: String, at commit: ObjectID, in repository: Repository
  ) throws -> PrunedContent.Cause? {
    do throws(RepositoryError) {
      _ = try read(name, at: commit, in: repository)
      return nil
    } catch {
      guard case .pruned(let content) = error else { throw error }
      #expect(content.commit == commit)
      return content.cause
    }
  }

  /// Commits a file's versions, one commit each; returns the commits.
  private func versions(
    _ name: String, _ texts: [String], in repository: Repository
  ) throws -> [ObjectID] {
    try texts.map { text in
      try repository.tree.write(name, text)
      return try #require(try repository.commit(text).commits.first)
    }
  }

  @Test func contentGoesAndTheSkeletonStays() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    try desk.tree.write("same", "for ever\n")
    let commits = try versions("note", ["one\n", "two\n", "three\n", "four\n"], in: desk)
    let before = try desk.state()
    let preview = try desk.prune(last(1), dryRun: true)
    #expect(try desk.state() == before)
    #expect(preview.pruned == 2 && preview.kept == 2 && preview.objectsDropped == 2)
    #expect(preview.bytesFreed > 0)
    // The state before the last command that changed the folder is kept, for undoing it.
    #expect(preview.decisions.map(\.isKept) == [true, true, false, false])
    #expect(try desk.prune(last(9)).pruned == 0)
    #expect(try desk.state() == before)
    let done = try desk.prune(last(1))
    #expect(done.decisions == preview.decisions)
    #expect(done.objectsDropped == 2)
    let policy = PrunedContent.Cause.pruned(policy: "last 1")
    for commit in commits[..<2] {
      #expect(try cause("note", at: commit, in: desk) == policy)
      // What a whole commit has too is found under the old one.
      #expect(try read("same", at: commit, in: desk) == "for ever\n")
    }
    #expect(try read("note", at: commits[2], in: desk) == "three\n")
    #expect(try desk.check(quick: false).isSound)
    #expect(try desk.status().isClean)
    // History is as it was, and nothing is left to be pruned.
    var log: [ObjectID] = []
    try desk.log(LogQuery()) { entry throws(ObjectError) in
      log.append(entry.id)
      return true
    }
    #expect(log == commits.reversed())
    let again = try desk.prune(last(1))
    #expect(again.pruned == 0 && again.absent == 2 && again.objectsDropped == 0)
    #expect(try desk.collect(dryRun: false).objectsDropped == 0)
    #expect(throws: RepositoryError.self) { try desk.prune(RetentionPolicy()) }
  }

  @Test func restoringWhatIsPrunedChangesNothing() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    let commits = try versions("x/note", ["one\n", "two\n", "three\n"], in: desk)
    _ = try desk.prune(last(1))
    let (state, listing) = (try desk.state(), try desk.tree.listing())
    let target = Array(directory.appending("out").utf8)
    for paths in [[], [try Path(Array("x/note".utf8))], [try Path(Array("x".utf8))]] {
      for folder in [nil, target] {
        for dryRun in [true, false] {
          do throws(RepositoryError) {
            _ = try desk.restore(paths, at: .commit(commits[0]), to: folder, dryRun: dryRun)
            Issue.record("restored what is not here")
          } catch {
            guard case .pruned = error else { throw error }
          }
        }
      }
    }
    #expect(try desk.state() == state && desk.tree.listing() == listing)
    #expect(try desk.restore([], at: .commit(commits[1])).commits.count == 1)
    #expect(try desk.tree.read("x/note") == "two\n")
  }

  @Test func replicasWithDifferentRetentionSync() throws {
    let directory = try TemporaryDirectory()
    let full = try Repository.make("full", in: directory)
    var commits = try versions("note", (0..<6).map { "\($0)\n" }, in: full)
    let lean = try full.clone("lean", in: directory)
    _ = try lean.prune(last(1))
    #expect(try cause("note", at: commits[1], in: lean) != nil)
    // Both ways, again and again: one loses nothing, the other gets nothing back.
    for round in 0..<3 {
      commits += try versions("note", ["full \(round)\n"], in: full)
      try lean.sync(full.url)
      commits += try versions("more", ["lean \(round)\n"], in: lean)
      try full.sync(lean.url)
      _ = try lean.prune(last(1))
      #expect(try lean.tree.listing() == full.tree.listing())
      for (number, commit) in commits.enumerated() where number < 6 {
        #expect(try read("note", at: commit, in: full) == "\(number)\n")
      }
      #expect(try cause("note", at: commits[1], in: lean) != nil)
      for repository in [full, lean] { #expect(try repository.check(quick: false).isSound) }
    }
    #expect(try full.state().absences == nil)
    #expect(try full.prune(last(100)).pruned == 0)
  }

  @Test func aCloneOfAPrunedReplicaIsWholeWhereItCanBe() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    var random = SplitMix(seed: 5)
    try desk.tree.write("large", random.bytes(400_000))
    let commits = try versions("note", (0..<6).map { "\($0)\n" }, in: desk)
    _ = try desk.prune(last(2))
    let lap = try desk.clone("lap", in: directory)
    #expect(try lap.tree.listing() == desk.tree.listing())
    #expect(try lap.check(quick: false).isSound)
    let from = PrunedContent.Cause.arrived(from: Array("desk".utf8))
    for commit in commits[..<4] { #expect(try cause("note", at: commit, in: lap) == from) }
    for (number, commit) in commits.enumerated().suffix(2) {
      #expect(try read("note", at: commit, in: lap) == "\(number)\n")
    }
    // What is here of such commits stays here.
    #expect(try lap.collect(dryRun: false).objectsDropped == 0)
    let third = try lap.clone("third", in: directory)
    #expect(try third.tree.listing() == desk.tree.listing())
    #expect(try third.check(quick: false).isSound)
    // They go on together.
    try third.tree.write("note", "third\n")
    try third.sync(lap.url)
    try desk.sync(lap.url)
    #expect(try desk.tree.read("note") == "third\n")
  }

  /// A replica comes back with an edit made on a state that all others have pruned.
  @Test func whoReturnsAfterLongIsMergedEverywhereAlike() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    let body = (0..<20).map { "line \($0)\n" }.joined()
    try desk.tree.write("note", "top\n" + body + "end\n")
    try desk.commit("first")
    let hub = try Repository.make("hub", in: directory, bare: true)
    try desk.sync(hub.url)
    let old = try desk.clone("old", in: directory)
    let lap = try desk.clone("lap", in: directory)
    for round in 0..<4 {
      _ = try versions("note", ["top\n" + body + "desk \(round)\n"], in: desk)
      try desk.sync(hub.url)
      try lap.sync(hub.url)
      _ = try versions("other", ["lap \(round)\n"], in: lap)
      try lap.sync(hub.url)
      try desk.sync(hub.url)
    }
    for repository in [desk, hub, lap] { _ = try repository.prune(last(1)) }
    try old.tree.write("note", "old\n" + body + "end\n")
    try old.commit("late")
    _ = try old.prune(last(1))
    try old.sync(hub.url)
    try lap.sync(hub.url)
    try desk.sync(hub.url)
    let merged = "old\n" + body + "desk 3\n"
    for repository in [desk, lap, old] {
      #expect(try repository.tree.read("note") == merged)
      #expect(try repository.conflicts(of: repository.snapshot(at: .base)).isEmpty)
      #expect(try repository.check(quick: false).isSound)
    }
  }

  /// Two replicas that edited both ends of a text, have joined, and lost what both started from;
  /// and one that has it.
  private func wanting(
    in directory: borrowing TemporaryDirectory
  ) throws -> (desk: Repository, lap: Repository, third: Repository) {
    let desk = try Repository.make("desk", in: directory)
    let body = (0..<20).map { "line \($0)\n" }.joined()
    let first = try versions("note", ["top\n" + body + "end\n"], in: desk)[0]
    let base = Digest.object(.chunk, Array(("top\n" + body + "end\n").utf8))
    let lap = try desk.clone("lap", in: directory)
    let third = try desk.clone("third", in: directory)
    _ = try versions("note", ["desk\n" + body + "end\n"], in: desk)
    _ = try versions("note", ["top\n" + body + "lap\n"], in: lap)
    for repository in [desk, lap] {
      // Against the rule that keeps it: no replica does this by itself.
      try repository.store.transact { (state, transaction) throws(Never) in
        transaction.record(
          absent: [first], .pruned(policy: []), at: Timestamp(seconds: 1), on: state)
      }
      _ = try repository.store.collect(grace: 0, prunes: true) { _ in [] }
      #expect(try !repository.store.contains(base))
    }
    do throws(RepositoryError) {
      try lap.sync(desk.url)
      Issue.record("merged without the base")
    } catch {
      guard case .unavailable(base) = error else { throw error }
    }
    for repository in [desk, lap] { #expect(try repository.state().heads.count == 2) }
    #expect(try lap.tree.read("note") == "top\n" + body + "lap\n")
    return (desk, lap, third)
  }

  @Test func whatAMergeLacksIsAskedForWhomeverOneMeets() throws {
    let directory = try TemporaryDirectory()
    let (desk, lap, third) = try wanting(in: directory)
    try third.sync(lap.url)
    let merged = try third.tree.read("note")
    #expect(merged.hasPrefix("desk\n") && merged.hasSuffix("lap\n"))
    #expect(try lap.tree.read("note") == merged)
    // The heads are the same here, and it asks all the same.
    #expect(try desk.state().heads == lap.state().heads)
    try desk.sync(lap.url)
    for repository in [desk, lap, third] {
      #expect(try repository.tree.read("note") == merged)
      #expect(try repository.status().isClean)
      #expect(try repository.check(quick: false).isSound)
      #expect(try repository.collect(dryRun: false).objectsDropped == 0)
    }
  }

  @Test func whereNobodyHasItOneSidesVersionIsTakenOver() throws {
    let directory = try TemporaryDirectory()
    let (desk, lap, _) = try wanting(in: directory)
    let own = try #require(try lap.state().base?.commits.first)
    let other = try #require(try lap.state().heads.first { $0 != own })
    let path = try Path(Array("note".utf8))
    #expect(try lap.restore([path], at: .commit(other)).commits.count == 1)
    try lap.sync(desk.url)
    #expect(try lap.tree.read("note").hasPrefix("desk\n"))
    #expect(try desk.tree.listing() == lap.tree.listing())
    #expect(try desk.state().heads == lap.state().heads)
    #expect(try read("note", at: own, in: desk).hasSuffix("lap\n"))
  }

  @Test func aPolicyComesFromTheConfiguration() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    #expect(desk.configuration.retention.isEmpty)
    try Configuration.edit(Configuration.repositoryPath(desk.folder)) {
      (file) throws(RepositoryError) in
      try file.setting(.keep(.daily), to: .integer(7))
        .setting(.keep(.within), to: .string("30d"))
    }
    let policy = try Repository.open(at: desk.folder).configuration.retention
    #expect(policy.text == "within 30d, daily 7")
    #expect(ConfigurationKey("prune.keep-weekly")?.value(of: "0") == nil)
    #expect(ConfigurationKey("prune.keep-within")?.value(of: "often") == nil)
  }
}

@Suite struct PrunedConvergenceTests {
  @Test(
    "replicas that prune as they like converge all the same", arguments: UInt64(1000)..<1016)
  func converge(seed: UInt64) throws {
    let directory = try TemporaryDirectory(inMemory: true)
    var mesh = try Mesh(seed: seed, prunes: true, in: directory)
    for _ in 0..<60 { try mesh.act() }
    try mesh.settle()
    let first = mesh.replicas[0]
    let listing = try first.tree.listing()
    for replica in mesh.replicas {
      #expect(try replica.state().heads == first.state().heads, "seed \(seed)")
      #expect(try replica.tree.listing() == listing, "seed \(seed)")
      #expect(try replica.status().isClean, "seed \(seed)")
      let report = try replica.check(quick: false)
      #expect(report.isSound, "seed \(seed): \(report.damages)")
    }
  }
}
