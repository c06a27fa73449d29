internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem
internal import FsyncWire

/// How a sync is done.
package struct SyncOptions: Sendable {
  /// Look and report, change nothing and contact nobody.
  package var dryRun = false
  /// Give up after so many seconds; nil for never.
  package var maxSeconds: Double?
  /// The message of the commit that comes first; empty for a generated one.
  package var message: [UInt8] = []
  /// Whether the result names every change that was committed.
  package var listsChanges = true
  /// How remotes that fail for a reason that may pass are tried again.
  package var retrying = Retrying()

  /// Makes the usual options.
  package init() {}
}

extension Repository {
  /// Commits the folder, exchanges commits with remotes, and brings the folder to the view of all.
  ///
  /// One sync of a repository runs at a time: another fails with `.busy` at once. A remote that
  /// fails does not keep the others from being synced; the folder follows whatever came.
  /// - Parameters:
  ///   - remotes: names of remotes, or places; empty for every remote that is configured.
  ///   - connector: makes the carriers.
  /// - Returns: a result for each remote, in order; a single failure where the sync did not begin.
  package func synchronize(
    with remotes: [String], options: SyncOptions, over connector: Connector
  ) -> [Result<SyncResult, RepositoryError>] {
    do throws(RepositoryError) {
      if let seconds = options.maxSeconds { deadline = Clock.monotonic() + seconds }
      let places = self.places(remotes)
      if options.dryRun { return try preview(places, options) }
      let lock = try lockSync()
      defer { _ = lock }
      return try synchronizeLocked(with: places, options, over: connector)
    } catch { return [.failure(error)] }
  }

  private func places(_ remotes: [String]) -> [RemotePlace] {
    guard !remotes.isEmpty else {
      return configuration.remotes.map {
        RemotePlace(name: $0.name, url: $0.url, command: $0.command)
      }
    }
    return remotes.map { place(of: $0) }
  }

  /// The remote that a word names: one that is configured, or a place.
  func place(of text: String) -> RemotePlace {
    guard let remote = configuration.remote(named: text) else { return RemotePlace(url: text) }
    return RemotePlace(name: remote.name, url: remote.url, command: remote.command)
  }

  private func preview(
    _ places: [RemotePlace], _ options: SyncOptions
  ) throws(RepositoryError) -> [Result<SyncResult, RepositoryError>] {
    var commit = CommitOptions()
    commit.dryRun = true
    let pending = isBare ? CommitResult() : try self.commit(commit)
    let state = try state()
    return places.map { place in
      var result = SyncResult(remote: place.title)
      result.heads = state.heads
      result.view = state.base?.tree
      result.commit = pending
      return .success(result)
    }
  }

  private func synchronizeLocked(
    with places: [RemotePlace], _ options: SyncOptions, over connector: Connector
  ) throws(RepositoryError) -> [Result<SyncResult, RepositoryError>] {
    var commit = CommitOptions()
    commit.kind = .automatic
    commit.message = options.message
    commit.listsChanges = options.listsChanges
    let committed = isBare ? CommitResult() : try self.commit(commit)
    var results: [Result<SyncResult, RepositoryError>] = []
    var remoteHeads: [[ObjectID]] = []
    for place in places {
      do throws(RepositoryError) {
        let (result, heads) = try exchange(with: place, over: connector)
        results.append(.success(result))
        remoteHeads.append(heads)
      } catch {
        results.append(.failure(error))
        remoteHeads.append([])
      }
    }
    try spread(places, &results, remoteHeads, over: connector)
    var update = isBare ? UpdateResult() : try self.update()
    try retry(places, options.retrying, &results, &update, over: connector)
    let state = try state()
    return results.map { result in
      result.map {
        var result = $0
        result.heads = state.heads
        result.view = state.base?.tree
        result.commit = committed
        result.update = update
        return result
      }
    }
  }

  /// Tries remotes again that failed for a reason that may pass, after a wait that grows.
  ///
  /// The folder has what came from the others by then.
  private func retry(
    _ places: [RemotePlace], _ retry: Retrying,
    _ results: inout [Result<SyncResult, RepositoryError>], _ update: inout UpdateResult,
    over connector: Connector
  ) throws(RepositoryError) {
    var schedule = RetrySchedule(attempts: retry.attempts)
    while true {
      var failed: [(index: Int, error: RepositoryError)] = []
      for (index, result) in results.enumerated() {
        if case .failure(let error) = result, error.mayPass { failed.append((index, error)) }
      }
      guard !failed.isEmpty, let wait = nextWait(&schedule, retry) else { return }
      for (index, error) in failed {
        retry.willRetry(
          Retrying.Notice(
            remote: places[index].title, error: error, seconds: wait, attempt: schedule.made,
            attempts: schedule.attempts))
      }
      do throws(RepositoryError) { try pause(wait) } catch {
        for (index, _) in failed { results[index] = .failure(error) }
        return
      }
      var remoteHeads = [[ObjectID]](repeating: try state().heads, count: places.count)
      for (index, _) in failed {
        results[index] = Result { () throws(RepositoryError) in
          let (result, heads) = try exchange(with: places[index], over: connector)
          remoteHeads[index] = heads
          return result
        }
      }
      try spread(places, &results, remoteHeads, over: connector)
      if !isBare { update.add(try self.update()) }
    }
  }

  /// Gives remotes that were synced early what later ones brought.
  private func spread(
    _ places: [RemotePlace], _ results: inout [Result<SyncResult, RepositoryError>],
    _ remoteHeads: [[ObjectID]], over connector: Connector
  ) throws(RepositoryError) {
    let heads = try state().heads
    for (index, place) in places.enumerated() where remoteHeads[index] != heads {
      guard case .success(let before) = results[index], !before.isReadOnly else { continue }
      results[index] = Result { () throws(RepositoryError) in
        var result = try exchange(with: place, over: connector).result
        result.bytesSent += before.bytesSent
        result.bytesReceived += before.bytesReceived
        result.objectsSent += before.objectsSent
        result.objectsReceived += before.objectsReceived
        result.roundTrips += before.roundTrips
        result.lost = before.lost ?? result.lost
        return result
      }
    }
  }
}
