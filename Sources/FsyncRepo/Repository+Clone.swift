internal import FsyncStore
internal import FsyncSystem
internal import FsyncWire

extension Repository {
  /// Makes a replica of a remote repository in a new folder.
  ///
  /// A clone that was interrupted goes on where it stopped when it is asked for again. One that
  /// failed before anything arrived leaves nothing.
  /// - Parameters:
  ///   - url: where the remote is; it becomes the remote `origin`.
  ///   - path: the folder: absent or empty.
  ///   - bare: whether the replica has no working tree.
  ///   - name: the replica's name; nil for the host's.
  ///   - rateLimit: bytes a second in each direction, over what is configured; 0 for no limit.
  ///   - retry: how it is tried again after a failure that may pass.
  package static func clone(
    from url: String, to path: [UInt8], bare: Bool, name: [UInt8]?, progress: Progress,
    rateLimit: UInt64? = nil, retrying retry: Retrying = Retrying(), over connector: Connector
  ) throws(RepositoryError) -> (repository: Repository, result: SyncResult) {
    let wasThere = (try? Stat(following: path)) != nil
    let repository = try target(url, path, bare: bare, name: name)
    repository.progress = progress
    repository.rateLimit = rateLimit
    let lock = try repository.lockSync()
    defer { _ = lock }
    let remote = RemotePlace(name: "origin", url: url)
    var result: SyncResult
    do throws(RepositoryError) {
      result = try repository.exchange(with: remote, over: connector, retrying: retry)
    } catch {
      let hasPart = repository.store.hasQuarantine(named: remote.quarantine)
      if !hasPart, try repository.state().heads.isEmpty {
        RepositoryDraft.discard(repository.place, keepingRoot: wasThere)
      }
      throw error
    }
    if !bare { result.update = try repository.update() }
    let state = try repository.state()
    result.heads = state.heads
    result.view = state.base?.tree
    return (repository, result)
  }

  /// The repository that a clone fills: a new one, or the one that it began.
  private static func target(
    _ url: String, _ path: [UInt8], bare: Bool, name: [UInt8]?
  ) throws(RepositoryError) -> Repository {
    if let begun = try? open(at: path), try begun.isUnfinishedClone(of: url, at: path, bare: bare) {
      return begun
    }
    try checkInitialize(at: path, bare: bare, empty: true)
    return try initialize(
      at: path, bare: bare, name: name, adopting: true,
      settings: [(.remoteURL("origin"), .string(url))])
  }

  /// Says whether this is a clone of the remote, here, whose folder has never been written.
  private func isUnfinishedClone(
    of url: String, at path: [UInt8], bare: Bool
  ) throws(RepositoryError) -> Bool {
    guard isBare == bare, configuration.remote(named: "origin")?.url == url,
      let real = try? Host.realPath(path), real == root ?? folder
    else { return false }
    let state = try state()
    return state.heads.isEmpty || !isBare && state.base == nil && state.sequence == 0
  }
}
