internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem
internal import FsyncWire

extension Repository {
  /// Commits the folder, and writes a bundle that carries commits to whoever cannot be reached.
  ///
  /// A file appears under its name only when it is whole and durable; until then it is called
  /// `PATH.part`, and what a creation that was stopped has left there is gone on with.
  /// - Parameter path: the file; nil for the standard output.
  package func createBundle(
    at path: [UInt8]?, _ options: BundleOptions
  ) throws(RepositoryError) -> BundleResult {
    if let path { try BundleTarget.check(path) }
    let known: [ObjectID] =
      switch options.known {
      case .nothing: []
      case .replica(let name): try self.known(to: name)
      case .commits(let ids): ids
      }
    var commit = CommitOptions()
    commit.kind = .automatic
    commit.message = options.message
    commit.dryRun = options.dryRun
    let committed = isBare ? CommitResult() : try self.commit(commit)
    // Nobody may hear of commits that a power cut could take back.
    try announce()
    let host = try RepositoryHost(self, .bundle)
    let plan = try planning { () throws(ExchangeError) in
      try BundlePlan(beyond: known, in: host)
    }
    var summary = BundleSummary(plan.hello)
    summary.commits = plan.commits.count
    var result = BundleResult(summary: summary, commit: committed)
    if options.dryRun { return result }
    var target: BundleTarget?
    if let path { target = try BundleTarget(path) }
    var maker = BundleMaker(plan, of: host)
    result.resumed = try target?.begin(&maker) ?? 0
    while true {
      try checkInterruption()
      let bytes = try planning { () throws(ExchangeError) in try maker.next() }
      guard let bytes else { break }
      if let target {
        try target.append(bytes)
      } else {
        try calling(Array("standard output".utf8)) { () throws(SystemError) in
          try StandardStreams.write(bytes, to: 1)
        }
      }
      progress.report(.packing, maker.objectsDone, maker.objectsInAll, maker.length)
    }
    try target?.finish()
    result.summary.objects = maker.objects
    result.summary.bytes = maker.length
    return result
  }

  private func planning<Value>(
    _ body: () throws(ExchangeError) -> Value
  ) throws(RepositoryError) -> Value {
    do throws(ExchangeError) { return try body() } catch {
      switch error {
      case .wire(.unavailable(let id)): throw .object(.missing(id))
      default:
        throw RepositoryError(.exchange(error), url: "", ours: nil, farewell: nil)
      }
    }
  }
}
