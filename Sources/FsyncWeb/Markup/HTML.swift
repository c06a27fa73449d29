/// Markup: elements of a closed set, literals of this program, and escaped text.
///
/// There is no way to put text into it that is not escaped, and none to make an element or an
/// attribute of what is only known at run time; so a page is safe by construction, whatever
/// names, messages and contents it shows.
package struct HTML: Sendable, ExpressibleByStringLiteral {
  /// The markup as UTF-8.
  package private(set) var bytes: [UInt8]

  /// Nothing.
  package static let empty = HTML(markup: [])

  private init(markup: [UInt8]) {
    bytes = markup
  }

  /// Text, escaped.
  package init(_ text: some StringProtocol) {
    bytes = []
    Escape.append(text, to: &bytes)
  }

  /// Text of this program, escaped as any other.
  package init(stringLiteral text: String) {
    self.init(text)
  }

  /// An element with what is in it.
  package static func element(
    _ tag: Tag, _ attributes: Attribute..., @HTMLBuilder content: () -> HTML
  ) -> HTML {
    var bytes = opening(tag, attributes)
    bytes += content().bytes
    bytes += Array("</\(tag.rawValue)>".utf8)
    return HTML(markup: bytes)
  }

  /// An element that never has anything in it.
  package static func void(_ tag: VoidTag, _ attributes: Attribute...) -> HTML {
    var bytes = Array("<\(tag.rawValue)".utf8)
    for attribute in attributes { bytes += attribute.bytes }
    bytes.append(UInt8(ascii: ">"))
    return HTML(markup: bytes)
  }

  /// A whole document.
  package static func document(@HTMLBuilder _ content: () -> HTML) -> HTML {
    HTML(
      markup: Array("<!DOCTYPE html>\n".utf8)
        + element(.html, .lang("en"), content: content).bytes + [0x0a])
  }

  /// Several pieces in a row.
  package static func joined(_ pieces: some Sequence<HTML>) -> HTML {
    var bytes: [UInt8] = []
    for piece in pieces { bytes += piece.bytes }
    return HTML(markup: bytes)
  }

  private static func opening(_ tag: Tag, _ attributes: [Attribute]) -> [UInt8] {
    var bytes = Array("<\(tag.rawValue)".utf8)
    for attribute in attributes { bytes += attribute.bytes }
    bytes.append(UInt8(ascii: ">"))
    return bytes
  }

  /// The elements that pages are made of; none of them runs or embeds anything.
  package enum Tag: String, Sendable {
    case a, article, bdi, body, caption, code, dd, del, div, dl, dt, em, footer, h1, h2, h3, head
    case header, html, ins, li, main, nav, ol, p, pre, section, small, span, strong, table, tbody
    case td, th, thead, time, title, tr, ul
  }

  /// The elements that are always empty.
  package enum VoidTag: String, Sendable {
    case br, img, link, meta
  }
}

/// Puts pieces of markup together; text among them is escaped.
@resultBuilder package enum HTMLBuilder {
  /// A piece.
  package static func buildExpression(_ piece: HTML) -> HTML { piece }
  /// Text.
  package static func buildExpression(_ text: String) -> HTML { HTML(text) }
  /// Pieces in a row.
  package static func buildBlock(_ pieces: HTML...) -> HTML { .joined(pieces) }
  /// A piece that may not be there.
  package static func buildOptional(_ piece: HTML?) -> HTML { piece ?? .empty }
  /// One of two.
  package static func buildEither(first: HTML) -> HTML { first }
  /// The other of two.
  package static func buildEither(second: HTML) -> HTML { second }
  /// The pieces of a loop.
  package static func buildArray(_ pieces: [HTML]) -> HTML { .joined(pieces) }
}
