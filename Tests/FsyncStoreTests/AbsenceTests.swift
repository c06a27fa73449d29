import FsyncCore
import FsyncStore
import FsyncSystem
import TestSupport
import Testing

/// What a store does with commits whose content it does not keep.
@Suite final class AbsenceTests {
  private let directory: TemporaryDirectory
  private let folder: [UInt8]
  private let store: Store

  init() throws {
    directory = try TemporaryDirectory()
    folder = bytes(directory.appending("store"))
    store = try Store.create(at: folder, host: host())
  }

  private struct Stored {
    var commit: ObjectID
    var tree: ObjectID
    var chunks: [ObjectID]
  }

  /// Stores a commit of a folder with one file of each content, and makes it the head.
  private func commit(
    _ contents: [[UInt8]], parents: [ObjectID] = [], sequence: UInt64 = 1
  ) throws -> Stored {
    let ingest = try store.ingest()
    let worker = ingest.worker()
    var entries: [TreeEntry] = []
    var chunks: [ObjectID] = []
    for (index, content) in contents.enumerated() {
      chunks.append(try worker.put(.chunk, content))
      entries.append(
        TreeEntry(
          try Name(bytes("file\(1000 + index)")),
          .file(chunks[index], size: UInt64(content.count), mode: 0o644, mtime: .zero)))
    }
    let tree = try worker.put(.tree, TreeNode.leaf(entries).encoded)
    let replica = try #require(ReplicaID([UInt8](repeating: 1, count: 16)))
    let commit = Commit(
      tree: tree, parents: parents, replica: replica, replicaName: [], sequence: sequence,
      author: [], time: .zero, message: [], kind: .manual)
    let id = try worker.put(.commit, commit.encoded)
    try worker.finish()
    try store.transact(ingest) { (_, transaction) throws(Refusal) in transaction.heads = [id] }
    return Stored(commit: id, tree: tree, chunks: chunks)
  }

  private func record(_ commits: [ObjectID], _ cause: AbsenceRecord.Cause) throws {
    try store.transact { (state, transaction) throws(Refusal) in
      transaction.record(absent: Set(commits), cause, at: Timestamp(seconds: 9), on: state)
    }
  }

  private let policy = AbsenceRecord.Cause.pruned(policy: bytes("last 1"))

