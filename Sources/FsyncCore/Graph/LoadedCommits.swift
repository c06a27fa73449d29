/// Commits that are yet to be read on the way from heads down: a stack of its own, since a history is
/// deeper than any thread's.
struct PendingCommits {
  private var ids: [ObjectID]
  private var isExpanded: [Bool]
  /// How many have been looked into and wait for their parents.
  private(set) var depth = 0

  /// Begins with some commits.
  init(_ ids: [ObjectID]) {
    self.ids = ids
    isExpanded = [Bool](repeating: false, count: ids.count)
  }

  /// Whether nothing is left to be read.
  var isEmpty: Bool { ids.isEmpty }

  mutating func push(_ id: ObjectID, isExpanded: Bool) {
    ids.append(id)
    self.isExpanded.append(isExpanded)
    if isExpanded { depth += 1 }
  }

  mutating func pop() -> (id: ObjectID, isExpanded: Bool)? {
    guard let id = ids.popLast(), let isExpanded = isExpanded.popLast() else { return nil }
    if isExpanded { depth -= 1 }
    return (id, isExpanded)
  }
}

/// What is kept of commits that were read, one place a commit.
struct LoadedCommits {
  /// Slots, not places.
  var slots: [ObjectID: Int32] = [:]
  var ids: [ObjectID] = []
  var parentStart: [Int32] = [0]
  var parentSlots: [Int32] = []
  var generations: [UInt32] = []
  var times: [Timestamp] = []
  var sequences: [UInt64] = []
  var trees: [ObjectID] = []
  var flags: [UInt8] = []
  /// How many commits were waiting for this one when it was read: at least so many are newer.
  var depths: [Int32] = []
  var replicaSlots: [Int32] = []
  /// The replicas of all slots, the cache's first.
  var replicas: [ReplicaID] = [] {
    didSet {
      for (number, replica) in replicas.enumerated() { replicaIndex[replica] = Int32(number) }
    }
  }
  private var replicaIndex: [ReplicaID: Int32] = [:]

  mutating func append(
    _ id: ObjectID, _ commit: Commit, parents: [Int32], generation: UInt32, slot: Int32,
    depth: Int
  ) {
    slots[id] = slot
    ids.append(id)
    parentSlots.append(contentsOf: parents)
    parentStart.append(Int32(parentSlots.count))
    generations.append(generation)
    times.append(commit.time)
    sequences.append(commit.sequence)
    trees.append(commit.tree)
    depths.append(Int32(clamping: depth))
    let hasRenames = commit.renames != nil || commit.baseView?.renames != nil
    flags.append(
      UInt8(
        (hasRenames ? GraphLayer.Facts.hasRenames : 0)
          | (commit.baseView != nil ? GraphLayer.Facts.hasBaseView : 0)))
    if replicaIndex[commit.replica] == nil { replicas.append(commit.replica) }
    replicaSlots.append(replicaIndex[commit.replica] ?? 0)
  }
}
