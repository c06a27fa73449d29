import FsyncHub
import TestSupport
import Testing

@Suite struct TokenTests {
  @Test func whatWasMadeIsRead() throws {
    let token = AccessToken()
    let read = try #require(AccessToken(token.text))
    #expect(read.id == token.id)
    #expect(read.text == token.text)
    #expect(read.matches(token.hash))
    #expect(AccessToken().id != token.id)
  }

  @Test func anotherSecretDoesNotMatch() throws {
    let token = AccessToken()
    #expect(!AccessToken().matches(token.hash))
    #expect(!token.matches([]))
    #expect(!token.matches(token.hash + [0]))
    #expect(!token.matches(Array(token.hash.dropLast())))
    for index in token.hash.indices {
      var other = token.hash
      other[index] ^= 1
      #expect(!token.matches(other))
    }
  }

  @Test func whatIsNoTokenIsRefused() {
    let text = AccessToken().text
    for bad in [
      "", "fst-", String(text.dropLast()), text + "0", "x" + text.dropFirst(), text + " ",
    ] {
      #expect(AccessToken(bad) == nil)
    }
    #expect(AccessToken(String(text.dropLast()) + "g") == nil)
    #expect(AccessToken(text.replacing("-", with: "_")) == nil)
  }
}
