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
  package func log(
    _ query: LogQuery, isOrdered: Bool = false,
    _ visit: (LogEntry) throws(ObjectError) -> Bool
  ) throws(ObjectError) {
    if let limit = query.limit, limit <= 0 { return }
    // The order is the same with a cache and without, so a second run passes over the first's.
    var shown = 0
    try graph.guarded { () throws(ObjectError) in
      var place = 0
      try walk(query, isOrdered) { entry throws(ObjectError) in
        place += 1
        guard place > shown else { return true }
        guard try visit(entry) else { return false }
        shown += 1
        return shown != query.limit
      }
    }
  }

  private func walk(
    _ query: LogQuery, _ isOrdered: Bool, _ visit: (LogEntry) throws(ObjectError) -> Bool
  ) throws(ObjectError) {
    var walk = try HistoryWalk(graph, from: heads, isOrdered: isOrdered)
    let asked = PathsAsked(Set(query.paths))
    // Where renames lead to more paths than were asked for, by the number of the commit.
    var wider: [Int32: PathsAsked] = [:]
    while let next = try walk.next() {
      let paths = wider.isEmpty ? asked : wider.removeValue(forKey: next.number) ?? asked
      if mayShow(next, query, paths, walk) {
        let id = walk.id(of: next)
        if let entry = try entry(id, try graph.commit(id), query, paths.paths) {
          guard try visit(entry) else { return }
        }
      }
      if !paths.paths.isEmpty, walk.mayRename(next) {
        let before = try origins(of: paths.paths, in: try graph.commit(walk.id(of: next)))
        if before != asked.paths {
          for parent in try walk.parents(of: next) {
            wider[parent] = PathsAsked(before.union(wider[parent]?.paths ?? []))
          }
        }
      } else if paths.paths != asked.paths {
        for parent in try walk.parents(of: next) {
          wider[parent] = PathsAsked(paths.paths.union(wider[parent]?.paths ?? []))
        }
      }
      try walk.follow(next)
    }
  }

  /// Says whether a commit may be what a query asks for, by what needs no object: false is certain.
  private func mayShow(
    _ visit: HistoryWalk.Visit, _ query: LogQuery, _ paths: PathsAsked, _ walk: HistoryWalk
  ) -> Bool {
    if let since = query.since, visit.time < since { return false }
    return query.paths.isEmpty || paths.hasRoot || walk.mayChange(visit, paths.keys)
  }

  /// The entry of a commit, where the query asks for it.
  private func entry(
    _ id: ObjectID, _ commit: Commit, _ query: LogQuery, _ paths: Set<Path>
  ) throws(ObjectError) -> LogEntry? {
    if let since = query.since, commit.time < since { return nil }
    var changes: [PathChange]?
    if !query.paths.isEmpty || query.deletedOnly || query.withChanges {
      if !query.paths.isEmpty, try !touches(commit, paths) { return nil }
      let found = try self.changes(of: commit, paths: Array(paths))
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
  package func changes(
    of commit: Commit, paths: [Path] = []
  ) throws(ObjectError) -> [PathChange] {
    let renames = try commit.renames.flatMapTyped { id throws(ObjectError) in
      try reader.renames(id)
    }
    return try TreeChanges.between(
      try baseTree(of: commit), commit.tree, paths: paths, renames: renames, reader: reader)
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

/// Paths that a walk looks for, with what filters are asked.
private struct PathsAsked {
  let paths: Set<Path>
  let hasRoot: Bool
  let keys: [PathFilter.Key]

  init(_ paths: Set<Path>) {
    self.paths = paths
    hasRoot = paths.contains(.root)
    keys = paths.filter { !$0.isRoot }.map { PathFilter.Key($0) }
  }
}
