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
  ///   - connector: makes the carrier.
  package func repair(
    from remote: String, over connector: Connector
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
    try fetch(found.fetchable, from: place(of: remote), over: connector, found, &report)
    if try missing(after: found).isEmpty {
      do { try store.dropDamage() } catch { throw RepositoryError(error) }
    }
    report.after = try check(quick: false)
    return report
  }

  /// Asks for what is missing until nothing new comes: a tree that came names more.
  private func fetch(
    _ first: [ObjectID], from remote: RemotePlace, over connector: Connector,
    _ found: Verification, _ report: inout RepairReport
  ) throws(RepositoryError) {
    var asked: Set<ObjectID> = []
    var wanted = first
    while !wanted.isEmpty {
      asked.formUnion(wanted)
      let answer = try fetch(wanted, from: remote, over: connector)
      report.fetched += answer.fetched
      report.lacking += answer.lacking
      guard !answer.fetched.isEmpty else { return }
      wanted = try missing(after: found).filter { !asked.contains($0) }
    }
  }

  private func missing(after found: Verification) throws(RepositoryError) -> [ObjectID] {
    do throws(StoreError) {
      return try store.missing(after: found, roots: try neededRoots())
    } catch { throw RepositoryError(error) }
  }

  /// One session that asks for objects by their ids.
  private func fetch(
    _ ids: [ObjectID], from remote: RemotePlace, over connector: Connector
  ) throws(RepositoryError) -> (fetched: [ObjectID], lacking: [ObjectID]) {
    guard let repository = try state().repositoryID else { return ([], ids) }
    let host = try RepositoryHost(self, .client(quarantine: Array("repair".utf8)))
    // What an interrupted repair brought is whole, and need not come again.
    var fetched = try host.adoptArrivals()
    let wanted = Set(ids).subtracting(fetched)
    guard !wanted.isEmpty else { return (fetched, []) }
    host.accepted = wanted
    progress.report(.receiving, 0, nil, 0)
    let carrier = try connect(to: remote, over: connector)
    var driver = SessionDriver(
      Endpoint(fetching: wanted.sorted(), of: repository, host: host), over: carrier,
      repository: repository, limits: configuration.sessionLimits)
    let outcome: Result<Void, SessionFailure>
    do throws(SessionFailure) {
      _ = try driver.run { () throws(RepositoryError) in try checkInterruption() }
      outcome = .success(())
    } catch { outcome = .failure(error) }
    carrier.finishSending()
    let farewell = carrier.close()
    // Whatever ended the session, what came before was verified.
    fetched += try host.adoptArrivals()
    do throws(SessionFailure) { try outcome.get() } catch {
      throw RepositoryError(error, url: remote.url, ours: repository, farewell: farewell)
    }
    return (fetched, driver.endpoint.notThere)
  }
}