  @Test(arguments: [200, 100_000])
  func contentThatOnlyPrunedCommitsNeedGoesAtOnce(_ size: Int) throws {
    var random = SplitMix(seed: 71)
    let (shared, old, new) = (random.bytes(size), random.bytes(size), random.bytes(size))
    let first = try commit([shared, old])
    let second = try commit([shared, new], parents: [first.commit], sequence: 2)
    try record([first.commit], policy)
    let done = try store.collect(grace: 1000, prunes: true) { _ in [] }
    #expect(done.dropped == 1)
    for store in [store, try Store.open(at: folder, host: host())] {
      #expect(try store.object(first.chunks[1]) == nil)
      #expect(try store.contains(first.chunks[0]))
      for id in [first.commit, first.tree, second.commit, second.tree] + second.chunks {
        #expect(try store.object(id) != nil)
      }
      #expect(try store.verify(roots: []).damages.isEmpty)
      #expect(try store.absences(of: store.state()).pruned == [first.commit])
    }
    // What a kept commit needs is damage, pruned or not.
    #expect(
      try store.verify(roots: [first.commit]).damages
        == [.missing(first.chunks[1], .chunk, neededBy: first.tree)])
    #expect(try store.collect(grace: 1000) { _ in [] }.dropped == 0)
  }

  @Test func whatIsKeptWholeAllTheSameStays() throws {
    let first = try commit([[1], [2]])
    let second = try commit([[3]], parents: [first.commit], sequence: 2)
    try record([first.commit], policy)
    #expect(try store.collect(grace: 0, prunes: true) { _ in [first.commit] }.dropped == 0)
    // A head is whole, whatever was said of it.
    try record([second.commit], policy)
    #expect(try store.collect(grace: 0, prunes: true) { _ in [] }.dropped == 2)
    #expect(try store.contains(second.chunks[0]))
    #expect(try store.verify(roots: []).damages.isEmpty)
  }

  @Test func whatDidNotComeIsNoDamageAndWhatDidStays() throws {
    let first = try commit([[1], [2]])
    _ = try commit([[3]], parents: [first.commit], sequence: 2)
    let replica = try #require(ReplicaID([UInt8](repeating: 7, count: 16)))
    try record([first.commit], .arrived(from: replica, name: bytes("nas")))
    #expect(try store.collect(grace: 0, prunes: true) { _ in [] }.dropped == 0)
    for id in first.chunks { #expect(try store.contains(id)) }
    // Later it is pruned here as well.
    try record([first.commit], policy)
    #expect(try store.collect(grace: 0, prunes: true) { _ in [] }.dropped == 2)
    let absences = try store.absences(of: try store.state())
    #expect(absences.records.map(\.cause) == [policy, .arrived(from: replica, name: bytes("nas"))])
    #expect(absences.record(of: first.commit)?.cause == policy)
  }

  @Test func manyCommitsTakeSeveralRecords() throws {
    var random = SplitMix(seed: 72)
    let commits = (0..<AbsenceRecord.maximum + 5).map { _ in
      Digest.object(.commit, random.bytes(8))
    }
    try record(commits, policy)
    let absences = try store.absences(of: try store.state())
    #expect(absences.records.count == 2)
    #expect(absences.pruned == Set(commits))
    #expect(absences.record(of: commits[7]) != nil)
    #expect(absences.record(of: Digest.object(.commit, [])) == nil)
    // The checkpoint of a new journal names them too.
    _ = try store.collect(grace: 0) { _ in [] }
    let again = try Store.open(at: folder, host: host())
    #expect(try again.absences(of: again.state()).pruned.count == commits.count)
  }

  @Test func recordsHaveOneEncoding() throws {
    let replica = try #require(ReplicaID([UInt8](repeating: 7, count: 16)))
    var random = SplitMix(seed: 73)
    let ids = (0..<3).map { _ in Digest.object(.commit, random.bytes(4)) }
    for cause in [policy, .arrived(from: replica, name: bytes("nas"))] {
      for previous in [nil, ids[0]] {
        let record = AbsenceRecord(
          previous: previous, time: Timestamp(seconds: -5), cause: cause, commits: ids)
        let encoded = record.encoded
        #expect(try AbsenceRecord(decoding: encoded) == record)
        for length in encoded.indices {
          #expect(throws: DecodeError.self) {
            try AbsenceRecord(decoding: Array(encoded[..<length]))
          }
        }
        for _ in 0..<200 {
          var bent = encoded
          bent[Int.random(in: bent.indices, using: &random)] ^= UInt8(1 << random.below(8))
          // Whatever decodes is the encoding of what it decodes to.
          if let read = try? AbsenceRecord(decoding: bent) { #expect(read.encoded == bent) }
        }
      }
    }
    #expect(throws: DecodeError.self) {
      try AbsenceRecord(
        decoding: AbsenceRecord(previous: nil, time: .zero, cause: policy, commits: []).encoded)
    }
  }

  /// The bytes of version 1.
  @Test func recordsAreWhatTheFormatSays() throws {
    let replica = try #require(ReplicaID(Array(0..<16)))
    let commit = Digest.sha256([])
    let digits = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    let pruned = AbsenceRecord(
      previous: nil, time: Timestamp(seconds: 3), cause: policy, commits: [commit])
    #expect(pruned.encoded.hex == "010006000106" + "6c6173742031" + "01" + digits)
    let arrived = AbsenceRecord(
      previous: commit, time: Timestamp(seconds: 3),
      cause: .arrived(from: replica, name: bytes("nas")), commits: [commit])
    #expect(
      arrived.encoded.hex == "0101" + digits + "060002" + "000102030405060708090a0b0c0d0e0f"
        + "036e6173" + "01" + digits)
  }
}
