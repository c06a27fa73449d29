package import FsyncWire
internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem

/// How a sync is done.
package struct SyncOptions: Sendable {
  /// Look and report, change nothing.
  package var dryRun = false
  /// Give up after so many seconds; nil for never.
  package var maxSeconds: Double?
  /// The message of the commit that comes first; empty for a generated one.
  package var message: [UInt8] = []

  /// Makes the usual options.
  package init() {}
}

extension Repository {
  /// Syncs with remotes.
  package func synchronize(
    with remotes: [String], options: SyncOptions, over connector: Connector
  ) -> [Result<SyncResult, RepositoryError>] {
    [.failure(.exchange(.unreachable("exchange")))]
  }

  /// Clones.
  package static func clone(
    from url: String, to path: [UInt8], bare: Bool, name: [UInt8]?, progress: Progress,
    over connector: Connector
  ) throws(RepositoryError) -> (repository: Repository, result: SyncResult) {
    throw .exchange(.unreachable(url))
  }

  /// Serves the repository at a path to the peer at a carrier's far end, for one session.
  package static func serve(
    _ path: [UInt8], over carrier: any Carrier, timeout: Double
  ) throws(RepositoryError) {
    throw .notARepository(path)
  }
}
