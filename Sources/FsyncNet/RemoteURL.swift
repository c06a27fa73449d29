/// Where a remote is.
package enum RemoteURL: Hashable, Sendable {
  /// An absolute path of this machine.
  case path([UInt8])
  /// A path of a machine that ssh reaches.
  case ssh(SSHPlace)
  /// A repository of a hub.
  case http(HTTPPlace)
}

/// A path of a machine that ssh reaches.
package struct SSHPlace: Hashable, Sendable {
  /// The user's name there; nil leaves it to ssh.
  package let user: String?
  /// The host's name as ssh knows it, or its address.
  package let host: String
  /// The port; nil leaves it to ssh.
  package let port: UInt16?
  /// Absolute, or `~` or `~name` and what follows, which the far shell expands.
  package let path: [UInt8]

  /// Makes a place; the parser alone knows that each part is harmless.
  init(user: String?, host: String, port: UInt16?, path: [UInt8]) {
    self.user = user
    self.host = host
    self.port = port
    self.path = path
  }
}

extension RemoteURL: CustomStringConvertible {
  /// The place as text that parses to the same place.
  package var description: String {
    switch self {
    case .path(let path):
      guard let text = String(validating: path, as: UTF8.self), !path.contains(where: \.isControl)
      else { return "file://" + PercentCoding.encode(path) }
      return text
    case .http(let place): return place.description
    case .ssh(let place):
      let user = place.user.map { $0 + "@" } ?? ""
      let host = place.host.utf8.contains(UInt8(ascii: ":")) ? "[\(place.host)]" : place.host
      let port = place.port.map { ":\($0)" } ?? ""
      return "ssh://\(user)\(host)\(port)\(Self.pathText(place.path))"
    }
  }

  private static func pathText(_ path: [UInt8]) -> String {
    let text = PercentCoding.encode(path)
    if path.first == UInt8(ascii: "~") { return "/" + text }
    // `/~` would mean a home.
    return text.hasPrefix("/~") ? "/%7E" + text.dropFirst(2) : text
  }
}
