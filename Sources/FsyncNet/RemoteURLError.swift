/// Why text does not say where a remote is.
package enum RemoteURLError: Error, Hashable, Sendable {
  /// There is no text, or only blanks.
  case empty
  /// A control byte is in it.
  case controlByte
  /// A scheme that nobody here knows.
  case unknown(scheme: String)
  /// The user is not one that can be handed to ssh.
  case user(String)
  /// The host is missing, or not one that can be handed to ssh.
  case host(String)
  /// Not a port: a number from 1 to 65535.
  case port(String)
  /// A user or a secret is in it, where others could see it.
  case secret
  /// The path is missing.
  case noPath
  /// A `%` without two hexadecimal digits, or one that makes a NUL.
  case encoding
  /// What follows a leading `~` is not a user's name.
  case home(String)
}

extension RemoteURLError: CustomStringConvertible {
  /// The error in words.
  package var description: String {
    switch self {
    case .empty: "there is no place in it"
    case .controlByte: "it has a control byte in it"
    case .unknown(let scheme): "\(scheme) is not known; use a path, ssh://, host:path or https://"
    case .user(let text): "\"\(text)\" cannot be a user"
    case .host(let text): text.isEmpty ? "the host is missing" : "\"\(text)\" cannot be a host"
    case .port(let text): "\"\(text)\" is not a port"
    case .secret: "a token does not belong in it; see fsync-tokens(5)"
    case .noPath: "the path is missing"
    case .encoding: "a % needs two hexadecimal digits that are not both 0"
    case .home(let text): "\"\(text)\" cannot be a user's home"
    }
  }
}
