internal import FsyncCore
internal import FsyncRepo
internal import FsyncSystem

extension Hub {
  private static let tokens = Array("tokens".utf8)

  /// Where the tokens are.
  package var tokenPath: [UInt8] { RepositoryPlace.join(ownFolder, Self.tokens) }

  /// The grants of all tokens, the oldest first; nil where there has never been a token.
  package func grants() throws(HubError) -> [Grant]? {
    let bytes: [UInt8]?
    do throws(SystemError) {
      let folder = try Directory(ownFolder)
      bytes = try AtomicFile.read(Self.tokens, in: folder, atMost: TokenFile.largest)
    } catch { throw .repository(.system(error, path: tokenPath)) }
    guard let bytes else { return nil }
    do throws(TokenFileError) { return try TokenFile.decode(bytes) } catch {
      throw .tokens(tokenPath, error.text)
    }
  }

  /// Makes a token.
  /// - Parameters:
  ///   - label: whose it is, for people; one line.
  ///   - read: what may be read.
  ///   - write: what may be read and pushed to.
  /// - Returns: the token, which is stored nowhere, and what is.
  package func addToken(
    label: String, read: Grant.Scope, write: Grant.Scope
  ) throws(HubError) -> (token: AccessToken, grant: Grant) {
    guard Grant.isLabel(label) else { throw .label }
    for case .some(let names) in [read, write] {
      for name in names where !has(name) { throw .noRepository(name) }
    }
    let token = AccessToken()
    let grant = Grant(
      id: token.id, hash: token.hash, label: label, created: Clock.now().seconds, read: read,
      write: write)
    try edit { grants throws(HubError) in grants.append(grant) }
    return (token, grant)
  }

  /// Takes a token back; whoever shows it is refused from now on.
  package func revokeToken(_ id: String) throws(HubError) {
    try edit { grants throws(HubError) in
      guard let index = grants.firstIndex(where: { $0.id == id }) else { throw .noToken(id) }
      grants.remove(at: index)
    }
  }

  /// Changes the grants, one process at a time.
  private func edit(_ change: (inout [Grant]) throws(HubError) -> Void) throws(HubError) {
    let lock = try lock()
    defer { _ = lock }
    var grants = try grants() ?? []
    try change(&grants)
    try write(grants)
  }

  private func lock() throws(HubError) -> LockFile {
    let path = RepositoryPlace.join(ownFolder, Array("lock".utf8))
    do throws(SystemError) {
      while true { if let lock = try LockFile.acquire(path) { return lock } }
    } catch { throw .repository(.system(error, path: path)) }
  }

  private func write(_ grants: [Grant]) throws(HubError) {
    do throws(SystemError) {
      let folder = try Directory(ownFolder)
      try AtomicFile.write(TokenFile.encode(grants), to: Self.tokens, in: folder, mode: 0o600)
    } catch { throw .repository(.system(error, path: tokenPath)) }
  }
}
