package import FsyncCore
internal import FsyncStore

/// Content that history knows and that is not kept here: what a person needs to find it.
package struct PrunedContent: Hashable, Sendable {
  /// Why it is not here.
  package enum Cause: Hashable, Sendable {
    /// It was pruned here, by a policy in words.
    case pruned(policy: String)
    /// The replica of this name, from which the commit came, did not have it any more.
    case arrived(from: [UInt8])
  }

  /// A remote that may still have it.
  package struct Place: Hashable, Sendable {
    /// The remote's name.
    package var name: String
    /// Where it is.
    package var url: String
    /// When it was last synced; nil for never.
    package var lastSync: Timestamp?
    /// Whether it had the commit then.
    package var hadCommit: Bool
  }

  /// The commit that was asked for; nil where it is not a single known one.
  package var commit: ObjectID?
  /// Why.
  package var cause: Cause
  /// When it was pruned here, or when the commit came.
  package var time: Timestamp
  /// The remotes, those first that had the commit, the latest sync first.
  package var remotes: [Place]
}

extension Repository {
  /// Runs a body that reads the content of commits; where that is missing because it was pruned,
  /// throws `.pruned`, which says so, in place of `.object(.missing)`.
  package func explaining<Value>(
    _ commits: [ObjectID], _ body: () throws(RepositoryError) -> Value
  ) throws(RepositoryError) -> Value {
    do throws(RepositoryError) { return try body() } catch {
      throw try explained(error, reading: commits)
    }
  }

  /// Says of an error about missing content that it was pruned, where it was.
  func explained(
    _ error: RepositoryError, reading commits: [ObjectID]
  ) throws(RepositoryError) -> RepositoryError {
    let isMerge: Bool
    switch error {
    case .object(.missing): isMerge = false
    case .unavailable: isMerge = true
    default: return error
    }
    let state = try state()
    let absences: Absences
    do throws(StoreError) { absences = try store.absences(of: state) } catch {
      throw RepositoryError(error)
    }
    let commit = commits.first { absences.contains($0) }
    // A merge reads older commits than those it was asked for.
    guard
      let record = commit.flatMap({ absences.record(of: $0) })
        ?? (isMerge ? absences.records.first : nil)
    else { return error }
    let cause: PrunedContent.Cause =
      switch record.cause {
      case .pruned(let policy): .pruned(policy: String(decoding: policy, as: UTF8.self))
      case .arrived(_, let name): .arrived(from: name)
      }
    return .pruned(
      PrunedContent(
        commit: commit, cause: cause, time: record.time,
        remotes: try places(of: commit, state)))
  }

  private func places(
    of commit: ObjectID?, _ state: ReplicaState
  ) throws(RepositoryError) -> [PrunedContent.Place] {
    let graph = graph()
    var result: [PrunedContent.Place] = []
    for remote in configuration.remotes {
      let known = RemoteRecord.read(state.refs, name: remote.name)
      var hadCommit = false
      if let commit, let known {
        for head in known.heads where !hadCommit {
          hadCommit = (try? graph.isAncestor(commit, of: head)) ?? false
        }
      }
      result.append(
        PrunedContent.Place(
          name: remote.name, url: remote.url, lastSync: known?.time, hadCommit: hadCommit))
    }
    return result.sorted { left, right in
      if left.hadCommit != right.hadCommit { return left.hadCommit }
      if left.lastSync != right.lastSync {
        return left.lastSync ?? .zero > right.lastSync ?? .zero
      }
      return left.name < right.name
    }
  }

  /// Makes sure that all content at and below entries is here, before anything is begun that
  /// needs it.
  ///
  /// Nothing is looked up where every commit is whole.
  package func requireContent(
    _ entries: [Entry], of snapshot: Snapshot
  ) throws(RepositoryError) {
    guard try state().absences != nil else { return }
    try explaining(snapshot.commits) { () throws(RepositoryError) in
      try readingObjects { () throws(ObjectError) in
        var check = ContentCheck(reader: snapshot.reader, store: store)
        for entry in entries { try check.require(entry) }
      }
    }
  }
}

/// Looks for missing content, each folder and file once.
private struct ContentCheck {
  let reader: any ObjectReader
  let store: Store
  private var seen: Set<ObjectID> = []

  init(reader: any ObjectReader, store: Store) {
    self.reader = reader
    self.store = store
  }

  mutating func require(_ entry: Entry) throws(ObjectError) {
    guard seen.insert(entry.content).inserted else { return }
    guard entry.kind == .directory else { return try requireFile(entry) }
    // A stack of their own, since folders may be nested deeply.
    var folders = [entry.content]
    while let folder = folders.popLast() {
      for child in try reader.entries(ofTree: folder)
      where seen.insert(child.entry.content).inserted {
        if child.entry.kind == .directory {
          folders.append(child.entry.content)
        } else {
          try requireFile(child.entry)
        }
      }
    }
  }

  private func requireFile(_ entry: Entry) throws(ObjectError) {
    try reader.forEachChunk(of: entry) { id, _, _ throws(ObjectError) in
      // A view's own texts are in memory only.
      if try !store.contains(id), try reader.object(id) == nil { throw .missing(id) }
    }
  }
}
