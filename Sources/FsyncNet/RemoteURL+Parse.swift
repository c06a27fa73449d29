extension RemoteURL {
  /// Reads `ssh://[user@]host[:port]/path`, `[user@]host:path`, `https://host[:port]/name`,
  /// `file:///path`, or a path.
  ///
  /// As in git, a colon before any slash makes a host, so `./a:b` is a path. `%` and two digits
  /// stand for a byte in the paths of URLs, and for themselves elsewhere. A relative path of a
  /// host starts at the far home, as `~/` does.
  /// - Parameters:
  ///   - text: what a person wrote.
  ///   - directory: where a relative path starts; absolute.
  package init(_ text: String, relativeTo directory: [UInt8]) throws(RemoteURLError) {
    let bytes = Array(text.utf8)
    guard bytes.contains(where: { $0 != 0x20 }) else { throw .empty }
    guard !bytes.contains(where: \.isControl) else { throw .controlByte }
    if let (scheme, rest) = Self.scheme(bytes) {
      switch scheme {
      case "ssh": self = .ssh(try SSHPlace(afterScheme: rest))
      case "file": self = .path(try Self.filePath(rest))
      case "http", "https":
        self = .http(try HTTPPlace(afterScheme: rest, isSecure: scheme == "https"))
      default: throw .unknown(scheme: scheme)
      }
    } else if let place = try SSHPlace(short: bytes) {
      self = .ssh(place)
    } else {
      self = .path(Self.tidy(bytes.first == .slash ? bytes : directory + [.slash] + bytes))
    }
  }

  /// Splits at `://` after letters, digits, `+`, `-` and `.`; nil where there is no scheme.
  private static func scheme(_ bytes: [UInt8]) -> (name: String, rest: ArraySlice<UInt8>)? {
    guard let colon = bytes.firstIndex(of: .colon), colon > 0,
      bytes[colon...].starts(with: "://".utf8),
      bytes[..<colon].allSatisfy({ $0.isLetterOrDigit || "+-.".utf8.contains($0) })
    else { return nil }
    return (String(decoding: bytes[..<colon], as: UTF8.self).lowercased(), bytes[(colon + 3)...])
  }

  private static func filePath(_ rest: ArraySlice<UInt8>) throws(RemoteURLError) -> [UInt8] {
    guard !rest.isEmpty else { throw .noPath }
    guard rest.first == .slash else {
      throw .host(String(decoding: rest.prefix { $0 != .slash }, as: UTF8.self))
    }
    guard let path = PercentCoding.decode(rest) else { throw .encoding }
    return tidy(path)
  }

  /// Leaves out empty components and `.`; `..` stays, since what it means depends on symlinks.
  private static func tidy(_ path: [UInt8]) -> [UInt8] {
    let parts = path.split(separator: .slash).filter { $0 != [UInt8(ascii: ".")] }
    return parts.isEmpty ? [.slash] : parts.flatMap { [.slash] + $0 }
  }
}
