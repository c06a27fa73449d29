/// An attribute of an element: its name is one of ours, its value is escaped, and where it is a
/// link it leads to an address of this hub.
package struct Attribute: Sendable {
  /// The attribute as it stands in a tag, with the blank before it.
  let bytes: [UInt8]

  private init(_ name: StaticString, _ value: String) {
    var bytes = Array(" \(name)=\"".utf8)
    Escape.append(value, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
    self.bytes = bytes
  }

  /// Where a link leads.
  package static func href(_ address: Address) -> Attribute { Attribute("href", address.target) }
  /// Where a link to a line of the same page leads.
  package static func href(line: Int) -> Attribute { Attribute("href", "#L\(line)") }
  /// Where a link to a part of the same page leads.
  package static func href(part: StaticString) -> Attribute { Attribute("href", "#\(part)") }
  /// Where an image is.
  package static func src(_ address: Address) -> Attribute { Attribute("src", address.target) }
  /// What stands for an image.
  package static func alt(_ text: String) -> Attribute { Attribute("alt", text) }
  /// Which rules of the style sheet hold.
  package static func style(_ name: StaticString) -> Attribute { Attribute("class", "\(name)") }
  /// What the element is called in links.
  package static func id(_ name: StaticString) -> Attribute { Attribute("id", "\(name)") }
  /// What a line is called in links.
  package static func id(line: Int) -> Attribute { Attribute("id", "L\(line)") }
  /// The language.
  package static func lang(_ name: StaticString) -> Attribute { Attribute("lang", "\(name)") }
  /// What an element is for those who do not see it.
  package static func label(_ text: StaticString) -> Attribute {
    Attribute("aria-label", "\(text)")
  }
  /// Hides an ornament from those who do not see it.
  package static let ornament = Attribute("aria-hidden", "true")
  /// Says that a link leads to where one is.
  package static let current = Attribute("aria-current", "page")
  /// What a heading of a table is for.
  package static func scope(_ name: StaticString) -> Attribute { Attribute("scope", "\(name)") }
  /// A time for programs.
  package static func datetime(_ text: String) -> Attribute { Attribute("datetime", text) }
  /// More about an element.
  package static func title(_ text: String) -> Attribute { Attribute("title", text) }
  /// What a link is to the page.
  package static func rel(_ name: StaticString) -> Attribute { Attribute("rel", "\(name)") }
  /// The name of a fact about the page.
  package static func name(_ name: StaticString) -> Attribute { Attribute("name", "\(name)") }
  /// A fact about the page.
  package static func content(_ text: StaticString) -> Attribute { Attribute("content", "\(text)") }
  /// How the page is encoded.
  package static let utf8 = Attribute("charset", "utf-8")
  /// Lets the keyboard reach what scrolls.
  package static let reachable = Attribute("tabindex", "0")
  /// That a program should not take what it is told for words.
  package static let untranslated = Attribute("translate", "no")
}
