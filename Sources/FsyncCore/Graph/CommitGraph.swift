/// The graph of commits over a reader: who descends from whom.
///
/// What ancestry needs (parents, generation, time, replica, number) is kept in flat arrays, one
/// slot a commit, so that a walk over a million commits touches no commit object. A commit's
/// generation is one more than its parents' largest; it is known once all ancestors are, so the
/// first question about a head reads its whole history, unless `adopt` brought it from a cache.
/// Not safe to share between threads: each worker makes its own.
package final class CommitGraph {
  /// What the graph knows of one commit; enough to fill a cache and to be filled from one.
  package struct Node: Hashable, Sendable {
    /// The commit.
    package let id: ObjectID
    /// Its parents in rising order.
    package let parents: [ObjectID]
    /// The replica that made it.
    package let replica: ReplicaID
    /// Its number in that replica's chain.
    package let sequence: UInt64
    /// When it was made.
    package let time: Timestamp

    /// Makes a node.
    package init(
      id: ObjectID, parents: [ObjectID], replica: ReplicaID, sequence: UInt64, time: Timestamp
    ) {
      self.id = id
      self.parents = parents
      self.replica = replica
      self.sequence = sequence
      self.time = time
    }
  }

  private let reader: any ObjectReader
  private var commits: [ObjectID: Commit] = [:]
  private(set) var slots: [ObjectID: Int32] = [:]
  private(set) var ids: [ObjectID] = []
  private var parentStart: [Int32] = [0]
  private var parentSlots: [Int32] = []
  private(set) var generations: [UInt32] = []
  private(set) var times: [Timestamp] = []
  private(set) var sequences: [UInt64] = []
  private(set) var replicaSlots: [Int32] = []
  private(set) var replicas: [ReplicaID] = []
  private var replicaIndex: [ReplicaID: Int32] = [:]

  /// How many decoded commits are kept; the flat arrays keep all.
  private static let commitCacheBound = 4096

  /// Makes the graph of what a reader holds.
  package init(_ reader: any ObjectReader) {
    self.reader = reader
  }

  /// Returns a decoded commit.
  package func commit(_ id: ObjectID) throws(ObjectError) -> Commit {
    if let commit = commits[id] { return commit }
    let commit = try reader.commit(id)
    if commits.count >= CommitGraph.commitCacheBound { commits.removeAll(keepingCapacity: true) }
    commits[id] = commit
    return commit
  }

  /// Says whether the commit is here.
  package func contains(_ id: ObjectID) throws(ObjectError) -> Bool {
    if slots[id] != nil || commits[id] != nil { return true }
    return try reader.object(id)?.kind == .commit
  }

  /// Reads the whole history of commits, which `knows` answers for afterwards.
  package func load(_ heads: [ObjectID]) throws(ObjectError) {
    for head in heads { _ = try slot(head) }
  }

  /// Says whether a commit has been read with its whole history.
  package func knows(_ id: ObjectID) -> Bool { slots[id] != nil }

  /// Takes nodes from a cache, parents before children; one whose parents are not known, and all
  /// that is already known, is passed over.
  package func adopt(_ nodes: some Sequence<Node>) {
    for node in nodes where slots[node.id] == nil {
      let parents = node.parents.compactMap { slots[$0] }
      guard parents.count == node.parents.count else { continue }
      insert(node, parents: parents)
    }
  }

  /// Returns the nodes of all that is reachable from heads, parents first: what a cache keeps.
  package func nodes(from heads: [ObjectID]) throws(ObjectError) -> [Node] {
    var result: [Node] = []
    for slot in try reachable(from: heads).sorted() {
      result.append(
        Node(
          id: ids[Int(slot)], parents: parents(of: slot).map { ids[Int($0)] },
          replica: replicas[Int(replicaSlots[Int(slot)])], sequence: sequences[Int(slot)],
          time: times[Int(slot)]))
    }
    return result
  }

  /// Returns the slot of a commit, reading what is not yet known of its history.
  func slot(_ id: ObjectID) throws(ObjectError) -> Int32 {
    if let slot = slots[id] { return slot }
    // An explicit stack, since a history is deeper than any thread's.
    var stack: [(id: ObjectID, isExpanded: Bool)] = [(id, false)]
    while let top = stack.popLast() {
      guard slots[top.id] == nil else { continue }
      let commit = try commit(top.id)
      if top.isExpanded {
        insert(
          Node(
            id: top.id, parents: commit.parents, replica: commit.replica,
            sequence: commit.sequence, time: commit.time),
          parents: commit.parents.compactMap { slots[$0] })
      } else {
        stack.append((top.id, true))
        for parent in commit.parents where slots[parent] == nil { stack.append((parent, false)) }
      }
    }
    guard let slot = slots[id] else { throw .missing(id) }
    return slot
  }

  /// Returns the slots of ids that must all be here.
  func slotsOf(_ ids: [ObjectID]) throws(ObjectError) -> [Int32] {
    var result: [Int32] = []
    for id in ids { result.append(try slot(id)) }
    return result
  }

  /// The parents of a slot; parents always lie in lower slots.
  func parents(of slot: Int32) -> ArraySlice<Int32> {
    parentSlots[Int(parentStart[Int(slot)])..<Int(parentStart[Int(slot) + 1])]
  }

  /// Returns all slots from which heads descend, the heads included.
  func reachable(from heads: [ObjectID]) throws(ObjectError) -> [Int32] {
    var stack = try slotsOf(heads)
    var seen = [Bool](repeating: false, count: ids.count)
    var result: [Int32] = []
    while let slot = stack.popLast() {
      guard !seen[Int(slot)] else { continue }
      seen[Int(slot)] = true
      result.append(slot)
      stack.append(contentsOf: parents(of: slot))
    }
    return result
  }

  private func insert(_ node: Node, parents: [Int32]) {
    slots[node.id] = Int32(ids.count)
    ids.append(node.id)
    parentSlots.append(contentsOf: parents)
    parentStart.append(Int32(parentSlots.count))
    generations.append((parents.map { generations[Int($0)] }.max() ?? 0) + 1)
    times.append(node.time)
    sequences.append(node.sequence)
    if let known = replicaIndex[node.replica] {
      replicaSlots.append(known)
    } else {
      let fresh = Int32(replicas.count)
      replicaIndex[node.replica] = fresh
      replicas.append(node.replica)
      replicaSlots.append(fresh)
    }
  }

  /// Says whether a slot comes before another in a walk.
  ///
  /// Larger generation first, then the later time, then the larger id; so children always come
  /// before parents.
  func precedes(_ left: Int32, _ right: Int32) -> Bool {
    let (l, r) = (Int(left), Int(right))
    if generations[l] != generations[r] { return generations[l] > generations[r] }
    if times[l] != times[r] { return times[l] > times[r] }
    return ids[l] > ids[r]
  }
}
