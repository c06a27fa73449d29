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
    return configuration
  }

  /// What fsync is told in the place of a hub that has refused, as the hub's own word.
  static func refusal(_ status: HTTPResponseStatus, _ invocation: Invocation) -> ByteBuffer {
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
    case 429: failure = Failure(.busy, Array("too many failures; wait a minute".utf8))
    case 503: failure = Failure(.busy, Array("the hub has as many syncs as it takes".utf8))
    case 507: failure = Failure(.full, Array(place.utf8))
    default: failure = Failure(.other, Array("\(place) answers \(status)".utf8))
    }
    return ByteBuffer(bytes: failure.alone)
  }

  /// A failure of the network in words.
  static func words(_ error: any Error) -> String {
    switch error {
    case let error as HTTPClientError: error.shortDescription
    case let error as NIOConnectionError:
      error.connectionErrors.first.map { "\($0.error)" } ?? "it cannot be reached"
    case let error as IOError: SystemError(.open, code: error.errnoCode).message
    default: "\(error)"
    }
  }
}
