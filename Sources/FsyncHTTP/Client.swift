import AsyncHTTPClient
import FsyncNet
import FsyncSystem
import FsyncWire
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// How the client is set up, and how its troubles are told.
enum Client {
  /// The configuration of a client for one hub.
  ///
  /// Redirects are followed by `Exchange`, which knows which are harmless.
  static func configuration(for invocation: Invocation) throws -> HTTPClient.Configuration {
    var tls = TLSConfiguration.makeClientConfiguration()
    // As OpenSSL's own programs do it: an authority of one's own beside the system's.
    if let file = Host.environment("SSL_CERT_FILE"), !file.isEmpty {
      tls.additionalTrustRoots = [.file(String(decoding: file, as: UTF8.self))]
    }
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tls, redirectConfiguration: .disallow,
      timeout: .init(connect: .seconds(invocation.timeout), read: nil),
      proxy: try ProxySettings.proxy(for: invocation.place))
    configuration.decompression = .disabled
    // It would try to connect until the time is over, and only then say that nobody listens.
    configuration.connectionPool.retryConnectionEstablishment = false
    return configuration
  }

  /// What fsync is told in the place of a hub that has refused, as the hub's own word.
  ///
  /// Throws where it was not the hub that spoke: then it may be there in a while.
  static func refusal(
    _ response: HTTPClientResponse, _ invocation: Invocation
  ) throws(Trouble) -> ByteBuffer {
    let status = response.status
    // What is no number of seconds is not repeated to anybody.
    let seconds = response.headers.first(name: "retry-after").flatMap { UInt32($0) }
    let wait = seconds.map { "wait \($0) s" } ?? "wait a minute"
    let place = "\(invocation.place)"
    let failure: Failure
    switch status.code {
    case 401:
      let why =
        invocation.token == nil
        ? "it wants a token: see fsync-tokens(5)" : "it does not know the token"
      failure = Failure(.denied, Array("\(place): \(why)".utf8))
    case 403: failure = Failure(.denied, Array("\(place): the token is not for this".utf8))
    case 404: failure = Failure(.noRepository, Array(place.utf8))
    case 411, 413:
      let why = "\(place) answers \(status): a proxy there must take requests of any length"
      failure = Failure(.other, Array(why.utf8))
    case 429: failure = Failure(.busy, Array("too many failures; \(wait)".utf8))
    case 503: failure = Failure(.busy, Array("the hub has as many syncs as it takes; \(wait)".utf8))
    case 502, 504:
      throw Trouble("\(place): a proxy answers \(status); the hub behind it does not")
    case 507: failure = Failure(.full, Array(place.utf8))
    default: failure = Failure(.other, Array("\(place) answers \(status)".utf8))
    }
    return ByteBuffer(bytes: failure.alone)
  }

  /// A failure of the network in words.
  static func words(_ error: any Error) -> String {
    switch error {
    case let error as HTTPClientError where error == .deadlineExceeded: silence
    case let error as HTTPClientError: error.shortDescription
    case let error as NIOSSLExtraError where error == .failedToValidateHostname:
      "its certificate is for another host"
    case let error as NIOSSLError: words(of: "\(error)")
    case let error as NIOConnectionError:
      error.connectionErrors.first.map { "\($0.error)" } ?? "it cannot be reached"
    case let error as IOError: SystemError(.open, code: error.errnoCode).message
    default: "\(error)"
    }
  }

  /// What keeps an answer back although somebody takes the request.
  private static let silence = """
    no answer came; a proxy before the hub must pass a request on before its end \
    (nginx: proxy_request_buffering off)
    """

  /// What went wrong with TLS, of which there is only a text with the library's own names.
  private static func words(of trouble: String) -> String {
    if trouble.contains("CERTIFICATE_VERIFY_FAILED") {
      return "its certificate is of nobody who is trusted here, or not valid now; "
        + "SSL_CERT_FILE names an authority of one's own"
    }
    if trouble.contains("WRONG_VERSION_NUMBER") { return "what listens there does not speak TLS" }
    return trouble
  }
}
