import FsyncSystem
import NIOCore
import NIOSSL

/// The server's settings, checked.
struct ServerSettings: Sendable {
  let host: String
  let port: Int
  let tls: TLSConfiguration?
  let isBehindProxy: Bool
  let maximumSessions: Int
  /// Seconds.
  let timeout: Double
  /// Seconds.
  let grace: Double
  let portFile: String?

  init(_ options: ServerOptions) throws {
    guard let colon = options.listen.lastIndex(of: ":"),
      let port = UInt16(options.listen[options.listen.index(after: colon)...])
    else { throw SettingsError("--listen needs HOST:PORT, as in 127.0.0.1:8420") }
    var host = String(options.listen[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    self.host = host
    self.port = Int(port)
    guard (1...10_000) ~= options.maxSessions else {
      throw SettingsError("--max-sessions needs a number from 1 to 10000")
    }
    guard (1...86_400) ~= options.timeout, (0...86_400) ~= options.grace else {
      throw SettingsError("--timeout and --grace need a number of seconds up to 86400")
    }
    maximumSessions = options.maxSessions
    timeout = Double(options.timeout)
    grace = Double(options.grace)
    isBehindProxy = options.behindProxy
    portFile = options.portFile
    tls = try Self.tls(options.tlsCertificate, options.tlsKey)
  }

  /// Says whether only this machine can reach the hub.
  var isPrivate: Bool { isLoopback && !isBehindProxy }

  /// Says whether only this machine can reach the address.
  ///
  /// What is not an address could become any.
  private var isLoopback: Bool {
    guard let address = try? SocketAddress(ipAddress: host, port: port) else {
      return host == "localhost"
    }
    return address.isLoopback
  }

  private static func tls(_ certificate: String?, _ key: String?) throws -> TLSConfiguration? {
    switch (certificate, key) {
    case (nil, nil): return nil
    case (let certificate?, let key?):
      let chain: [NIOSSLCertificate]
      let privateKey: NIOSSLPrivateKey
      do { chain = try NIOSSLCertificate.fromPEMFile(certificate) } catch {
        throw SettingsError("\(certificate) holds no certificate as PEM")
      }
      do { privateKey = try NIOSSLPrivateKey(file: key, format: .pem) } catch {
        throw SettingsError("\(key) holds no private key as PEM")
      }
      guard !chain.isEmpty else {
        throw SettingsError("\(certificate) holds no certificate as PEM")
      }
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
      configuration.minimumTLSVersion = .tlsv12
      return configuration
    default: throw SettingsError("--tls-certificate and --tls-key belong together")
    }
  }
}

/// What is wrong with settings, in words.
struct SettingsError: Error {
  let text: String

  init(_ text: String) { self.text = text }
}

extension SocketAddress {
  /// Says whether only this machine can reach the address.
  var isLoopback: Bool {
    guard let text = ipAddress else { return false }
    return text == "::1" || text.hasPrefix("127.") || text.hasPrefix("::ffff:127.")
  }
}
