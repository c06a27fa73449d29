internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem
internal import FsyncWire

/// A remote as a session reaches it.
struct RemotePlace {
  /// Its name; nil for one that was only typed.
  var name: String?
  /// Where it is.
  var url: String
  /// The program to run there; nil for `fsync`.
  var command: String?

  /// What people call it.
  var title: String { name ?? url }
  /// The name of the quarantine that what it sends goes through.
  var quarantine: [UInt8] { Array("remote \(title)".utf8) }
}

extension Repository {
  /// Runs one session with a remote, and again after a while where it fails for a reason that may
  /// pass: what arrived is not sent again.
  func exchange(
    with remote: RemotePlace, over connector: Connector, retrying retry: Retrying
  ) throws(RepositoryError) -> SyncResult {
    try trying(remote, retry) { () throws(RepositoryError) in
      try exchange(with: remote, over: connector).result
    }
  }

  /// Runs one session with a remote: both sides' heads are joined afterwards, here and there.
  ///
  /// The sync lock must be held. The folder is left as it is.
  /// - Returns: what was exchanged, without commit and update, and the heads the remote ended with.
  func exchange(
    with remote: RemotePlace, over connector: Connector
  ) throws(RepositoryError) -> (result: SyncResult, remoteHeads: [ObjectID]) {
    try announce()
    let host = try RepositoryHost(self, .client(quarantine: remote.quarantine))
    let known = remote.name.flatMap { [refs = try state().refs] in
      RemoteRecord.read(refs, name: $0)
    }
    let carrier = try connect(to: remote, over: connector)
    let ours = try state().heads
    var driver: SessionDriver<ClientSession>
    let outcome: Outcome
    do throws(SessionFailure) {
      do throws(ExchangeError) {
        driver = SessionDriver(
          try Endpoint(
            client: host, shared: known?.heads ?? [], isWatched: progress.isWatched),
          over: carrier,
          repository: host.repository, limits: configuration.sessionLimits, watcher: progress)
      } catch { throw .exchange(error) }
      outcome = try driver.run { () throws(RepositoryError) in try checkInterruption() }
    } catch {
      throw RepositoryError(
        error, url: remote.url, ours: host.repository, farewell: carrier.close())
    }
    carrier.leave()
    var result = SyncResult(remote: remote.title)
    result.count(driver.endpoint.counts)
    result.remoteConflicts = outcome.report?.conflicts ?? 0
    result.isReadOnly = outcome.isReadOnly
    result.lost = try known.flatMap { known throws(RepositoryError) in try lost(known, outcome) }
    let remoteHeads = outcome.report?.heads ?? outcome.peer.heads
    if let name = remote.name { try remember(name, remoteHeads, ours, outcome) }
    return (result, remoteHeads)
  }

  /// Reaches a remote.
  func connect(
    to remote: RemotePlace, over connector: Connector
  ) throws(RepositoryError) -> any Carrier {
    do {
      let line = try connector.connect(
        Connector.Request(
          url: remote.url, command: remote.command, ssh: configuration.sshCommand,
          timeout: configuration.timeout))
      guard let rate = rateLimit ?? configuration.rateLimit, rate > 0 else { return line }
      return LimitedCarrier(line, bytesPerSecond: rate)
    } catch {
      throw RepositoryError(.carrier(error), url: remote.url, ours: nil, farewell: nil)
    }
  }

  /// Forgets what is remembered of a remote.
  package func forget(remote name: String) throws(RepositoryError) {
    guard try state().refs[RemoteRecord.ref(name)] != nil else { return }
    do {
      try store.transact { (_, transaction) throws(Never) in
        transaction.command = Array("remote remove \(name)".utf8)
        transaction.refs[RemoteRecord.ref(name)] = .some(nil)
      }
    } catch { throw RepositoryError(error) }
  }

  /// What a remote had when it was last seen and, as it introduced itself, has no more; nil for
  /// nothing, as it always is unless somebody put an older copy in its place.
  ///
  /// After the session, when all of what it has is here.
  private func lost(
    _ known: RemoteRecord, _ outcome: Outcome
  ) throws(RepositoryError) -> LostCommits? {
    let lacking = known.heads.filter { !outcome.peer.heads.contains($0) }
    guard !lacking.isEmpty else { return nil }
    let count = try readingObjects { () throws(ObjectError) in
      try graph().missing(from: lacking, having: outcome.peer.heads).count
    }
    return count > 0 ? LostCommits(count: count, seen: known.time) : nil
  }

  /// Notes what both sides have after a session.
  private func remember(
    _ name: String, _ remoteHeads: [ObjectID], _ ours: [ObjectID], _ outcome: Outcome
  ) throws(RepositoryError) {
    let graph = graph()
    let shared: [ObjectID]
    do throws(ObjectError) {
      // Others may have pushed to the remote meanwhile: then what the two of us had said, of which
      // it takes nothing where we may only read.
      var isHere = true
      for head in remoteHeads where isHere { isHere = try graph.contains(head) }
      let said = outcome.isReadOnly ? [] : ours
      shared = isHere ? remoteHeads : try graph.join(said, outcome.peer.heads)
    } catch { throw .object(error) }
    let record = RemoteRecord(heads: shared, time: timestamp())
    do {
      try store.transact { (state, transaction) throws(Never) in
        // The time alone is nothing to wait for a disk for.
        transaction.isDurable = RemoteRecord.read(state.refs, name: name)?.heads != shared.sorted()
        transaction.command = Array("sync \(name)".utf8)
        transaction.refs[RemoteRecord.ref(name)] = .some(record.encoded)
      }
    } catch { throw RepositoryError(error) }
  }
}

extension SyncResult {
  /// Adds what a session moved.
  mutating func count(_ counts: ExchangeCounts) {
    bytesSent += counts.bytesSent
    bytesReceived += counts.bytesReceived
    objectsSent += counts.objectsSent
    objectsReceived += counts.objectsReceived
    roundTrips += counts.roundTrips
  }
}
