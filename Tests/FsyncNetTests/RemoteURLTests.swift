import FsyncNet
import TestSupport
import Testing

@Suite struct RemoteURLTests {
  private static let directory = bytes("/home/ada")

  private static func parse(_ text: String) throws(RemoteURLError) -> RemoteURL {
    try RemoteURL(text, relativeTo: directory)
  }

  @Test(arguments: [
    ("/srv/photos", "/srv/photos"),
    ("/", "/"),
    ("/srv//photos/", "/srv/photos"),
    ("photos", "/home/ada/photos"),
    (".", "/home/ada"),
    ("./photos/.", "/home/ada/photos"),
    ("../photos", "/home/ada/../photos"),
    ("./a:b", "/home/ada/a:b"),
    ("a/b:c", "/home/ada/a/b:c"),
    ("/a:b", "/a:b"),
    ("~/photos", "/home/ada/~/photos"),
    ("100%", "/home/ada/100%"),
    ("-x", "/home/ada/-x"),
    ("ü", "/home/ada/ü"),
    ("file:///srv/photos", "/srv/photos"),
    ("FILE:///srv/photos", "/srv/photos"),
    ("file:///srv/a%20b%25", "/srv/a b%"),
    ("file:///srv/%7e", "/srv/~"),
  ])
  func readsPaths(_ text: String, _ path: String) throws {
    #expect(try Self.parse(text) == .path(bytes(path)))
  }

  @Test(
    arguments: [
      // Text, its canonical form, user, host, port, path.
      ("ssh://host/srv", "ssh://host/srv", nil, "host", nil, "/srv"),
      ("ssh://ada@host:2222/srv", "ssh://ada@host:2222/srv", "ada", "host", 2222, "/srv"),
      ("SSH://host:022/srv", "ssh://host:22/srv", nil, "host", 22, "/srv"),
      ("ssh://host/", "ssh://host/", nil, "host", nil, "/"),
      ("ssh://host/~", "ssh://host/~", nil, "host", nil, "~"),
      ("ssh://host/~/a b", "ssh://host/~/a%20b", nil, "host", nil, "~/a b"),
      ("ssh://host/~bob/x", "ssh://host/~bob/x", nil, "host", nil, "~bob/x"),
      ("ssh://host/%7Ebob", "ssh://host/%7Ebob", nil, "host", nil, "/~bob"),
      ("ssh://host/a%25b%0A", "ssh://host/a%25b%0A", nil, "host", nil, "/a%b\n"),
      ("ssh://host/a?b#c", "ssh://host/a?b#c", nil, "host", nil, "/a?b#c"),
      ("ssh://[::1]/x", "ssh://[::1]/x", nil, "::1", nil, "/x"),
      ("ssh://a@[fe80::1%eth0]:9/x", "ssh://a@[fe80::1%eth0]:9/x", "a", "fe80::1%eth0", 9, "/x"),
      ("ssh://me@home@host/x", "ssh://me@home@host/x", "me@home", "host", nil, "/x"),
      ("ssh://DOMAIN\\ada@host/x", "ssh://DOMAIN\\ada@host/x", "DOMAIN\\ada", "host", nil, "/x"),
      ("host:/srv", "ssh://host/srv", nil, "host", nil, "/srv"),
      ("host:photos", "ssh://host/~/photos", nil, "host", nil, "~/photos"),
      ("host:-x", "ssh://host/~/-x", nil, "host", nil, "~/-x"),
      ("host:~", "ssh://host/~", nil, "host", nil, "~"),
      ("host:~/x", "ssh://host/~/x", nil, "host", nil, "~/x"),
      ("host:/~x", "ssh://host/%7Ex", nil, "host", nil, "/~x"),
      ("host:100%", "ssh://host/~/100%25", nil, "host", nil, "~/100%"),
      (
        "ada@host.example.org:a:b", "ssh://ada@host.example.org/~/a:b", "ada", "host.example.org",
        nil, "~/a:b"
      ),
      ("[::1]:x/y@z", "ssh://[::1]/~/x/y@z", nil, "::1", nil, "~/x/y@z"),
      ("ada@[::1]:/x", "ssh://ada@[::1]/x", "ada", "::1", nil, "/x"),
      ("host:22/x", "ssh://host/~/22/x", nil, "host", nil, "~/22/x"),
    ] as [(String, String, String?, String, UInt16?, String)])
  func readsMachines(
    _ text: String, _ canonical: String, _ user: String?, _ host: String, _ port: UInt16?,
    _ path: String
  ) throws {
    let url = try Self.parse(text)
    guard case .ssh(let place) = url else {
      Issue.record("\(text) is \(url)")
      return
    }
    #expect(place.user == user)
    #expect(place.host == host)
    #expect(place.port == port)
    #expect(place.path == bytes(path))
    #expect(url.description == canonical)
    #expect(try Self.parse(canonical) == url)
  }

