/// What a repository of a hub is called: one component of a path and of a URL.
///
/// 1 to 100 letters, digits, `-`, `_` and `.` of ASCII, the first a letter or a digit; so a name
/// needs no escaping anywhere, is no hidden file, and cannot lead out of the hub.
package struct RepositoryName: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The name.
  package let text: String

  /// Accepts a name; nil for what is none, or is a path that the hub itself answers.
  package init?(_ text: some StringProtocol) {
    let bytes = text.utf8
    guard (1...100).contains(bytes.count), let first = bytes.first, Self.isAlphanumeric(first),
      bytes.allSatisfy({ Self.isAlphanumeric($0) || "-_.".utf8.contains($0) }),
      !Self.reserved.contains(text.lowercased())
    else { return nil }
    self.text = String(text)
  }

  /// Paths of the hub's own.
  private static let reserved: Set<String> = ["healthz", "metrics", "favicon.ico", "robots.txt"]

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }

  /// The name.
  package var description: String { text }

  /// Orders names by their bytes.
  package static func < (left: Self, right: Self) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }
}
