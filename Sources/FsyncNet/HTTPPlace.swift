/// A repository of a hub that is reached over HTTP.
package struct HTTPPlace: Hashable, Sendable {
  /// Whether the connection is encrypted.
  package let isSecure: Bool
  /// The host's name, or its address, without brackets.
  package let host: String
  /// The port; nil for the scheme's own.
  package let port: UInt16?
  /// The path, as it stands in the URL, from its first slash to a letter that is none.
  package let path: String

  /// Reads `host[:port]/path`.
  ///
  /// A user or a secret in it is refused: it would be seen in lists of processes and in
  /// configuration that others may read.
  init(afterScheme rest: ArraySlice<UInt8>, isSecure: Bool) throws(RemoteURLError) {
    let (authority, path) = Self.split(rest)
    guard !authority.contains(UInt8(ascii: "@")) else { throw .secret }
    let place = try SSHPlace(afterScheme: authority + Array("/".utf8))
    guard place.host.utf8.allSatisfy({ $0 < 0x80 }) else { throw .host(place.host) }
    guard !path.isEmpty, path.allSatisfy(Self.isPathByte), PercentCoding.decode(path) != nil else {
      throw path.isEmpty ? .noPath : .encoding
    }
    self.isSecure = isSecure
    host = place.host.lowercased()
    port = place.port == (isSecure ? 443 : 80) ? nil : place.port
    self.path = String(decoding: path, as: UTF8.self)
  }

  /// The authority, and the path without slashes at its end.
  private static func split(
    _ rest: ArraySlice<UInt8>
  ) -> (authority: ArraySlice<UInt8>, path: ArraySlice<UInt8>) {
    let authority = rest.prefix { $0 != .slash }
    var path = rest[authority.endIndex...]
    while path.last == .slash { path = path.dropLast() }
    return (authority, path)
  }

  private static func isPathByte(_ byte: UInt8) -> Bool {
    byte.isLetterOrDigit || "-._~!$&'()*+,;=:@/%".utf8.contains(byte)
  }

  /// Scheme, host and port: what a token is good for.
  package var origin: String {
    let name = host.utf8.contains(.colon) ? "[\(host)]" : host
    return "\(isSecure ? "https" : "http")://\(name)\(port.map { ":\($0)" } ?? "")"
  }

  /// Says whether the host is this machine, so that nobody between can listen.
  package var isLoopback: Bool {
    host == "localhost" || host == "::1"
      || host.hasPrefix("127.")
        && host.utf8.allSatisfy {
          $0.isDigit || $0 == UInt8(ascii: ".")
        }
  }
}

extension HTTPPlace: CustomStringConvertible {
  /// The place as a URL.
  package var description: String { origin + path }
}
