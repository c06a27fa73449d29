/// Paths whose history is asked for, with what the commit-graph cache knows of them.
package final class ChangedPathsAsked {
  /// The paths.
  package let paths: Set<Path>
  /// Whether the root is one of them, which every commit changes.
  package let hasRoot: Bool
  private let graph: CommitGraph
  private var marks: SlotMarks?

  /// Prepares to ask a graph for paths.
  package init(_ paths: Set<Path>, _ graph: CommitGraph) {
    self.paths = paths
    self.graph = graph
    hasRoot = paths.contains(.root)
  }

  /// Marks the commits of the cache that may have changed one of the paths.
  package var found: SlotMarks {
    if let marks { return marks }
    var found = SlotMarks(count: Int(graph.cached))
    if let chain = graph.chain { forEachChange(in: chain) { found[$0] = 1 } }
    marks = found
    return found
  }

  /// Calls back for the slots that may have changed one of the paths; some more than once.
  func forEachChange(in chain: GraphChain, _ body: (Int32) -> Void) {
    let keys = Set(paths.lazy.filter { !$0.isRoot }.map { ChangedPaths.Key($0) })
    for key in keys.union([.unknown, .everything]) { chain.forEachChange(of: key, body) }
  }

  /// Calls back for the slots that may have renamed one of the paths, or a folder above one, to
  /// what it is.
  func forEachRename(in chain: GraphChain, _ body: (Int32) -> Void) {
    var renames: Set<Int32> = []
    chain.forEachChange(of: .renames) { renames.insert($0) }
    guard !renames.isEmpty else { return }
    var keys: Set<ChangedPaths.Key> = [.unknown, .everything]
    for path in paths {
      var next: Path? = path
      while let folder = next, !folder.isRoot {
        keys.insert(ChangedPaths.Key(folder))
        next = folder.parent
      }
    }
    for key in keys {
      chain.forEachChange(of: key) { if renames.contains($0) { body($0) } }
    }
  }
}