  @Test(
    arguments: [
      ("", .empty),
      ("  ", .empty),
      ("a\nb", .controlByte),
      ("host:a\u{0}b", .controlByte),
      ("ssh://host/\u{1b}[31m", .controlByte),
      ("a\u{7f}", .controlByte),
      ("ftp://host/x", .unknown(scheme: "ftp")),
      ("git+ssh://host/x", .unknown(scheme: "git+ssh")),
      // What ssh would take for options.
      ("ssh://-oProxyCommand=x/y", .host("-oProxyCommand=x")),
      ("-oProxyCommand=x:y", .host("-oProxyCommand=x")),
      ("ssh://-l@host/y", .user("-l")),
      ("-l@host:y", .user("-l")),
      ("ssh://[-x::]/y", .host("-x::")),
      ("ssh://host:-1/y", .port("-1")),
      // What a shell of ssh's configuration would take for more than a word.
      ("a;b@host:y", .user("a;b")),
      ("$(x)@host:y", .user("$(x)")),
      ("a b@host:y", .user("a b")),
      ("a\\@host:y", .user("a\\")),
      ("h$x:y", .host("h$x")),
      ("ssh://h`x`/y", .host("h`x`")),
      ("ssh://h x/y", .host("h x")),
      ("ssh:///srv", .host("")),
      ("ssh://@host/x", .user("")),
      ("ssh://ada@/x", .host("")),
      (":x", .host("")),
      ("@host:x", .user("")),
      ("ssh://ada:secret@host/x", .port("secret@host")),
      ("ssh://host:/x", .port("")),
      ("ssh://host:0/x", .port("0")),
      ("ssh://host:65536/x", .port("65536")),
      ("ssh://host:+22/x", .port("+22")),
      ("ssh://::1/x", .host("")),
      ("ssh://[::1/x", .host("[")),
      ("ssh://[host]/x", .host("host")),
      ("ssh://[::1%]/x", .host("::1%")),
      ("ssh://[::1]x/x", .port("")),
      ("[::1]x:y", .host("[::1]x:y")),
      ("ssh://host", .noPath),
      ("ssh://host:22", .noPath),
      ("host:", .noPath),
      ("file://", .noPath),
      ("file://host/x", .host("host")),
      ("file:///a%2", .encoding),
      ("file:///a%zz", .encoding),
      ("ssh://host/a%00b", .encoding),
      // What a far shell would expand to something else.
      ("host:~+", .home("~+")),
      ("host:~-/x", .home("~-")),
      ("host:~1", .home("~1")),
      ("host:~$(x)/y", .home("~$(x)")),
      ("ssh://host/~;x", .home("~;x")),
      ("ssh://host/~a%20b", .home("~a b")),
    ] as [(String, RemoteURLError)])
  func refuses(_ text: String, _ error: RemoteURLError) {
    #expect(throws: error) { try Self.parse(text) }
    #expect(!error.description.isEmpty)
  }

  @Test func aPathThatIsNoTextHasAForm() throws {
    let directory = bytes("/a b%") + [0xff, 0x0a]
    let url = try RemoteURL("x", relativeTo: directory)
    #expect(url.description == "file:///a%20b%25%FF%0A/x")
    #expect(try Self.parse(url.description) == url)
  }

  /// Whatever is accepted parses back from its canonical form, and holds nothing that ssh takes
  /// for an option.
  @Test(arguments: UInt64(0)..<40)
  func whatIsAcceptedIsHarmlessAndHasAForm(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let pieces = [
      "ssh://", "file://", "https://", "http://", "a", "host", "-", "@", ":", "/", "//", "~", ".",
      "..", "[", "]", "::1",
      "%", "%41", "%7E", "%2F", "%ff", " ", "22", "ü", "$", "'", "\\", "?",
    ]
    for _ in 0..<500 {
      let text = (0..<(1 + random.below(9))).map { _ in random.pick(pieces) }.joined()
      guard let url = try? Self.parse(text) else { continue }
      let canonical = url.description
      #expect(try Self.parse(canonical) == url, "seed \(seed): \(text), \(canonical)")
      #expect(try Self.parse(canonical).description == canonical, "seed \(seed): \(text)")
      switch url {
      case .path(let path): #expect(path.first == 0x2f, "seed \(seed): \(text)")
      case .http(let place):
        #expect(!place.host.isEmpty && place.path.first == "/", "seed \(seed): \(text)")
      case .ssh(let place):
        #expect(place.host.first != "-" && place.user?.first != "-", "seed \(seed): \(text)")
        #expect(!place.host.isEmpty && place.user != "", "seed \(seed): \(text)")
        #expect(place.path.first == 0x2f || place.path.first == 0x7e, "seed \(seed): \(text)")
      }
    }
  }
}
