import FsyncHub
import Glibc
import TestSupport
import Testing

@Suite final class GateTests {
  private let directory: TemporaryDirectory
  private let hub: Hub

  init() throws {
    let directory = try TemporaryDirectory()
    hub = try Hub(at: Array(directory.path.utf8))
    self.directory = directory
  }

  private static let zeros = String(repeating: "00", count: 32)

  private func name(_ text: String) throws -> RepositoryName {
    try #require(RepositoryName(text))
  }

  private func make(_ names: String...) throws {
    for text in names { try hub.create(try name(text)) }
  }

  private func verdict(
    _ gate: Gate, _ text: String, _ token: String?, from address: String = "1"
  ) throws -> Gate.Verdict {
    try gate.verdict(on: RepositoryName(text), token: token, from: address)
  }

  @Test func anOpenGateLetsEverybodyInUntilThereIsAToken() throws {
    try make("notes")
    let (open, shut) = (Gate(hub, isOpen: true), Gate(hub, isOpen: false))
    #expect(try verdict(open, "notes", nil) == .granted(.write, token: nil))
    #expect(try verdict(open, "absent", nil) == .hidden)
    #expect(try verdict(shut, "notes", nil) == .unknown)
    let (token, grant) = try hub.addToken(label: "x", read: .all, write: .some([]))
    #expect(try verdict(open, "notes", nil) == .unknown)
    #expect(try verdict(open, "notes", token.text) == .granted(.read, token: grant.id))
    // Not even when the last one is taken back: forgetting must not open what was shut.
    try hub.revokeToken(grant.id)
    #expect(try verdict(open, "notes", nil) == .unknown)
    #expect(try verdict(open, "notes", token.text) == .unknown)
  }

  @Test func rightsAreThoseOfTheToken() throws {
    try make("notes", "photos", "secret")
    let gate = Gate(hub, isOpen: false)
    let (token, grant) = try hub.addToken(
      label: "laptop", read: .some([try name("photos")]), write: .some([try name("notes")]))
    let (admin, all) = try hub.addToken(label: "all", read: .some([]), write: .all)
    #expect(try verdict(gate, "notes", token.text) == .granted(.write, token: grant.id))
    #expect(try verdict(gate, "photos", token.text) == .granted(.read, token: grant.id))
    #expect(try verdict(gate, "secret", admin.text) == .granted(.write, token: all.id))
    #expect(
      try gate.visible(token: token.text, from: "1").get().names.map(\.text) == ["notes", "photos"])
    try make("later")
    #expect(try verdict(gate, "later", admin.text) == .granted(.write, token: all.id))
  }

  @Test func whatIsNotForATokenIsAsIfItWereNotThere() throws {
    try make("notes", "secret")
    let gate = Gate(hub, isOpen: false)
    let (token, _) = try hub.addToken(
      label: "x", read: .some([try name("notes")]), write: .some([]))
    for text in ["secret", "absent", "..", ".hub", ""] {
      #expect(try verdict(gate, text, token.text) == .hidden)
      #expect(try verdict(gate, text, nil) == .unknown)
      #expect(try verdict(gate, text, AccessToken().text, from: text) == .unknown)
    }
  }

  @Test func guessesAreLimitedByAddress() throws {
    try make("notes")
    let gate = Gate(hub, isOpen: false)
    let (token, grant) = try hub.addToken(label: "x", read: .all, write: .all)
    for _ in 0..<10 { #expect(try verdict(gate, "notes", "wrong", from: "9") == .unknown) }
    // The right one does not help any more, and others are not harmed.
    guard case .wait(let seconds) = try verdict(gate, "notes", token.text, from: "9") else {
      Issue.record("not limited")
      return
    }
    #expect(seconds > 0 && seconds <= 10)
    #expect(try verdict(gate, "notes", token.text, from: "8") == .granted(.write, token: grant.id))
    // To show nothing is no guess: a browser does so each time.
    for _ in 0..<20 { #expect(try verdict(gate, "notes", nil, from: "7") == .unknown) }
  }

  @Test func aLabelIsOneLine() throws {
    try make("notes")
    for label in ["", "a\nb", "a\u{1b}[2J", String(repeating: "x", count: 201)] {
      #expect(throws: HubError.self) {
        try hub.addToken(label: label, read: .all, write: .all)
      }
    }
    #expect(try hub.grants() == nil)
  }

  @Test func aTokenForWhatIsNotThereIsRefused() throws {
    try make("notes")
    let absent = try name("absent")
    #expect(throws: HubError.self) {
      try hub.addToken(label: "x", read: .some([absent]), write: .some([]))
    }
    #expect(try hub.grants() == nil)
  }

  @Test func tokensAreForNobodyElseToRead() throws {
    try make("notes")
    let (token, _) = try hub.addToken(label: "x \"quoted\" = [1]\\", read: .all, write: .some([]))
    var status = stat()
    #expect(stat(directory.path + "/.hub/tokens", &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
    #expect(stat(directory.path + "/.hub", &status) == 0)
    #expect(status.st_mode & 0o777 == 0o700)
    let text = String(decoding: try directory.read(".hub/tokens"), as: UTF8.self)
    let secret = try #require(token.text.split(separator: "-").last)
    #expect(!text.contains(secret))
    #expect(try hub.grants()?.map(\.label) == ["x \"quoted\" = [1]\\"])
  }

  @Test(
    arguments: [
      "nonsense", "[zz]\nhash = 1", "\u{0}", "00000000", "\n\n x",
      "00000000 \(GateTests.zeros) 1 read= write=",
      "00000000 \(GateTests.zeros) 1 write= read= label",
      "0000000 \(GateTests.zeros) 1 read= write= label",
      "00000000 \(GateTests.zeros)00 1 read= write= label",
      "00000000 \(GateTests.zeros) x read= write= label",
      "00000000 \(GateTests.zeros) 1 read=../x write= label",
      "00000000 \(GateTests.zeros) 1 read=a,*,b write= label",
      "00000000 \(GateTests.zeros) 1 read= write= la\u{7}bel",
    ])
  func aDamagedFileLetsNobodyIn(text: String) throws {
    try make("notes")
    let (token, _) = try hub.addToken(label: "x", read: .all, write: .all)
    try directory.write(".hub/tokens", Array(text.utf8))
    let gate = Gate(hub, isOpen: true)
    for shown in [token.text, nil] {
      #expect(throws: HubError.self) { try verdict(gate, "notes", shown) }
    }
  }
}
