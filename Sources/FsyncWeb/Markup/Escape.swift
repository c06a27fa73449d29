/// Text as it stands in markup, within elements and within quoted values of attributes alike.
enum Escape {
  /// Appends text: what means something in markup as an entity, and a replacement character for
  /// what commands a terminal or turns the direction of writing.
  static func append(_ text: some StringProtocol, to bytes: inout [UInt8]) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": bytes += Array("&amp;".utf8)
      case "<": bytes += Array("&lt;".utf8)
      case ">": bytes += Array("&gt;".utf8)
      case "\"": bytes += Array("&quot;".utf8)
      case "'": bytes += Array("&#39;".utf8)
      case "\n", "\t": bytes.append(UInt8(ascii: scalar))
      default:
        let shown = isCommand(scalar) ? "\u{fffd}" : scalar
        bytes += Array(String(shown).utf8)
      }
    }
  }

  private static func isCommand(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f...0x9f, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true
    default: false
    }
  }
}
