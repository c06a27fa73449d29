/// Which commits a replica holds: for each replica that committed, the ends of its chain.
///
/// A replica's commits form a chain, so it normally has one tip; two where its folder was
/// copied or restored from a snapshot and went on under the same id.
package struct VersionVector: Hashable, Sendable {
  /// The end of a replica's chain.
  package struct Tip: Hashable, Comparable, Sendable {
    /// The commit's number in the chain.
    package let sequence: UInt64
    /// The commit.
    package let commit: ObjectID

    /// Makes a tip.
    package init(sequence: UInt64, commit: ObjectID) {
      self.sequence = sequence
      self.commit = commit
    }

    /// Orders by number, then by id.
    package static func < (left: Tip, right: Tip) -> Bool {
      left.sequence != right.sequence
        ? left.sequence < right.sequence : left.commit < right.commit
    }
  }

  /// The tips of each replica, in rising order; no replica has none.
  package private(set) var tips: [ReplicaID: [Tip]]

  /// Makes a vector; tips are sorted here, and replicas without any are dropped.
  package init(_ tips: [ReplicaID: [Tip]] = [:]) {
    self.tips = tips.mapValues { Set($0).sorted() }.filter { !$0.value.isEmpty }
  }

  /// The number of tips of all replicas.
  package var count: Int { tips.values.reduce(0) { $0 + $1.count } }

  /// The commits of all tips, in rising order.
  package var commits: [ObjectID] { tips.values.flatMap { $0.map(\.commit) }.sorted() }

  /// The replicas whose tips differ from another vector's: what a peer that knows the other
  /// one must be told.
  package func changes(since other: VersionVector) -> VersionVector {
    VersionVector(tips.filter { other.tips[$0.key] != $0.value })
  }

  /// This vector with another one's replicas in place of its own.
  package func applying(_ changes: VersionVector) -> VersionVector {
    VersionVector(tips.merging(changes.tips) { _, new in new })
  }

  /// The canonical encoding: a count, then id and tips of each replica in rising order.
  package var encoded: [UInt8] {
    var writer = ByteWriter(reserving: 16 + count * 56)
    writer.count(tips.count)
    for (replica, tips) in tips.sorted(by: { $0.key < $1.key }) {
      writer.raw(replica.bytes)
      writer.count(tips.count)
      for tip in tips {
        writer.varint(tip.sequence)
        writer.id(tip.commit)
      }
    }
    return writer.bytes
  }

  /// Takes a vector off a reader, at most `Limits.heads` tips of it.
  package init(reading reader: inout ByteReader) throws(DecodeError) {
    let replicas = try reader.elements(atMost: Limits.heads, eachAtLeast: 50)
    var result: [ReplicaID: [Tip]] = [:]
    var last: ReplicaID?
    var total = 0
    for _ in 0..<replicas {
      guard let replica = ReplicaID(try reader.raw(ReplicaID.byteCount)) else {
        throw .truncated
      }
      if let last, last >= replica { throw .order }
      last = replica
      let count = try reader.elements(atMost: Limits.heads - total, eachAtLeast: 33)
      guard count >= 1 else { throw .notCanonical }
      total += count
      var tips: [Tip] = []
      for _ in 0..<count {
        let tip = Tip(sequence: try reader.varint(), commit: try reader.id())
        guard tip.sequence >= 1 else { throw .number }
        if let last = tips.last, last >= tip { throw .order }
        tips.append(tip)
      }
      result[replica] = tips
    }
    tips = result
  }

  /// Decodes a vector; throws where the bytes are not the canonical encoding of one.
  package init(decoding bytes: [UInt8]) throws(DecodeError) {
    var reader = ByteReader(bytes)
    try self.init(reading: &reader)
    try reader.finish()
  }
}

extension CommitGraph {
  /// Returns the version vector of all that heads descend from.
  ///
  /// Where they descend from all that the cache has, only what came since is looked at.
  package func vector(of heads: [ObjectID]) throws(ObjectError) -> VersionVector {
    try guarded { () throws(ObjectError) in
      let beyond = try beyondCache(heads)
      var byReplica: [Int32: [Int32]] = [:]
      for slot in beyond.coversCache ? beyond.slots : try reachable(from: heads) {
        byReplica[replicaSlot(of: slot), default: []].append(slot)
      }
      var ends: [Int32: Set<Int32>] = [:]
      if beyond.coversCache {
        for end in chain?.ends ?? [] {
          ends[replicaSlot(of: end.ordinal), default: []].insert(end.ordinal)
        }
      }
      var tips: [ReplicaID: [VersionVector.Tip]] = [:]
      for number in Set(byReplica.keys).union(ends.keys) {
        guard let replica = replica(number) else { continue }
        let slots = endsOfChain(ends[number] ?? [], byReplica[number] ?? [])
        tips[replica] = slots.map { .init(sequence: sequence(of: $0), commit: id(of: $0)) }
      }
      return VersionVector(tips)
    }
  }

  /// Returns what the holder of a vector lacks of heads' history, parents first.
  ///
  /// Tips that are here are looked up. A tip that is not here is taken to hold our own end of
  /// that replica's chain where its number is at least as large: true unless the replica was
  /// copied, and then the receiver finds a parent missing and asks for it by id.
  package func missing(
    from heads: [ObjectID], having vector: VersionVector
  ) throws(ObjectError) -> [ObjectID] {
    var held: [ObjectID] = []
    var ours: VersionVector?
    for (replica, tips) in vector.tips {
      for tip in tips {
        if try contains(tip.commit) {
          held.append(tip.commit)
          continue
        }
        if ours == nil { ours = try self.vector(of: heads) }
        for own in ours?.tips[replica] ?? [] where own.sequence <= tip.sequence {
          held.append(own.commit)
        }
      }
    }
    return try missing(from: heads, having: held)
  }

  /// Returns the ends of a replica's chain, of the ends of its earlier commits and of later ones.
  func endsOfChain(_ earlier: Set<Int32>, _ later: [Int32]) -> [Int32] {
    guard !later.isEmpty else { return Array(earlier) }
    if earlier.isEmpty, let end = endOfChain(later) { return [end] }
    return maximal(earlier.union(later))
  }

  /// Returns the last of a replica's commits where their numbers are 1 to n, each once: then
  /// the chain has one end, and no ancestry need be looked at.
  private func endOfChain(_ slots: [Int32]) -> Int32? {
    var seen = [Bool](repeating: false, count: slots.count)
    var end: Int32?
    for slot in slots {
      let sequence = sequence(of: slot)
      guard sequence >= 1, sequence <= UInt64(slots.count), !seen[Int(sequence) - 1] else {
        return nil
      }
      seen[Int(sequence) - 1] = true
      if sequence == UInt64(slots.count) { end = slot }
    }
    return end
  }
}
