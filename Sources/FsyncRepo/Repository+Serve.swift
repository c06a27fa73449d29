internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem
package import FsyncWire

/// What a peer may do in a session that is served, and for how long.
package struct ServeOptions: Sendable {
  /// Seconds without a byte after which the peer counts as gone; nil for what the repository's
  /// configuration says.
  package var timeout: Double?
  /// Whether the peer may only read: it is shown what is committed, and nothing is changed here.
  package var isReadOnly = false
  /// What is shared with other sessions of the process; nil for nothing.
  package var cache: SharedCache?

  /// Makes options without limits of their own.
  package init(timeout: Double? = nil) {
    self.timeout = timeout
  }
}

extension Repository {
  /// Serves the repository at a path to the peer at a carrier's far end, for one session.
  ///
  /// A working tree is committed first and brought to the view in the end. Whatever goes wrong is
  /// told to the peer as well.
  /// - Parameters:
  ///   - path: the working tree or the bare repository, exactly.
  package static func serve(
    _ path: [UInt8], over carrier: any Carrier, _ options: ServeOptions = ServeOptions()
  ) throws(RepositoryError) {
    defer {
      carrier.finishSending()
      _ = carrier.close()
    }
    let repository: Repository
    let host: RepositoryHost
    do throws(RepositoryError) {
      repository = try openExactly(at: path, sharing: options.cache)
      host = try RepositoryHost(repository, .server(isReadOnly: options.isReadOnly))
    } catch {
      Refusal.send(error.failure, over: carrier)
      throw error
    }
    var limits = repository.configuration.sessionLimits
    if let timeout = options.timeout { limits.timeout = timeout }
    var driver = SessionDriver(
      Endpoint(server: host, isReadOnly: options.isReadOnly), over: carrier,
      repository: host.repository, limits: limits)
    do throws(SessionFailure) {
      _ = try driver.run { () throws(RepositoryError) in try repository.checkInterruption() }
    } catch {
      throw RepositoryError(
        error, url: String(decoding: path, as: UTF8.self), ours: host.repository, farewell: nil)
    }
  }

  /// Opens the repository whose working tree, or whose own folder, a path is.
  ///
  /// A peer names what it wants: one that lies further up would be another one.
  private static func openExactly(
    at path: [UInt8], sharing cache: SharedCache?
  ) throws(RepositoryError) -> Repository {
    let repository = try open(at: path, sharing: cache)
    let real = try calling(path) { () throws(SystemError) in try Host.realPath(path) }
    guard real == repository.root || real == repository.folder else {
      throw .notARepository(path)
    }
    return repository
  }
}
