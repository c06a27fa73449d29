extension SSHPlace {
  /// Reads `[user@]host[:port]/path`, where `/~` makes a home of what follows.
  init(afterScheme rest: ArraySlice<UInt8>) throws(RemoteURLError) {
    let authority = rest.prefix { $0 != .slash }
    let (user, host, tail) = try Self.split(authority)
    let path = rest[authority.endIndex...]
    guard !path.isEmpty else { throw .noPath }
    // Seen before decoding, so that an absolute path can begin with an encoded `~`.
    let isHome = path.dropFirst().first == .tilde
    guard let decoded = PercentCoding.decode(isHome ? path.dropFirst() : path) else {
      throw .encoding
    }
    if isHome { try Self.checkHome(decoded) }
    self.init(user: user, host: host, port: try Self.port(tail), path: decoded)
  }

  /// Reads `[user@]host:path`; nil where no colon comes before the first slash.
  init?(short text: [UInt8]) throws(RemoteURLError) {
    guard text.prefix(while: { $0 != .slash }).contains(.colon) else { return nil }
    let (user, host, tail) = try Self.split(text[...])
    guard tail.first == .colon else { throw .host(String(decoding: text, as: UTF8.self)) }
    let path = Array(tail.dropFirst())
    switch path.first {
    case nil: throw .noPath
    case .slash: self.init(user: user, host: host, port: nil, path: path)
    case .tilde:
      try Self.checkHome(path)
      self.init(user: user, host: host, port: nil, path: path)
    default: self.init(user: user, host: host, port: nil, path: [.tilde, .slash] + path)
    }
  }

  /// Splits `[user@]host` or `[user@][address]` from what follows.
  ///
  /// What ssh would take for an option is refused, and so is what a shell would take for more
  /// than a word: ssh puts both names into commands of its configuration.
  private static func split(
    _ text: ArraySlice<UInt8>
  ) throws(RemoteURLError) -> (user: String?, host: String, tail: ArraySlice<UInt8>) {
    let at = text.prefix { $0 != .colon && $0 != .opening }.lastIndex(of: UInt8(ascii: "@"))
    let machine = at.map { text[($0 + 1)...] } ?? text
    let user = at.map { text[..<$0] }
    if let user, !isUser(user) { throw .user(String(decoding: user, as: UTF8.self)) }
    if machine.first == .opening, let end = machine.firstIndex(of: .closing) {
      let address = machine[..<end].dropFirst()
      guard isAddress(address) else { throw .host(String(decoding: address, as: UTF8.self)) }
      return (name(user), String(decoding: address, as: UTF8.self), machine[(end + 1)...])
    }
    let host = machine.prefix { $0 != .colon }
    guard isHost(host) else { throw .host(String(decoding: host, as: UTF8.self)) }
    return (name(user), String(decoding: host, as: UTF8.self), machine[host.endIndex...])
  }

  private static func name(_ bytes: ArraySlice<UInt8>?) -> String? {
    bytes.map { String(decoding: $0, as: UTF8.self) }
  }

  private static func isUser(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let first = bytes.first, first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "\\")
    else { return false }
    return bytes.allSatisfy { $0 > 0x20 && !" '`\"$;&<>|(){}/".utf8.contains($0) }
  }

  private static func isHost(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let first = bytes.first, first != UInt8(ascii: "-") else { return false }
    return bytes.allSatisfy { $0.isLetterOrDigit || $0 >= 0x80 || ".-_+".utf8.contains($0) }
  }

  /// Says whether this is an address of IPv6, perhaps with the name of an interface.
  private static func isAddress(_ bytes: ArraySlice<UInt8>) -> Bool {
    let digits = bytes.prefix { $0 != UInt8(ascii: "%") }
    let interface = bytes[digits.endIndex...].dropFirst()
    guard digits.contains(.colon), digits.endIndex == bytes.endIndex || !interface.isEmpty else {
      return false
    }
    return digits.allSatisfy { Character(UnicodeScalar($0)).isHexDigit || ":.".utf8.contains($0) }
      && interface.allSatisfy { $0.isLetterOrDigit || "._-".utf8.contains($0) }
  }

  private static func port(_ tail: ArraySlice<UInt8>) throws(RemoteURLError) -> UInt16? {
    guard !tail.isEmpty else { return nil }
    let text = String(decoding: tail.dropFirst(), as: UTF8.self)
    guard tail.first == .colon, tail.dropFirst().allSatisfy(\.isDigit), let port = UInt16(text),
      port > 0
    else { throw .port(text) }
    return port
  }

  /// Checks that a far shell will expand a leading `~` to a home and to nothing else.
  private static func checkHome(_ path: [UInt8]) throws(RemoteURLError) {
    let name = path.prefix { $0 != .slash }.dropFirst()
    let isName =
      name.first.map { $0.isLetterOrDigit && !$0.isDigit || $0 == UInt8(ascii: "_") } ?? true
    guard isName, name.allSatisfy({ $0.isLetterOrDigit || "._-".utf8.contains($0) }) else {
      throw .home("~" + String(decoding: name, as: UTF8.self))
    }
  }
}

extension UInt8 {
  static let slash = UInt8(ascii: "/")
  static let colon = UInt8(ascii: ":")
  static let tilde = UInt8(ascii: "~")
  static let opening = UInt8(ascii: "[")
  static let closing = UInt8(ascii: "]")

  var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

  /// Says whether this is a letter or digit of ASCII.
  var isLetterOrDigit: Bool {
    isDigit || self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z")
  }
}
