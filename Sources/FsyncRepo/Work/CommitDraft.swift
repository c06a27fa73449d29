internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem

/// Everything of a commit but its number, which only the writer lock can give.
struct CommitDraft {
  /// The base that it was made on, to be compared with the one that is in force then.
  var base: Base?
  /// The commits that it follows, where they are not the base's: an edit of an older state.
  var parents: [ObjectID]?
  /// The view of several `parents`; unused where they are the base's.
  var parentsView: Commit.BaseView?
  var tree: ObjectID
  var conflicts: ObjectID?
  var renames: ObjectID?
  var kind: Commit.Kind
  var message: [UInt8]
  var author: [UInt8]?
}

/// What a commit changes besides adding itself to the heads.
enum CommitEffect {
  /// The folder shows the commit already: the base becomes it.
  case folderShowsIt
  /// The folder follows later.
  case folderFollows
}

extension Repository {
  /// Commits a draft in one transaction.
  /// - Parameters:
  ///   - lagging: records of lagging paths to set, or to remove where nil.
  ///   - edited: paths that the folder has as the commit has them, and the base not: they lag
  ///     behind the base, since this commit.
  /// - Returns: the commit's id; nil where the base has moved, and the caller starts over.
  func commit(
    _ draft: CommitDraft, _ ingest: Ingest, _ effect: CommitEffect, lagging: [Path: Lag?] = [:],
    edited: [(path: Path, entry: Entry)] = []
  ) throws(RepositoryError) -> ObjectID? {
    let graph = graph()
    let time = timestamp()
    do {
      return try store.transact(ingest) { (state, transaction) throws(CommitFailure) in
        guard state.base == draft.base else { throw .moved }
        let commit = self.commit(draft, after: state, at: time)
        let id = transaction.put(.commit, commit.encoded)
        do throws(ObjectError) {
          transaction.heads = try graph.heads(state.heads, adding: id, onto: commit.parents)
        } catch { throw .object(error) }
        if case .folderShowsIt = effect {
          transaction.base = Base(commits: [id], tree: draft.tree, conflicts: draft.conflicts)
        }
        transaction.sequence = commit.sequence
        transaction.lagging = lagging
        for edit in edited {
          transaction.lagging[edit.path] = Lag(reason: .notWritten, since: [id], entry: edit.entry)
        }
        transaction.command = Array("commit ".utf8) + Array(id.description.utf8)
        return id
      }
    } catch {
      switch error {
      case .store(let error): throw RepositoryError(error)
      case .refused(.moved): return nil
      case .refused(.object(let error)): throw .object(error)
      }
    }
  }

  private func commit(_ draft: CommitDraft, after state: ReplicaState, at time: Timestamp) -> Commit
  {
    let parents = draft.parents ?? draft.base?.commits ?? []
    var view = draft.parentsView
    if draft.parents == nil, let base = draft.base {
      view = Commit.BaseView(tree: base.tree, conflicts: base.conflicts, renames: base.renames)
    }
    return Commit(
      tree: draft.tree, parents: parents, baseView: parents.count > 1 ? view : nil,
      replica: replica.id, replicaName: replica.name, sequence: state.sequence + 1,
      author: draft.author ?? author, time: time,
      zone: Clock.zoneMinutes(at: time.seconds),
      message: Array(draft.message.prefix(Limits.message)), kind: draft.kind,
      renames: draft.renames, conflicts: draft.conflicts)
  }
}

extension Repository {
  /// Who commits: as configured, else the user at this host.
  var author: [UInt8] {
    configuration.userName ?? Host.userName() + [0x40] + Host.name()
  }
}

/// Why a commit's transaction was not written.
enum CommitFailure: Error {
  case moved
  case object(ObjectError)
}

extension CommitGraph {
  /// The heads after a commit onto a base: those that the base does not follow, and the commit.
  func heads(
    _ heads: [ObjectID], adding id: ObjectID, onto parents: [ObjectID]
  ) throws(ObjectError) -> [ObjectID] {
    var result = [id]
    for head in heads {
      var isFollowed = false
      for parent in parents where !isFollowed {
        isFollowed = head == parent ? true : try isAncestor(head, of: parent)
      }
      if !isFollowed { result.append(head) }
    }
    return result.sorted()
  }
}
