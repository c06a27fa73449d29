package import FsyncCore

/// The commits under a set of heads, as `log` walks them.
package struct CommitHistory {
  /// Where objects are read from.
  package let reader: any ObjectReader
  /// The graph of the commits.
  package let graph: CommitGraph
  /// The commits that nothing follows.
  package let heads: [ObjectID]

  /// Looks at the history of heads.
  package init(reader: any ObjectReader, graph: CommitGraph, heads: [ObjectID]) {
    self.reader = reader
    self.graph = graph
    self.heads = heads
  }

  /// How many paths of one commit's are followed through renames.
  private static let followedPaths = 256

  /// Calls back for the commits that a query asks for, until the callback returns false.
  ///
  /// The newest comes first. A commit comes after at least one of its children; with
  /// `isOrdered`, after all of them, which reads the whole history first.
  /// - Returns: the last commit that was looked at, where the query's patience has ended.
  @discardableResult
  package func log(
    _ query: LogQuery, isOrdered: Bool = false,
    _ visit: (LogEntry) throws(ObjectError) -> Bool
  ) throws(ObjectError) -> ObjectID? {
    if let limit = query.limit, limit <= 0 { return nil }
    // The order is the same with a cache and without, and by search and by walk, so a second run
    // passes over the first's.
    var shown = 0
    return try graph.guarded { () throws(ObjectError) in
      for isQuick in [true, false] {
        var place = 0
        let end = try walk(query, isOrdered, isQuick) { entry throws(ObjectError) in
          place += 1
          guard place > shown else { return true }
          guard try visit(entry) else { return false }
          shown += 1
          return shown != query.limit
        }
        switch end {
        case .done: return nil
        case .tired(let id): return id
        case .elsewhere: continue
        }
      }
      return nil
    }
  }

  /// How a run over history ended.
  private enum End {
    /// All that was wanted has been seen.
    case done
    /// The query's patience ended at a commit.
    case tired(ObjectID)
    /// A rename leads elsewhere, and all has to be walked over.
    case elsewhere
  }

  /// Where a query begins, and how much it may still look at.
  private struct Progress {
    /// The commit after which it begins; nil once that was met.
    var after: ObjectID?
    var patience: Int

    init(_ query: LogQuery) {
      after = query.after
      patience = query.patience ?? .max
    }

    /// Notes that a commit was looked at; true where that was the last.
    mutating func isTired() -> Bool {
      guard after == nil else { return false }
      patience -= 1
      return patience <= 0
    }
  }

  /// Walks over history.
  /// - Parameter isQuick: whether to pass over what the cache knows not to be asked for, as long as
  ///   no rename leads elsewhere.
  private func walk(
    _ query: LogQuery, _ isOrdered: Bool, _ isQuick: Bool,
    _ visit: (LogEntry) throws(ObjectError) -> Bool
  ) throws(ObjectError) -> End {
    var walk = try HistoryWalk(graph, from: heads, isOrdered: isOrdered)
    var progress = Progress(query)
    let asked = ChangedPathsAsked(Set(query.paths), graph)
    // Where renames lead to more paths than were asked for, by the number of the commit.
    var wider: [Int32: ChangedPathsAsked] = [:]
    var known = [asked.paths: asked]
    func widen(_ parent: Int32, _ paths: Set<Path>) {
      let paths = paths.union(wider[parent]?.paths ?? [])
      let asked = known[paths] ?? ChangedPathsAsked(paths, graph)
      known[paths] = asked
      wider[parent] = asked
    }
    var attempts = isQuick && !asked.paths.isEmpty && !asked.hasRoot && !isOrdered ? 2048 : 0
    while true {
      if attempts > 0, wider.isEmpty {
        // What the cache does not have comes first, and is not much.
        attempts -= 1
        if let search = walk.search(for: asked) {
          return try finish(query, walk, search, asked, progress, visit)
        }
      }
      guard let next = try walk.next() else { return .done }
      let paths = wider.isEmpty ? asked : wider.removeValue(forKey: next.number) ?? asked
      if let after = progress.after {
        if walk.id(of: next) == after { progress.after = nil }
      } else if mayShow(next, query, paths, walk) {
        let id = walk.id(of: next)
        if let entry = try entry(id, try graph.commit(id), query, paths.paths) {
          guard try visit(entry) else { return .done }
        }
      }
      if progress.isTired() { return .tired(walk.id(of: next)) }
      if !paths.paths.isEmpty, walk.mayRename(next) {
        let before = try origins(of: paths.paths, in: try graph.commit(walk.id(of: next)))
        if before != asked.paths {
          for parent in try walk.parents(of: next) { widen(parent, before) }
        }
      } else if paths.paths != asked.paths {
        for parent in try walk.parents(of: next) { widen(parent, paths.paths) }
      }
      try walk.follow(next)
    }
  }

  /// Finishes a walk by a search, whose order is that of time.
  private func finish(
    _ query: LogQuery, _ walk: HistoryWalk, _ search: PathSearch, _ asked: ChangedPathsAsked,
    _ progress: Progress, _ visit: (LogEntry) throws(ObjectError) -> Bool
  ) throws(ObjectError) -> End {
    var (search, progress) = (search, progress)
    let start = try progress.after.map { id throws(ObjectError) in
      (id: id, time: try graph.commit(id).time)
    }
    while let next = search.next() {
      let id = walk.id(of: next)
      // What the query begins after need not be among what is found.
      if let start, (next.time, id) < (start.time, start.id) { progress.after = nil }
      let commit = try graph.commit(id)
      if progress.after == nil, let entry = try entry(id, commit, query, asked.paths) {
        guard try visit(entry) else { return .done }
      }
      if progress.isTired() { return .tired(id) }
      if walk.mayRename(next), try origins(of: asked.paths, in: commit) != asked.paths {
        return .elsewhere
      }
    }
    return .done
  }

  /// Says whether a commit may be what a query asks for, by what needs no object: false is certain.
  private func mayShow(
    _ visit: HistoryWalk.Visit, _ query: LogQuery, _ paths: ChangedPathsAsked, _ walk: HistoryWalk
  ) -> Bool {
    if let since = query.since, visit.time < since { return false }
    return query.paths.isEmpty || paths.hasRoot || walk.mayBe(visit, in: paths.found)
  }

  /// The entry of a commit, where the query asks for it.
  private func entry(
    _ id: ObjectID, _ commit: Commit, _ query: LogQuery, _ paths: Set<Path>
  ) throws(ObjectError) -> LogEntry? {
    if let since = query.since, commit.time < since { return nil }
    var changes: [PathChange]?
    if !query.paths.isEmpty || query.deletedOnly || query.withChanges {
      if !query.paths.isEmpty, try !touches(commit, paths) { return nil }
      let found = try self.changes(
        of: commit, paths: Array(paths), atMost: query.mostChanges ?? .max)
      if !query.paths.isEmpty, found.isEmpty { return nil }
      if query.deletedOnly, !found.contains(where: { $0.kind == .deleted }) { return nil }
      changes = query.deletedOnly ? found.filter { $0.kind == .deleted } : found
    }
    return LogEntry(id: id, commit: commit, changes: changes)
  }

  /// Says whether a commit changed anything at some paths: cheaper than the changes themselves.
  private func touches(_ commit: Commit, _ paths: Set<Path>) throws(ObjectError) -> Bool {
    let base = try baseTree(of: commit)
    if base == commit.tree { return false }
    for path in paths {
      if path.isRoot { return true }
      let old = try base.flatMapTyped { tree throws(ObjectError) in
        try reader.entry(at: path, in: tree)
      }
      if try reader.entry(at: path, in: commit.tree) != old { return true }
    }
    return false
  }

  /// Returns what a commit changed, against the state that it was made on.
  /// - Parameter bound: how many entries that differ are enough, folders among them.
  package func changes(
    of commit: Commit, paths: [Path] = [], atMost bound: Int = .max
  ) throws(ObjectError) -> [PathChange] {
    let renames = try commit.renames.flatMapTyped { id throws(ObjectError) in
      try reader.renames(id)
    }
    return try TreeChanges.between(
      try baseTree(of: commit), commit.tree, paths: paths, renames: renames, atMost: bound,
      reader: reader)
  }

  /// The tree that a commit was made on; nil for a first commit.
  package func baseTree(of commit: Commit) throws(ObjectError) -> ObjectID? {
    if let view = commit.baseView { return view.tree }
    guard let parent = commit.parents.first else { return nil }
    return try graph.commit(parent).tree
  }

  /// Where paths were in the parents of a commit: where they are, and where renames say.
  private func origins(of paths: Set<Path>, in commit: Commit) throws(ObjectError) -> Set<Path> {
    var result = paths
    for id in [commit.renames, commit.baseView?.renames] {
      guard let id, result.count < CommitHistory.followedPaths else { continue }
      let origins = RenameOrigins(try reader.renames(id))
      for path in result {
        if let source = origins.source(of: path) { result.insert(source) }
      }
    }
    return result
  }
}
