internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem
internal import FsyncTree

/// What a working tree holds, read as far as the index does not vouch for it.
struct TakenFolder {
  /// Its tree.
  let tree: ObjectID
  /// The index of that; nil where it has been staged, and needs no memory any more.
  let index: Index?
  let settlement: Settlement
  /// New trees, over what the ingest has and the store.
  let overlay: ObjectOverlay
  /// Paths that were left as the base has them, in order.
  let problems: [PathProblem]
  /// Folders where other file systems were entered.
  let mounts: [Path]
  /// Bytes of content read.
  let bytes: UInt64
}

extension Repository {
  /// Reads what a look at the working tree found to deviate, and makes the tree of it all.
  /// - Parameter ingest: where objects go, and then the index is staged, to be published once they
  ///   are stored; nil to find ids only.
  func take(
    _ tree: borrowing WorkingTree, _ lagging: [Path: Lag], into ingest: Ingest?
  ) throws(RepositoryError) -> TakenFolder {
    let overlay: ObjectOverlay
    if let ingest {
      overlay = ObjectOverlay(over: IngestReader(ingest))
    } else {
      overlay = ObjectOverlay(over: store)
    }
    let candidates = try Repository.candidates(tree, place.root ?? [])
    let read = try read(candidates, below: tree.root, into: ingest)
    let untracked = try readUntracked(tree, into: ingest, overlay)
    let settlement: Settlement
    let snapshot: FsyncTree.Snapshot
    do throws(TreeError) {
      settlement = try Settlement(lagging, read.contents, tree.index)
      let scan = try Scanner.confirm(
        tree.scan, tree.root, tree.index, tree.options, untracked: untracked,
        isComplete: read.contents.count == candidates.count)
      snapshot = try FsyncTree.Snapshot.assemble(
        tree.index, scan, keeping: PathSet(settlement.kept),
        contents: { read.contents[$0] }, folders: untracked.folders,
        put: { overlay.put($0, $1) })
    } catch { throw RepositoryError(error, path: place.root ?? []) }
    var problems = (tree.scan.problems + untracked.problems).map(PathProblem.init)
    problems += read.obstacles.map {
      PathProblem(path: $0.path.bytes, reason: PathProblem.Reason($0.obstacle))
    }
    problems += snapshot.waiting.map { PathProblem(path: $0.bytes, reason: .unsettled) }
    problems.sort { $0.path.lexicographicallyPrecedes($1.path) }
    if ingest != nil { stage(snapshot.index) }
    return TakenFolder(
      tree: snapshot.tree, index: ingest == nil ? snapshot.index : nil, settlement: settlement,
      overlay: overlay, problems: problems,
      mounts: tree.scan.mounts + untracked.mounts, bytes: read.bytes + untracked.bytes)
  }

  private static func candidates(
    _ tree: borrowing WorkingTree, _ root: [UInt8]
  ) throws(RepositoryError) -> [Candidate] {
    do throws(TreeError) { return try tree.scan.candidates(tree.index) } catch {
      throw RepositoryError(error, path: root)
    }
  }
}
