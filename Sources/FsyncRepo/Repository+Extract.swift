internal import FsyncCore
internal import FsyncSystem
internal import FsyncTree

extension Repository {
  /// Writes what was at paths into a folder of its own, outside of history.
  ///
  /// Everything keeps its path from the root, so `a/b` becomes `FOLDER/a/b`. A file that is there
  /// already and is not the same is left alone, and reported.
  func extract(
    _ paths: [Path], of then: Snapshot, to folder: [UInt8], dryRun: Bool
  ) throws(RepositoryError) -> RestoreResult {
    var result = RestoreResult()
    var plan: [FsyncTree.PathChange] = []
    for path in paths.isEmpty ? [.root] : paths {
      plan += try self.plan(at: path, of: then)
    }
    result.changes = plan.compactMap { change in
      change.to?.kind == .directory
        ? nil : PathChange(path: change.path, kind: .added, new: change.to)
    }
    try requireContent(plan.compactMap(\.to), of: then)
    if dryRun { return result }
    try calling(folder) { () throws(SystemError) in try Repository.makeIfMissing(folder) }
    let root = try calling(folder) { () throws(SystemError) in try Directory(folder) }
    let name = Name.stagingPrefix + Array("restore".utf8)
    let stage = try calling(folder) { () throws(SystemError) in
      do throws(SystemError) { try root.makeDirectory(name, mode: 0o700) } catch {
        if !error.isPresent { throw error }
      }
      return try root.directory(name)
    }
    var options = MaterialiseOptions()
    options.threads = configuration.threads ?? Workers.processors
    options.place = store.contentPlace
    let outcomes = try looking { () throws(TreeError) in
      try Materialiser.run(
        plan, root: root, stage: stage, index: .empty(), reader: store, options: options)
    }
    for (change, outcome) in zip(plan, outcomes) where !outcome.isDone {
      result.problems.append(
        PathProblem(path: change.path.bytes, reason: PathProblem.Reason(outcome)))
    }
    try calling(folder) { () throws(SystemError) in try root.removeDirectory(name) }
    return result
  }

  /// Everything at and below a path as something to be written.
  private func plan(
    at path: Path, of then: Snapshot
  ) throws(RepositoryError) -> [FsyncTree.PathChange] {
    guard let tree = then.tree else { throw .noSuchPath(path) }
    var plan: [FsyncTree.PathChange] = []
    var folder: ObjectID? = tree
    if !path.isRoot {
      let entry = try readingObjects { () throws(ObjectError) in
        try then.reader.entry(at: path, in: tree)
      }
      guard let entry else { throw .noSuchPath(path) }
      plan.append(FsyncTree.PathChange(path: path, from: nil, to: entry))
      folder = entry.kind == .directory ? entry.content : nil
    }
    guard let folder else { return plan }
    let below = try readingObjects { () throws(ObjectError) in
      try TreeDiff.changes(from: nil, to: folder, then.reader)
    }
    for change in below where !change.path.isRoot {
      plan.append(
        FsyncTree.PathChange(path: path.appending(change.path), from: nil, to: change.new))
    }
    return plan
  }
}
