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
    var queue = CommitQueue()
    var waiting = isOrdered ? try childCounts() : nil
    var interest: [ObjectID: Set<Path>] = [:]
    var seen: Set<ObjectID> = []
    for head in heads where seen.insert(head).inserted {
      queue.push(head, try graph.commit(head).time)
      interest[head] = Set(query.paths)
    }
    var shown = 0
    while let id = queue.pop() {
      let commit = try graph.commit(id)
      let paths = interest.removeValue(forKey: id) ?? []
      if let entry = try entry(id, commit, query, paths) {
        guard try visit(entry) else { return }
        shown += 1
        if let limit = query.limit, shown >= limit { return }
      }
      let before = query.paths.isEmpty ? [] : try origins(of: paths, in: commit)
      for parent in commit.parents {
        if !query.paths.isEmpty { interest[parent, default: []].formUnion(before) }
        if let count = waiting?[parent] {
          waiting?[parent] = count - 1
          if count == 1 { queue.push(parent, try graph.commit(parent).time) }
        } else if waiting == nil, seen.insert(parent).inserted {
          queue.push(parent, try graph.commit(parent).time)
        }
      }
    }
  }

  /// The number of children of every commit under the heads that has any.
  private func childCounts() throws(ObjectError) -> [ObjectID: Int] {
    var counts: [ObjectID: Int] = [:]
    for node in try graph.nodes(from: heads) {
      for parent in node.parents { counts[parent, default: 0] += 1 }
    }
    return counts
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

extension CommitHistory {
  /// The commits that were known by a time and that no other such commit follows.
  ///
  /// Clocks differ between replicas: a commit counts by its own time, whatever its parents say.
  package func heads(by time: Timestamp) throws(ObjectError) -> [ObjectID] {
    var found: [ObjectID] = []
    var stack = heads
    var seen = Set(heads)
    while let id = stack.popLast() {
      let commit = try graph.commit(id)
      if commit.time <= time {
        found.append(id)
        continue
      }
      for parent in commit.parents where seen.insert(parent).inserted { stack.append(parent) }
    }
    return try graph.maximal(found).sorted()
  }
}
