internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem
internal import FsyncWire

extension Repository {
  /// Takes what a bundle brings: joins its heads as a sync would, commits the folder, and brings it
  /// to the view of all.
  ///
  /// Nothing is joined before the whole bundle has been read, hashed and found to fit together.
  /// What arrived of one that was cut stays, and is passed over when it comes again.
  /// - Returns: what came of it; its remote is the replica that made the bundle.
  package func importBundle(from source: BundleSource) throws(RepositoryError) -> SyncResult {
    let lock = try lockSync()
    defer { _ = lock }
    if !isBare { try checkPlace() }
    return try importLocked(source)
  }

  func importLocked(_ source: BundleSource) throws(RepositoryError) -> SyncResult {
    let host = try RepositoryHost(self, .bundle)
    var reading = BundleReading(
      Endpoint(bundle: host, isVerifying: false), repository: host.repository)
    let outcome = try reading.run(source, progress: progress) { () throws(RepositoryError) in
      try checkInterruption()
    }
    try remember(outcome.peer.replica, name: outcome.peer.name, has: outcome.peer.heads)
    var result = SyncResult(remote: RepositoryError.printable(outcome.peer.name))
    result.bytesReceived = reading.length
    result.objectsReceived = reading.endpoint.counts.objectsReceived
    if !isBare {
      var commit = CommitOptions()
      commit.kind = .automatic
      result.commit = try self.commit(commit)
      result.update = try update()
    }
    let state = try state()
    result.heads = state.heads
    result.view = state.base?.tree
    return result
  }
}
