internal import FsyncCore
internal import FsyncSystem
internal import FsyncWire

/// Why a session's driver could not go on.
enum SessionFailure: Error {
  /// The session failed.
  case exchange(ExchangeError)
  /// The carrier did.
  case carrier(CarrierError)
  /// The other side is there and does nothing.
  case stalled
  /// This side was told to stop.
  case stopped(RepositoryError)
}

extension RepositoryError {
  /// What the other side of a session is told of a failure of ours.
  var failure: Failure {
    switch self {
    case .notARepository(let path): Failure(.noRepository, path)
    case .busy(let lock): Failure(.busy, Array(lock.utf8))
    case .contended: Failure(.busy)
    case .rootReplaced(let root, _): Failure(.rootReplaced, root)
    case .damaged(let what): Failure(.damaged, Array(what.utf8))
    case .object(let error): Failure(.damaged, Array("\(error)".utf8))
    case .interrupted, .outOfTime: Failure(.interrupted)
    case .exchange(.remote(.full, let text)): Failure(.full, Array(text.utf8))
    case .system(let error, let path):
      Failure(error.isFull ? .full : error.isDenied ? .denied : .other, path)
    default: Failure(.other, Array("\(self)".utf8))
    }
  }

  /// Words a failed session for the side that asked for it.
  /// - Parameters:
  ///   - url: the remote.
  ///   - ours: our own repository.
  ///   - farewell: how the far end went down, where the carrier knows.
  init(_ failure: SessionFailure, url: String, ours: RepositoryID?, farewell: Farewell?) {
    switch failure {
    case .stopped(let error): self = error
    case .exchange(.host(let error)):
      self =
        error.underlying as? RepositoryError
        ?? .exchange(.protocolViolation("\(error.underlying)"))
    case .exchange(.wire(let error)):
      self.init(error, url: url, ours: ours, farewell: farewell)
    case .carrier(.disconnected):
      self = .exchange(RepositoryError.lost(url, farewell))
    case .carrier(.timeout): self = .exchange(.timeout)
    case .stalled: self = .exchange(.stalled)
    case .carrier(.unreachable(let text)):
      self = .exchange(.unreachable(RepositoryError.printable(text)))
    case .carrier(.system(let code)):
      self = .system(SystemError(.poll, code: code), path: Array(url.utf8))
    }
  }

  private init(_ error: WireError, url: String, ours: RepositoryID?, farewell: Farewell?) {
    switch error {
    case .truncated: self = .exchange(RepositoryError.lost(url, farewell))
    case .notFsync(let bytes):
      // What a shell or an old ssh says instead is the best explanation.
      let said = RepositoryError.printable(bytes)
      self = .exchange(
        .unreachable(said.isEmpty ? RepositoryError.printable(farewell?.text ?? []) : said))
    case .version(let version): self = .exchange(.version("\(version)"))
    case .otherRepository(let theirs):
      self = .exchange(
        .otherRepository(ours: ours?.description ?? "", theirs: theirs.description))
    case .failed(let failure):
      self = .exchange(
        .remote(RemoteTrouble(failure.code), RepositoryError.printable(failure.text)))
      if failure.code == .version {
        self = .exchange(.version(RepositoryError.printable(failure.text)))
      }
    case .storage(let error): self = .object(error)
    default: self = .exchange(.protocolViolation("\(error)"))
    }
  }

  /// A connection that ended: before anything was said the far end was not reached.
  private static func lost(_ url: String, _ farewell: Farewell?) -> ExchangeFailure {
    guard let farewell, farewell.status != 0 else { return .disconnected(url) }
    let text = printable(farewell.text)
    return .unreachable(text.isEmpty ? url : text)
  }

  /// Text of a peer, which may be anything, as one line that harms no terminal.
  static func printable(_ bytes: [UInt8]) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    let clean = String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: " "
          default: scalar
          }
        }))
    return clean.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
  }
}

extension RemoteTrouble {
  /// What a failure's code says.
  init(_ code: Failure.Code) {
    self =
      switch code {
      case .other, .version, .otherRepository: .other
      case .noRepository: .noRepository
      case .busy: .busy
      case .refused: .refused
      case .damaged: .damaged
      case .full: .full
      case .denied: .denied
      case .timeout: .timeout
      case .interrupted: .interrupted
      case .rootReplaced: .rootReplaced
      }
  }
}
