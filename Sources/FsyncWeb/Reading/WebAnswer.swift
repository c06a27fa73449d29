internal import FsyncCore

/// What is answered to a request for a page.
package enum WebAnswer: Sendable {
  /// A page, with its entity tag.
  case page(HTML, tag: String?)
  /// What is wanted is at another address.
  case elsewhere(Address)
  /// The client has it already.
  case unchanged(tag: String, isFixed: Bool)
  /// Content to be sent.
  case download(Download)
}

/// A file name as `Content-Disposition` has it.
package enum Disposition {
  /// The header's value: always saved and never shown, under a name that harms nobody.
  ///
  /// RFC 6266, with the name as RFC 8187 codes it for those who know that.
  package static func attachment(_ name: [UInt8]) -> String {
    let plain = String(
      decoding: name.map { isPlain($0) ? $0 : UInt8(ascii: "_") }.prefix(150), as: UTF8.self)
    var text = ""
    UTF8Pieces.forEach(in: name) { piece in
      if case .scalar(let scalar, _) = piece, !isCommand(scalar) {
        text.unicodeScalars.append(scalar)
      } else {
        text += "_"
      }
    }
    return "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(URLText.encode(text.utf8))"
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x21...0x7e).contains(byte) && !"\"\\%;/".utf8.contains(byte) || byte == 0x20
  }

  private static func isCommand(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
  }
}
