package import FsyncCore
internal import FsyncStore
internal import FsyncSystem
internal import Synchronization

extension Repository {
  /// The heads: all commits that nothing here follows, in rising order.
  package func heads() throws(RepositoryError) -> [ObjectID] { try state().heads }

  /// The graph of the commits that are here, over the cache of it.
  package func graph() -> CommitGraph { graph(over: store) }

  /// The graph of the commits that a reader has, over the same cache: what it knows of a commit
  /// holds wherever the commit is.
  func graph(over reader: any ObjectReader) -> CommitGraph {
    CommitGraph(reader, cache: graphCache())
  }

  /// The cache as it is on disk now, opened once.
  private func graphCache() -> GraphChain? {
    if let known = knownGraph, !known.isDamaged { return known }
    knownGraph = (try? state())?.repositoryID.flatMap { store.graphFiles.open(repository: $0) }
    return knownGraph
  }

  /// What is done for the cache after a command's work.
  enum GraphCare {
    /// After a commit: a look at a small file, and work only every so many transactions.
    case glance
    /// After work that may have brought many commits, or has read many for want of a cache.
    case extend
    /// Everything, with the paths that are missing.
    case complete
  }

  /// Transactions that may pass before a commit looks whether the cache lacks something.
  private static let graphPeriod: UInt64 = 64

  /// Lets the cache of the graph follow the heads.
  ///
  /// It is derived, so whatever goes wrong here is left for the next time, and it stops where a
  /// person wants it: each layer that is written by then stays.
  func careForGraph(_ care: GraphCare) {
    guard let state = try? state(), let id = state.repositoryID, !state.heads.isEmpty else {
      return
    }
    if case .glance = care {
      let serial = store.graphFiles.chain()?.serial ?? 0
      if state.serial >= serial, state.serial - serial < Repository.graphPeriod { return }
    }
    // Another process may have extended it meanwhile.
    knownGraph = nil
    defer { knownGraph = nil }
    var cache = graphCache()
    do throws(ObjectError) {
      let isFilling = care == .complete && cache.map { $0.notedLayers < $0.names.count } ?? false
      let lacking = try CommitGraph(store, cache: cache)
        .countBeyondCache(state.heads, atMost: care.counted)
      guard care.range.contains(lacking) || isFilling else {
        // The next commits need not look again.
        let names = cache?.names ?? []
        _ = try? store.graphFiles.publish(names, over: names, serial: state.serial)
        return
      }
      for _ in 0..<2 {
        let built = try build(over: cache, care, state, id)
        // Of what is found damaged nothing is kept.
        guard let built, built.isDamaged else { return }
        cache = nil
      }
    } catch { return }
  }

  /// Writes the layers that are missing.
  /// - Returns: the cache that was found damaged, or the new one; nil where there is none.
  private func build(
    over cache: GraphChain?, _ care: GraphCare, _ state: ReplicaState, _ id: RepositoryID
  ) throws(ObjectError) -> GraphChain? {
    let files = store.graphFiles
    var published = cache
    var chain = cache
    if care == .complete, let cache, cache.notedLayers < cache.names.count {
      let names = Array(cache.names.prefix(cache.notedLayers))
      chain = names.isEmpty ? nil : files.open(names, repository: id)
    }
    var build = GraphBuild(store, heads: state.heads, repository: id, noted: care.noted)
    while true {
      let layer = try build.next(over: chain, unless: { Interruption.isRequested }) {
        questions throws(ObjectError) in try changedPaths(questions)
      }
      if let chain, chain.isDamaged { return chain }
      guard let layer, (try? files.add(layer)) == true else { return chain }
      chain = files.open(layer.names, repository: id)
      // What knows less than the last one is not shown yet.
      guard let chain else { return nil }
      guard chain.count >= published?.count ?? 0 else { continue }
      let isPublished = try? files.publish(
        chain.names, over: published?.names ?? [], serial: state.serial)
      guard isPublished == true else { return chain }
      published = chain
    }
  }

  /// Finds out which paths commits changed, on several threads; nil where it was stopped.
  private func changedPaths(
    _ questions: [ChangedPaths.Question]
  ) throws(ObjectError) -> [[ChangedPaths.Key]]? {
    let threads = questions.count < 256 ? 1 : configuration.threads ?? Workers.processors
    let share = (questions.count + threads - 1) / threads
    let answers = Mutex([[[ChangedPaths.Key]]](repeating: [], count: threads))
    let failure = Mutex<ObjectError?>(nil)
    let store = store
    do throws(SystemError) {
      try Workers.run(threads) { thread in
        let mine = questions[min(thread * share, questions.count)...].prefix(share)
        var found: [[ChangedPaths.Key]] = []
        found.reserveCapacity(mine.count)
        for question in mine where !Interruption.isRequested {
          do throws(ObjectError) { found.append(try ChangedPaths.keys(question, store)) } catch {
            failure.withLock { $0 = error }
            return
          }
        }
        answers.withLock { $0[thread] = found }
      }
    } catch { throw .system(error.code) }
    if let failure = failure.withLock({ $0 }) { throw failure }
    let all = answers.withLock { $0.flatMap(\.self) }
    return all.count == questions.count ? all : nil
  }
}

extension Repository.GraphCare {
  /// How many commits the cache must lack for it to be extended: fewer are read one by one, and
  /// what would take a commit seconds is left to a sync or `gc`.
  var range: ClosedRange<Int> {
    switch self {
    case .glance: 16...16_384
    case .extend: 64...Int.max
    case .complete: 1...Int.max
    }
  }

  /// Up to how many it is worth counting.
  var counted: Int { self == .glance ? range.upperBound + 1 : range.lowerBound }

  /// Of how many commits the paths are noted at once.
  var noted: Int {
    switch self {
    case .glance: 1024
    case .extend: 4096
    case .complete: Int.max
    }
  }
}
