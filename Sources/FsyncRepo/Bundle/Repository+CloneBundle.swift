internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem

extension Repository {
  /// Makes a replica of the repository that a bundle was made of, in a new folder.
  ///
  /// The bundle must bring everything. A clone that was killed goes on where it stopped when it is
  /// asked for again; one that failed before anything arrived leaves nothing.
  /// - Parameters:
  ///   - source: the bundle's file.
  ///   - path: the folder: absent or empty.
  ///   - bare: whether the replica has no working tree.
  ///   - name: the replica's name; nil for the host's.
  package static func clone(
    bundle source: [UInt8], to path: [UInt8], bare: Bool, name: [UInt8]?, progress: Progress
  ) throws(RepositoryError) -> (repository: Repository, result: SyncResult) {
    let wasThere = (try? Stat(following: path)) != nil
    let repository = try target(path, bare: bare, name: name)
    repository.progress = progress
    let lock = try repository.lockSync()
    defer { _ = lock }
    do throws(RepositoryError) {
      return (repository, try repository.importLocked(.file(source)))
    } catch {
      let state = try repository.state()
      if state.heads.isEmpty, !error.isStopped {
        RepositoryDraft.discard(repository.place, keepingRoot: wasThere)
      }
      throw error
    }
  }

  /// The repository that a clone fills: a new one, or the one that it began.
  private static func target(
    _ path: [UInt8], bare: Bool, name: [UInt8]?
  ) throws(RepositoryError) -> Repository {
    if let begun = try? open(at: path), try begun.isUnfinished(at: path, bare: bare) {
      return begun
    }
    try checkInitialize(at: path, bare: bare, empty: true)
    return try initialize(at: path, bare: bare, name: name, adopting: true)
  }

  /// Says whether this has no remote, and is here, and its folder has never been written.
  private func isUnfinished(at path: [UInt8], bare: Bool) throws(RepositoryError) -> Bool {
    guard isBare == bare, configuration.remotes.isEmpty, let real = try? Host.realPath(path),
      real == root ?? folder
    else { return false }
    let state = try state()
    return state.repositoryID == nil || !isBare && state.base == nil && state.sequence == 0
  }
}

extension RepositoryError {
  /// Whether the work was stopped rather than impossible.
  fileprivate var isStopped: Bool {
    switch self {
    case .interrupted, .outOfTime: true
    case .system(let error, _): error.isFull
    default: false
    }
  }
}
