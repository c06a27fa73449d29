package import FsyncCore
internal import FsyncStore

extension Repository {
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
    /// Everything, missing filters included.
    case complete
  }

  /// Transactions that may pass before a commit looks whether the cache lacks something.
  private static let graphPeriod: UInt64 = 64

  /// Lets the cache of the graph follow the heads.
  ///
  /// It is derived, so whatever goes wrong here is left for the next time.
  func careForGraph(_ care: GraphCare) {
    guard let state = try? state(), let id = state.repositoryID, !state.heads.isEmpty else {
      return
    }
    let files = store.graphFiles
    if case .glance = care {
      let serial = files.chain()?.serial ?? 0
      if state.serial >= serial, state.serial - serial < Repository.graphPeriod { return }
    }
    // Another process may have extended it meanwhile.
    knownGraph = nil
    let cache = graphCache()
    let graph = CommitGraph(store, cache: cache)
    do throws(ObjectError) {
      let isFilling = care == .complete && (cache?.unfiltered ?? 0) > 0
      let lacking = try graph.countBeyondCache(state.heads, atMost: care.counted)
      guard care.range.contains(lacking) || isFilling else { return }
      let extended = try graph.cacheExtension(
        for: state.heads, repository: id, filters: care.filters, fillsOlder: isFilling)
      guard let extended else { return }
      try? files.write(extended, over: graph.cacheNames, serial: state.serial)
      knownGraph = nil
    } catch { return }
  }
}

extension Repository.GraphCare {
  /// How many commits the cache must lack for it to be extended: fewer are read one by one, and
  /// what would take a commit seconds is left to a sync or `gc`.
  var range: ClosedRange<Int> {
    switch self {
    case .glance: 16...1024
    case .extend: 64...Int.max
    case .complete: 1...Int.max
    }
  }

  /// Up to how many it is worth counting.
  var counted: Int { self == .glance ? range.upperBound + 1 : range.lowerBound }

  /// For how many commits filters are made at once.
  var filters: Int { self == .complete ? Int.max : 4096 }
}
