package import FsyncCore

/// Commits whose content is not kept or never came, when that was and why: one of a chain of
/// objects, of which the state names the newest.
///
/// Commits, trees, lists, renames and conflict tables are always here; what may be absent are
/// chunks that no other commit needs.
package struct AbsenceRecord: Hashable, Sendable {
  /// Why content is absent.
  package enum Cause: Hashable, Sendable {
    /// It was pruned here: chunks are dropped that only such commits need. The text is the policy.
    case pruned(policy: [UInt8])
    /// It was absent at the replica from which the commits came; what is here is kept.
    case arrived(from: ReplicaID, name: [UInt8])
  }

  /// The record before this one; nil for the first.
  package var previous: ObjectID?
  /// When it was made, by this machine's clock.
  package var time: Timestamp
  /// Why.
  package var cause: Cause
  /// The commits, in rising order.
  package var commits: [ObjectID]

  /// The most commits of one record.
  package static let maximum = 1 << 15
  private static let policyBound = 1 << 16
  private static let nameBound = 255

  /// Makes a record; commits are sorted here.
  package init(previous: ObjectID?, time: Timestamp, cause: Cause, commits: [ObjectID]) {
    self.previous = previous
    self.time = time
    self.cause = cause
    self.commits = Set(commits).sorted()
  }

  /// The canonical encoding.
  package var encoded: [UInt8] {
    var writer = ByteWriter(reserving: 128 + commits.count * ObjectID.byteCount)
    writer.byte(1)
    writer.optional(previous)
    writer.timestamp(time)
    switch cause {
    case .pruned(let policy):
      writer.byte(1)
      writer.string(Array(policy.prefix(AbsenceRecord.policyBound)))
    case .arrived(let replica, let name):
      writer.byte(2)
      writer.raw(replica.bytes)
      writer.string(Array(name.prefix(AbsenceRecord.nameBound)))
    }
    writer.count(commits.count)
    for commit in commits { writer.id(commit) }
    return writer.bytes
  }

  /// Decodes a record; throws where the bytes are not the canonical encoding of one.
  package init(decoding bytes: [UInt8]) throws(DecodeError) {
    var reader = ByteReader(bytes)
    let version = try reader.byte()
    guard version == 1 else { throw .tag(version) }
    previous = try reader.optionalID()
    time = try reader.timestamp()
    switch try reader.byte() {
    case 1: cause = .pruned(policy: try reader.string(atMost: AbsenceRecord.policyBound))
    case 2:
      guard let replica = ReplicaID(try reader.raw(ReplicaID.byteCount)) else { throw .truncated }
      cause = .arrived(from: replica, name: try reader.string(atMost: AbsenceRecord.nameBound))
    case let other: throw .tag(other)
    }
    commits = try reader.risingIDs(atMost: AbsenceRecord.maximum)
    guard !commits.isEmpty else { throw .notCanonical }
    try reader.finish()
  }
}

/// Everything that a store's absence records say.
package struct Absences: Sendable {
  /// The records, newest first.
  package private(set) var records: [AbsenceRecord] = []
  /// The commits whose content was pruned here.
  package private(set) var pruned: Set<ObjectID> = []
  /// The commits whose content was not all there when they came.
  package private(set) var arrived: Set<ObjectID> = []

  /// Makes absences of nothing.
  package init() {}

  /// Says whether every commit is whole.
  package var isEmpty: Bool { records.isEmpty }

  /// All commits that need not be whole.
  package var commits: Set<ObjectID> { pruned.union(arrived) }

  /// Says whether a commit need not be whole.
  package func contains(_ commit: ObjectID) -> Bool {
    pruned.contains(commit) || arrived.contains(commit)
  }

  /// Returns the newest record that names a commit; nil where it is whole.
  package func record(of commit: ObjectID) -> AbsenceRecord? {
    records.first { record in
      var low = 0
      var high = record.commits.count
      while low < high {
        let middle = (low + high) / 2
        if record.commits[middle] < commit { low = middle + 1 } else { high = middle }
      }
      return low < record.commits.count && record.commits[low] == commit
    }
  }

  /// Adds a record that is older than all there are.
  mutating func append(_ record: AbsenceRecord) {
    records.append(record)
    switch record.cause {
    case .pruned: pruned.formUnion(record.commits)
    case .arrived: arrived.formUnion(record.commits)
    }
  }
}

extension Store {
  /// Reads what a state's absence records say; nothing is read where it has none.
  package func absences(of state: ReplicaState) throws(StoreError) -> Absences {
    var result = Absences()
    var next = state.absences
    while let id = next {
      let record: AbsenceRecord
      do throws(ObjectError) {
        let bytes = try bytes(id, .absences)
        do throws(DecodeError) { record = try AbsenceRecord(decoding: bytes) } catch {
          throw .malformed(id, error)
        }
      } catch { throw .object(error) }
      result.append(record)
      next = record.previous
    }
    return result
  }
}

extension Transaction {
  /// Records commits whose content is not kept or did not come.
  package mutating func record(
    absent commits: Set<ObjectID>, _ cause: AbsenceRecord.Cause, at time: Timestamp,
    on state: ReplicaState
  ) {
    let sorted = commits.sorted()
    for start in stride(from: 0, to: sorted.count, by: AbsenceRecord.maximum) {
      let part = Array(sorted[start..<min(start + AbsenceRecord.maximum, sorted.count)])
      let record = AbsenceRecord(
        previous: absences ?? state.absences, time: time, cause: cause, commits: part)
      absences = put(.absences, record.encoded)
    }
  }
}
