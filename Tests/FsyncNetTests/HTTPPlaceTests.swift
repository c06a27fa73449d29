import FsyncNet
import Testing

@Suite struct HTTPPlaceTests {
  private static func place(_ text: String) throws -> HTTPPlace {
    guard case .http(let place) = try RemoteURL(text, relativeTo: [0x2f]) else {
      throw RemoteURLError.unknown(scheme: text)
    }
    return place
  }

  @Test(
    arguments: [
      ("https://hub.example.org/photos", "https://hub.example.org", "/photos"),
      ("HTTPS://Hub.Example.org:443/a/b/", "https://hub.example.org", "/a/b"),
      ("http://127.0.0.1:8420/x", "http://127.0.0.1:8420", "/x"),
      ("http://[::1]:8420/x%20y", "http://[::1]:8420", "/x%20y"),
    ])
  func places(text: String, origin: String, path: String) throws {
    let place = try Self.place(text)
    #expect(place.origin == origin && place.path == path)
    #expect(try Self.place(place.description) == place)
  }

  @Test(
    arguments: [
      ("https://ada@host/x", RemoteURLError.secret), ("https://ada:secret@host/x", .secret),
      ("https://host", .noPath), ("https://host/", .noPath), ("https:///x", .host("")),
      ("https://-host/x", .host("-host")), ("https://host:0/x", .port("0")),
      ("https://host/x?y", .encoding), ("https://host/x#y", .encoding),
      ("https://host/%zz", .encoding), ("https://host/%00", .encoding),
    ])
  func refused(text: String, error: RemoteURLError) {
    #expect(throws: error) { try Self.place(text) }
  }

  @Test func loopback() throws {
    for text in ["http://127.0.0.1/x", "http://localhost:1/x", "http://[::1]/x"] {
      #expect(try Self.place(text).isLoopback)
    }
    for text in ["http://127.0.0.1.example.org/x", "http://10.0.0.1/x", "https://host/x"] {
      #expect(try !Self.place(text).isLoopback)
    }
  }

  @Test func theLongestBeginningHasTheToken() throws {
    let list = Array(
      """
      # for people
      https://hub.example.org all
      https://hub.example.org/photos  photos # mine
      https://hub.example.org/photo/ photo
      https://hub.example.org:8443 other
      https://hub too many words
      http: nothing

      """.utf8)
    func token(_ text: String) throws -> String? {
      TokenList.token(for: try Self.place(text), in: list)
    }
    #expect(try token("https://hub.example.org/photos") == "photos")
    #expect(try token("https://hub.example.org/photo") == "photo")
    #expect(try token("https://hub.example.org/photos2") == "all")
    #expect(try token("https://hub.example.org:8443/photos") == "other")
    #expect(try token("http://hub.example.org/photos") == nil)
    #expect(try token("https://hub.example.org.evil.example/photos") == nil)
    #expect(try token("https://hub.example.or/g") == nil)
  }
}
