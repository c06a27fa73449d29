import FsyncWeb

/// A page taken apart by a reader that is stricter than any browser: what it does not know, or
/// what is not closed, quoted or escaped as we do it, is an error.
struct Markup {
  /// What is wrong with a page.
  struct Flaw: Error { let text: String }

  /// The elements' names in order, with their attributes.
  private(set) var elements: [(name: String, attributes: [String: String])] = []
  /// All text, decoded.
  private(set) var text = ""

  private static let known: Set<String> = [
    "a", "article", "bdi", "body", "caption", "code", "dd", "del", "div", "dl", "dt", "em",
    "footer", "h1", "h2", "h3", "head", "header", "html", "ins", "li", "main", "nav", "ol", "p",
    "pre", "section", "small", "span", "strong", "table", "tbody", "td", "th", "thead", "time",
    "title", "tr", "ul",
  ]
  private static let void: Set<String> = ["br", "img", "link", "meta"]
  private static let attributes: Set<String> = [
    "alt", "aria-current", "aria-hidden", "aria-label", "charset", "class", "content", "datetime",
    "href", "id", "lang", "name", "rel", "scope", "src", "tabindex", "title", "translate",
  ]

  /// Takes a page apart.
  init(_ html: HTML) throws {
    guard let page = String(validating: html.bytes, as: UTF8.self) else {
      throw Flaw(text: "not UTF-8")
    }
    for scalar in page.unicodeScalars {
      let isCommand =
        switch scalar.value {
        case 9, 10: false
        case 0..<32, 0x7f...0x9f, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true
        default: false
        }
      if isCommand { throw Flaw(text: "a control character: \(scalar.value)") }
    }
    var rest = Substring(page)
    if rest.hasPrefix("<!DOCTYPE html>") { rest.removeFirst(15) }
    var open: [String] = []
    while !rest.isEmpty {
      let run = rest.prefix { $0 != "<" }
      text += try Self.decode(run)
      rest = rest.dropFirst(run.count)
      guard !rest.isEmpty else { break }
      guard let end = rest.firstIndex(of: ">") else { throw Flaw(text: "a tag without an end") }
      let tag = rest[rest.index(after: rest.startIndex)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("/") {
        guard open.popLast() == String(tag.dropFirst()) else { throw Flaw(text: "</\(tag)>") }
        continue
      }
      let (name, attributes) = try Self.tag(tag)
      elements.append((name, attributes))
      if Self.void.contains(name) { continue }
      guard Self.known.contains(name) else { throw Flaw(text: "<\(name)>") }
      open.append(name)
    }
    guard open.isEmpty else { throw Flaw(text: "not closed: \(open)") }
  }

  private static func tag(_ text: Substring) throws -> (String, [String: String]) {
    let name = text.prefix { $0.isLetter || $0.isNumber }
    var rest = text.dropFirst(name.count)
    var found: [String: String] = [:]
    while !rest.isEmpty {
      guard rest.first == " " else { throw Flaw(text: "in a tag: \(text)") }
      rest.removeFirst()
      let key = rest.prefix { $0 != "=" }
      rest = rest.dropFirst(key.count)
      guard attributes.contains(String(key)), rest.hasPrefix("=\"") else {
        throw Flaw(text: "an attribute: \(key)")
      }
      rest = rest.dropFirst(2)
      let value = rest.prefix { $0 != "\"" }
      rest = rest.dropFirst(value.count)
      guard rest.first == "\"" else { throw Flaw(text: "no quote after \(key)") }
      rest.removeFirst()
      found[String(key)] = try decode(value)
    }
    return (String(name), found)
  }

  private static let entities = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "#39": "'",
  ]

  private static func decode(_ text: Substring) throws -> String {
    guard !text.contains(where: { "<>\"'".contains($0) }) else {
      throw Flaw(text: "not escaped: \(text)")
    }
    var result = ""
    for (index, part) in text.split(separator: "&", omittingEmptySubsequences: false).enumerated() {
      guard index > 0 else {
        result += part
        continue
      }
      guard let end = part.firstIndex(of: ";"), let meaning = entities[String(part[..<end])] else {
        throw Flaw(text: "an entity: &\(part)")
      }
      result += meaning + part[part.index(after: end)...]
    }
    return result
  }

  /// Where links and pictures of the page lead.
  var links: [String] {
    elements.compactMap { $0.attributes["href"] ?? $0.attributes["src"] }
  }
}
