import FsyncCore

/// Names and texts that somebody would send to do harm.
enum Hostile {
  /// Names that a tree can hold.
  static let names: [[UInt8]] = [
    Array("<script>alert(1)<".utf8), Array("\"onerror=alert(1) x=\"".utf8),
    Array("'><img src=x onerror=alert(1)>".utf8), Array("&lt;b&gt;&amp;&#39;".utf8),
    Array("javascript:alert(1)".utf8), Array("a\nb\r\nc".utf8), Array("\u{1b}[31mred".utf8),
    Array("\u{202e}gpj.exe".utf8), Array("\u{2066}a\u{2069}\u{200f}".utf8), [0xff, 0xfe, 0x80],
    [0xc3], Array("%2e%2e%2f".utf8), Array("?after=#x".utf8), Array(" lead and trail ".utf8),
    Array("a;b\\c:d*e|f".utf8), [UInt8](repeating: 0x61, count: 255),
    [UInt8](repeating: 0x3c, count: 255), Array("\u{7f}\u{85}\u{9b}".utf8), Array("-".utf8),
    Array("…ééé 日本語 עברית".utf8), Array("now".utf8), Array("C:".utf8), [0x01],
  ]

  /// The names as names.
  static var checked: [Name] { names.compactMap { try? Name($0) } }

  /// A text with all of them.
  static let text = names.joined(separator: [0x0a]) + Array("</code></td><script>x</script>\0".utf8)
}
