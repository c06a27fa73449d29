internal import FsyncCore
internal import FsyncStore
internal import FsyncWire

extension Repository {
  /// Fetches what is damaged or missing from a remote, and then lets go of the damage.
  ///
  /// What comes is hashed, and is durable before a damaged file is replaced; nothing that can
  /// still be read is dropped, and where something stays missing, neither is anything damaged: a
  /// later repair from another remote goes on from there. One that is killed leaves what it has
  /// fetched to the next.
  /// - Parameters:
  ///   - remote: the name of a remote, or a place.
  ///   - retry: how a session is tried again that fails for a reason that may pass.
  ///   - connector: makes the carrier.
  package func repair(
    from remote: String, retrying retry: Retrying = Retrying(), over connector: Connector
  ) throws(RepositoryError) -> RepairReport {
    let lock = try lockSync()
    defer { _ = lock }
    var report = RepairReport()
    let found = try verification(quick: false)
    report.before = try checkReport(found)
    if report.before.isSound {
      report.after = report.before
      return report
    }
    let host = try RepositoryHost(self, .client(quarantine: Array("repair".utf8)))
    let outcome = Result { () throws(RepositoryError) in
      report.lacking = try fetch(found, from: place(of: remote), retry, over: connector, host)
    }
    // Whatever ended it, what came before was verified.
    report.fetched = try host.adoptArrivals()
    try outcome.get()
    if try missing(after: found, host).isEmpty {
      do { try store.dropDamage() } catch { throw RepositoryError(error) }
    }
    report.after = try check(quick: false)
    return report
  }

  /// Asks for what is missing until nothing new comes: a tree that came names more.
  /// - Returns: what the remote does not have whole either.
  private func fetch(
    _ found: Verification, from remote: RemotePlace, _ retry: Retrying,
    over connector: Connector, _ host: RepositoryHost
  ) throws(RepositoryError) -> [ObjectID] {
    var lacking: [ObjectID] = []
    var asked: Set<ObjectID> = []
    // What an interrupted repair brought is whole, and need not come again.
    var wanted =
      host.quarantine == nil ? found.fetchable : try missing(after: found, host)
    while !wanted.isEmpty {
      asked.formUnion(wanted)
      let before = host.quarantine?.objectCount ?? 0
      lacking += try trying(remote, retry) { () throws(RepositoryError) in
        try ask(remote, for: wanted, over: connector, host)
      }
      guard host.quarantine?.objectCount ?? 0 > before else { break }
      wanted = try missing(after: found, host).filter { !asked.contains($0) }
    }
    return lacking
  }

  private func missing(
    after found: Verification, _ host: RepositoryHost
  ) throws(RepositoryError) -> [ObjectID] {
    do throws(StoreError) {
      return try store.missing(after: found, roots: try neededRoots(), with: host.quarantine)
    } catch { throw RepositoryError(error) }
  }

  /// One session that asks for objects by their ids, but for those that have arrived.
  /// - Returns: the ids that the remote does not have whole either.
  private func ask(
    _ remote: RemotePlace, for ids: [ObjectID], over connector: Connector, _ host: RepositoryHost
  ) throws(RepositoryError) -> [ObjectID] {
    guard let repository = host.repository else { return ids }
    let wanted = Set(ids.filter { host.quarantine?.hasArrived($0) != true })
    guard !wanted.isEmpty else { return [] }
    host.accepted = wanted
    progress.report(.receiving, 0, nil, 0)
    let carrier = try connect(to: remote, over: connector)
    var driver = SessionDriver(
      Endpoint(fetching: wanted.sorted(), of: repository, host: host), over: carrier,
      repository: repository, limits: configuration.sessionLimits)
    do throws(SessionFailure) {
      _ = try driver.run { () throws(RepositoryError) in try checkInterruption() }
    } catch {
      carrier.finishSending()
      throw RepositoryError(error, url: remote.url, ours: repository, farewell: carrier.close())
    }
    carrier.leave()
    return driver.endpoint.notThere
  }
}
