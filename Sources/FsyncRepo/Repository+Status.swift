internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem
internal import FsyncTree

extension Repository {
  /// Says what the folder holds that no commit does, and what else a person should know.
  ///
  /// Takes no lock that a commit waits for, and changes nothing but the index, a cache.
  package func status() throws(RepositoryError) -> StatusReport {
    let state = try state()
    var report = StatusReport()
    report.heads = state.heads
    report.view = state.base?.tree
    report.conflicts = try openConflicts(state.base?.conflicts)
    report.isBehind =
      !isBare && (state.base?.commits ?? [] != state.heads || state.intent != nil)
    report.remotes = try remoteStatuses(state)
    if isBare { return report }
    try checkPlace()
    let found = try pendingChanges(state)
    report.changes = found.changes
    report.problems = found.problems
    for (path, lag) in state.lagging {
      let reason: PathProblem.Reason =
        lag.reason == .held ? .held("it cannot exist here") : .notWritten
      report.problems.append(PathProblem(path: path.bytes, reason: reason))
    }
    report.problems.sort { $0.path.lexicographicallyPrecedes($1.path) }
    return report
  }

  /// Changes of the folder that no commit holds.
  func pendingChanges(
    _ state: ReplicaState
  ) throws(RepositoryError) -> (changes: [PathChange], problems: [PathProblem]) {
    let tree = try look(state.base, settled: true, lagging: state.lagging)
    if tree.scan.isClean {
      note(tree)
      return ([], tree.scan.problems.map(PathProblem.init))
    }
    let taken = try take(tree, state.lagging, into: nil)
    var changes = try changes(from: state.base?.tree, to: taken.tree, taken.overlay)
    changes += taken.settlement.edits.map {
      PathChange(path: $0.path, kind: .modified, old: $0.old, new: $0.entry)
    }
    // What was read need not be read again, as long as no other command has moved the base.
    if let index = taken.index, taken.tree == state.base?.tree, taken.settlement.kept.isEmpty {
      save(index)
    }
    return (changes.sorted { $0.path < $1.path }, taken.problems)
  }

  private func changes(
    from old: ObjectID?, to new: ObjectID, _ reader: any ObjectReader
  ) throws(RepositoryError) -> [PathChange] {
    try readingObjects { () throws(ObjectError) in
      let renames = try RenameDetector.detect(from: old, to: new, reader)
      return try TreeChanges.between(old, new, renames: renames, reader: reader)
    }
  }

  /// Refuses to go on where one of the paths that an edit changes, or something below or above it,
  /// has a change that no commit holds.
  func refuseUncommitted(_ edit: RecordedEdit) throws(RepositoryError) {
    let clashing = try pendingChanges(try state()).changes.filter { change in
      if change.kind == .deleted, edit.deletes || !edit.revives.isEmpty { return false }
      // To bring back what is there, and not as it was, would be to overwrite it.
      let isEdited = change.kind != .deleted && change.kind != .added && change.kind != .renamed
      if isEdited, edit.revives.contains(where: change.path.isEqualOrBelow) { return true }
      return edit.edits.contains { path, _ in
        path.isEqualOrBelow(change.path) || change.path.isEqualOrBelow(path)
      }
    }
    if !clashing.isEmpty { throw .uncommitted(clashing.map(\.path)) }
  }

  private func remoteStatuses(_ state: ReplicaState) throws(RepositoryError) -> [RemoteStatus] {
    var result: [RemoteStatus] = []
    for remote in configuration.remotes {
      let known = RemoteRecord.read(state.refs, name: remote.name)
      var ahead = 0
      do throws(ObjectError) {
        ahead = try graph().missing(from: state.heads, having: known?.heads ?? []).count
      } catch { throw .object(error) }
      result.append(
        RemoteStatus(
          name: remote.name, url: remote.url, lastSync: known?.time, ahead: ahead))
    }
    return result
  }
}

/// What is remembered of a remote between syncs: the ref `remote/NAME`.
struct RemoteRecord: Hashable, Sendable {
  /// Its heads when last seen.
  var heads: [ObjectID]
  /// When that was.
  var time: Timestamp

  /// The ref's name.
  static func ref(_ name: String) -> [UInt8] { Array("remote/\(name)".utf8) }

  /// The ref's value.
  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.byte(1)
    writer.timestamp(time)
    writer.count(heads.count)
    for head in heads.sorted() { writer.id(head) }
    return writer.bytes
  }

  /// Reads a record; nil where there is none, or none that decodes.
  static func read(_ refs: [[UInt8]: [UInt8]], name: String) -> RemoteRecord? {
    guard let bytes = refs[ref(name)] else { return nil }
    var reader = ByteReader(bytes)
    guard let version = try? reader.byte(), version == 1, let time = try? reader.timestamp(),
      let heads = try? reader.risingIDs(atMost: Limits.heads)
    else { return nil }
    return RemoteRecord(heads: heads, time: time)
  }
}
