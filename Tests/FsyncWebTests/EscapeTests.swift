import FsyncCore
import FsyncWeb
import Testing

@Suite struct EscapeTests {
  @Test(arguments: Hostile.names) func aNameIsShownAndDoesNothing(bytes: [UInt8]) throws {
    let markup = try Markup(HTML.name(bytes))
    #expect(markup.elements.map(\.name) == ["bdi"])
    #expect(markup.text == NameText.line(bytes))
  }

  @Test(arguments: Hostile.names) func anAttributeKeepsItsQuotes(bytes: [UInt8]) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    let markup = try Markup(HTML.element(.span, .title(text), .label("x")) { text })
    #expect(markup.elements.count == 1 && markup.elements[0].attributes.count == 2)
    #expect(markup.elements[0].attributes["title"] == markup.text)
  }

  @Test func textKeepsWhatIsHarmless() throws {
    let text = "a <b> & \"c\" 'd'\n\te é 日本 👍"
    #expect(try Markup(HTML(text)).text == text)
    #expect(try Markup(HTML("\u{202e}\u{0}\u{85}")).text == "\u{fffd}\u{fffd}\u{fffd}")
  }
}
