/// The graph of commits over a reader: who descends from whom.
///
/// What ancestry needs (parents, generation, time, replica, number) is asked for by slot. The
/// lower slots are those of the cache, where there is one; a commit that the cache does not have
/// is read with its history as far as the cache, and kept in flat arrays. So a walk over a million
/// commits touches no commit object, and without a cache the first question about a head reads
/// its whole history.
///
/// A commit's generation is one more than its parents' largest. It is a number of the graph alone,
/// not of clocks (as git's corrected dates are), so that a replica with a wrong clock can neither
/// slow down nor reorder the walks of the others.
///
/// Not safe to share between threads: each worker makes its own.
package final class CommitGraph {
  let reader: any ObjectReader
  /// The cache; nil where there is none, or none any more.
  private(set) var chain: GraphChain?
  private var depth = 0
  private var commits: [ObjectID: Commit] = [:]
  /// The first slot that is not of the cache.
  private(set) var cached: Int32
  private(set) var loaded = LoadedCommits()
  private var checked: Set<Int32> = []

  /// How many decoded commits are kept; the flat arrays keep all.
  private static let commitCacheBound = 4096

  /// Makes the graph of what a reader holds.
  /// - Parameter cache: what is known of commits that the reader holds or held.
  package init(_ reader: any ObjectReader, cache: GraphChain? = nil) {
    self.reader = reader
    chain = cache?.isDamaged == true ? nil : cache
    cached = Int32(chain?.count ?? 0)
    loaded.replicas = chain?.replicas ?? []
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
    // The cache is not asked: what it knows may have been dropped since.
    if loaded.slots[id] != nil || commits[id] != nil { return true }
    return try reader.object(id)?.kind == .commit
  }

  /// Reads the whole history of commits, which `knows` answers for afterwards.
  package func load(_ heads: [ObjectID]) throws(ObjectError) {
    try guarded { () throws(ObjectError) in _ = try slotsOf(heads) }
  }

  /// Says whether a commit has been read with its whole history.
  package func knows(_ id: ObjectID) -> Bool { known(id) != nil }

  /// The number of commits that were read, since the cache does not have them.
  package var loadedCount: Int { loaded.ids.count }

  /// The names of the cache's layers, the lowest first; none where there is no cache.
  package var cacheNames: [UInt64] { chain?.names ?? [] }

  /// Counts the commits under heads that the cache does not have, reading no more than so many.
  package func countBeyondCache(
    _ heads: [ObjectID], atMost bound: Int
  ) throws(ObjectError) -> Int {
    var stack = heads
    var seen = Set(heads)
    var found = 0
    while found < bound, let id = stack.popLast() {
      guard known(id) == nil else { continue }
      found += 1
      for parent in try commit(id).parents where seen.insert(parent).inserted {
        stack.append(parent)
      }
    }
    return found
  }

  /// The number of slots.
  var count: Int { Int(cached) + loaded.ids.count }

  /// Runs a body whose answer the cache may spoil: where the cache turns out to be damaged, the
  /// answer is thrown away and the body runs again without one.
  package func guarded<Value>(
    _ body: () throws(ObjectError) -> Value
  ) throws(ObjectError) -> Value {
    guard let chain else { return try body() }
    depth += 1
    let answer: Result<Value, ObjectError>
    do throws(ObjectError) { answer = .success(try body()) } catch { answer = .failure(error) }
    depth -= 1
    // An inner answer is garbage to the outermost body, which runs again.
    guard depth == 0, chain.isDamaged else { return try answer.get() }
    self.chain = nil
    cached = 0
    loaded = LoadedCommits()
    checked = []
    return try body()
  }

  /// The slot of a commit that is known; nil for any other.
  func known(_ id: ObjectID) -> Int32? {
    if let slot = loaded.slots[id] { return slot }
    return chain?.find(id)
  }

  /// Returns the slot of a commit, reading what is not yet known of its history.
  func slot(_ id: ObjectID) throws(ObjectError) -> Int32 {
    if let slot = known(id) {
      try check(slot, id)
      return slot
    }
    var pending = PendingCommits([id])
    try load(&pending)
    guard let slot = loaded.slots[id] else { throw .missing(id) }
    return slot
  }

  /// Reads commits that are pending and their history, parents first, until enough are read.
  ///
  /// - Parameters:
  ///   - bound: how many slots to have read at most.
  ///   - shouldStop: asked before each commit whether to give up.
  func load(
    _ pending: inout PendingCommits, atMost bound: Int = .max,
    unless shouldStop: () -> Bool = { false }
  ) throws(ObjectError) {
    while loaded.ids.count < bound, !shouldStop(), let top = pending.pop() {
      if top.isExpanded {
        insert(top.id, try commit(top.id), depth: pending.depth)
        continue
      }
      guard known(top.id) == nil else { continue }
      pending.push(top.id, isExpanded: true)
      for parent in try commit(top.id).parents where known(parent) == nil {
        pending.push(parent, isExpanded: false)
      }
    }
  }

  /// Compares what the cache says of a commit that somebody asks about with the commit itself: a
  /// cache that was made for other objects, by whatever accident, does not get further than this.
  private func check(_ slot: Int32, _ id: ObjectID) throws(ObjectError) {
    guard let chain, slot < cached, checked.count < 64, checked.insert(slot).inserted else {
      return
    }
    let commit = try commit(id)
    let facts = chain.facts(slot)
    var parents: [ObjectID] = []
    chain.forEachParent(slot) { parents.append(chain.id($0)) }
    let isSame =
      parents == commit.parents && facts.sequence == commit.sequence
      && facts.seconds == commit.time.seconds && facts.nanoseconds == commit.time.nanoseconds
      && chain.tree(slot) == commit.tree && replicaSlot(of: slot) < loaded.replicas.count
      && loaded.replicas[Int(replicaSlot(of: slot))] == commit.replica
    if !isSame { chain.fail() }
  }

  /// Returns the slots of ids that must all be here.
  func slotsOf(_ ids: [ObjectID]) throws(ObjectError) -> [Int32] {
    var result: [Int32] = []
    for id in ids { result.append(try slot(id)) }
    return result
  }

  private func insert(_ id: ObjectID, _ commit: Commit, depth: Int) {
    let parents = commit.parents.compactMap(known)
    let generation = (parents.map { self.generation(of: $0) }.max() ?? 0) + 1
    loaded.append(
      id, commit, parents: parents, generation: generation, slot: Int32(count), depth: depth)
  }
}
