/// Names and texts from elsewhere, made fit to be printed.
///
/// What a peer or a file system calls something may hold line feeds, terminal commands or bytes
/// that are no text; printed as they are, they could forge lines or worse.
package enum NameText {
  /// A name as git prints it: as it is, or in double quotes with escapes where it holds a
  /// control character, a quote, a backslash, or bytes that are not UTF-8.
  package static func quoted(_ bytes: [UInt8]) -> String {
    var isPlain = true
    UTF8Pieces.forEach(in: bytes) { piece in
      guard case .scalar(let scalar, _) = piece else { return isPlain = false }
      if isCommand(scalar) || scalar == "\"" || scalar == "\\" { isPlain = false }
    }
    if isPlain { return String(decoding: bytes, as: UTF8.self) }
    return "\"\(escaped(bytes) { $0 == "\"" || $0 == "\\" || isCommand($0) })\""
  }

  /// A path; the root is `.`.
  package static func quoted(_ path: Path) -> String { path.isRoot ? "." : quoted(path.bytes) }

  /// Text for people: all but line feeds and tabs that commands a terminal becomes an escape.
  package static func visible(_ bytes: [UInt8]) -> String {
    escaped(bytes) { $0 != "\n" && $0 != "\t" && isCommand($0) }
  }

  /// Text for one line.
  package static func line(_ bytes: [UInt8]) -> String { escaped(bytes, isCommand) }

  private static func escaped(_ bytes: [UInt8], _ isEscaped: (Unicode.Scalar) -> Bool) -> String {
    var text = String.UnicodeScalarView()
    UTF8Pieces.forEach(in: bytes) { piece in
      if case .scalar(let scalar, _) = piece, !isEscaped(scalar) {
        text.append(scalar)
      } else {
        for byte in bytes[piece.range] { text.append(contentsOf: escape(byte).unicodeScalars) }
      }
    }
    return String(text)
  }

  private static func escape(_ byte: UInt8) -> String {
    switch byte {
    case 0x07: return "\\a"
    case 0x08: return "\\b"
    case 0x09: return "\\t"
    case 0x0a: return "\\n"
    case 0x0b: return "\\v"
    case 0x0c: return "\\f"
    case 0x0d: return "\\r"
    case 0x22: return "\\\""
    case 0x5c: return "\\\\"
    default:
      let digits = String(byte, radix: 8)
      return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
    }
  }

  /// Says whether a scalar commands a terminal: C0 and C1 controls, and what turns the direction
  /// of writing.
  private static func isCommand(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f...0x9f, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true
    default: false
    }
  }
}
