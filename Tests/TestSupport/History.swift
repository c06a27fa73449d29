package import FsyncCore

/// A history in memory that a test writes commit by commit.
package final class History {
  /// All objects.
  package let objects = MemoryObjects()
  private var sequences: [String: UInt64] = [:]

  /// Makes an empty history.
  package init() {}

  /// The id of a replica, made from its name.
  package static func replica(_ name: String) -> ReplicaID {
    let bytes = Array(name.utf8.prefix(16))
    guard let id = ReplicaID(bytes + [UInt8](repeating: 0, count: 16 - bytes.count)) else {
      preconditionFailure("an id of 16 bytes is one")
    }
    return id
  }

  /// Commits a folder as a replica does: with its exact renames and the observed ones, and with
  /// what is left of its base's conflicts.
  package func commit(
    _ tree: TestTree, by replica: String = "a", on parents: [ObjectID] = [], time: Int64 = 0,
    moved: [(String, String)] = []
  ) throws -> ObjectID {
    try commit(
      root: objects.put(tree).content, by: replica, on: parents, time: time,
      moved: moved.map { (path($0.0), path($0.1)) })
  }

  /// Commits a tree that is already here.
  package func commit(
    root: ObjectID, by replica: String, on parents: [ObjectID], time: Int64 = 0,
    moved: [(from: Path, to: Path)] = [], resolving: Set<Path> = []
  ) throws -> ObjectID {
    let view = parents.isEmpty ? nil : try self.view(of: parents)
    let records = try RenameDetector.detect(
      from: view?.tree, to: root, observed: moved, objects)
    var table = ConflictTable.empty
    if let conflicts = view?.conflicts {
      table = try objects.conflicts(conflicts)
      if parents.count == 1 { table = table.resolved(by: parents[0]) }
      table = ConflictTable(table.conflicts.filter { !resolving.contains($0.path) })
      table = try table.carried(
        onto: root, renames: records, keepsNotices: parents.count > 1, objects)
    }
    var base: Commit.BaseView?
    if parents.count > 1, let view {
      base = .init(tree: view.tree, conflicts: view.conflicts, renames: view.renames)
    }
    let sequence = (sequences[replica] ?? 0) + 1
    sequences[replica] = sequence
    let commit = Commit(
      tree: root, parents: parents, baseView: base, replica: History.replica(replica),
      replicaName: Array(replica.utf8), sequence: sequence, author: [],
      time: Timestamp(seconds: time), message: [], kind: .automatic,
      renames: records.records.isEmpty ? nil : objects.put(.renames, records.encoded),
      conflicts: table.conflicts.isEmpty ? nil : objects.put(.conflicts, table.encoded))
    return objects.put(.commit, commit.encoded)
  }

  /// The view of heads; what it makes is kept.
  package func view(of heads: [ObjectID]) throws -> View {
    let overlay = ObjectOverlay(over: objects)
    let view = try Views.view(of: heads, graph: CommitGraph(overlay), objects: overlay)
    objects.keep(overlay)
    return view
  }

  /// The view's folder.
  package func folder(of heads: [ObjectID]) throws -> TestTree {
    try objects.tree(try view(of: heads).tree)
  }

  /// The view's conflicts and notices.
  package func table(of heads: [ObjectID]) throws -> ConflictTable {
    guard let id = try view(of: heads).conflicts else { return .empty }
    return try objects.conflicts(id)
  }
}
