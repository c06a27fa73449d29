import FsyncCore
import FsyncWire
import TestSupport
import Testing

/// What is no bundle, is not a whole one, or was made by somebody who means harm.
@Suite struct BundleHostileTests {
  @Test func whatIsNoBundleIsToldFromWhatIsDamaged() throws {
    let host = MemoryHost("a")
    func error(_ bytes: [UInt8]) -> BundleError? {
      #expect(throws: BundleError.self) { try readBundle(bytes, into: host) }
    }
    #expect(error([]) == .notABundle)
    #expect(error(Array("PK\u{3}\u{4} and much more than a head".utf8)) == .notABundle)
    #expect(error(Array(BundleFormat.head.prefix(12))) == .truncated)
    #expect(error(BundleFormat.head) == .truncated)
    var newer = BundleFormat.head
    newer[8] = 2
    #expect(error(newer) == .version(2))
    var reserved = BundleFormat.head
    reserved[15] = 1
    #expect(error(reserved) == .checksum)
  }

  @Test func everyByteThatChangesIsSeenAndNothingIsJoined() throws {
    let (a, b, common) = try bundlePair(40)
    let bytes = try makeBundle(of: a, beyond: common)
    let before = b.current
    for offset in bytes.indices {
      var damaged = bytes
      damaged[offset] ^= 1 << UInt8(offset % 8)
      #expect(throws: (any Error).self, "byte \(offset)") { try readBundle(damaged, into: b) }
      #expect(throws: (any Error).self, "byte \(offset)") {
        try readBundle(damaged, into: b, isVerifying: true)
      }
      #expect(b.current == before && b.joins == 1)
    }
    try readBundle(bytes, into: b)
    #expect(b.current.count == 2)
  }

  @Test func aBundleThatIsCutOrGoesOnIsSeen() throws {
    let (a, b, common) = try bundlePair(40)
    let bytes = try makeBundle(of: a, beyond: common)
    let before = b.current
    for length in bytes.indices {
      #expect(throws: (any Error).self, "\(length) bytes") {
        try readBundle(Array(bytes[..<length]), into: b)
      }
    }
    for more in [[0], Array(bytes), Array(bytes.suffix(56))] as [[UInt8]] {
      #expect(throws: (any Error).self) { try readBundle(bytes + more, into: b) }
    }
    #expect(b.current == before && b.joins == 1)
  }

  /// A bundle of any messages, with the right numbers, checksums and trailer.
  private func forged(_ messages: [Message]) -> [UInt8] {
    var writer = MessageWriter()
    var bytes = BundleFormat.head
    for message in messages { writer.append(message, to: &bytes) }
    var digest = Digest.Running()
    bytes.withUnsafeBytes { digest.update($0) }
    return bytes + BundleFormat.trailer(length: UInt64(bytes.count), digest: digest.value)
  }

  @Test func whatAHostileMakerWritesIsRefused() throws {
    let (a, b, common) = try bundlePair()
    let plan = try BundlePlan(beyond: common, in: a)
    let hello = plan.hello
    var parser = MessageParser()
    parser.feed(Array(try makeBundle(of: a, beyond: common).dropFirst(16).dropLast(56)))
    var honest: [Message] = []
    while let message = try parser.next() { honest.append(message) }
    #expect(honest.count >= 3)
    var other = hello
    other.repository = RepositoryID([UInt8](repeating: 9, count: 16))
    var newer = hello
    newer.version = 9
    newer.oldest = 9
    var more = hello
    more.standing.heads = (more.standing.heads + [Digest.sha256([7])]).sorted()
    var baseless = hello
    baseless.shared = []
    var unrelated = hello
    unrelated.standing.heads = common
    let frames = honest.filter { $0.tag == .frame }
    let bad: [(String, [Message])] = [
      ("nothing", []), ("no hello", frames + [.end]), ("no end", [.hello(hello)] + frames),
      ("two hellos", [.hello(hello), .hello(hello)] + frames + [.end]),
      ("after the end", honest + frames), ("two ends", honest + [.end]),
      ("another repository", [.hello(other)] + frames + [.end]),
      ("a newer version", [.hello(newer)] + frames + [.end]),
      ("a head that is not there", [.hello(more)] + frames + [.end]),
      ("no frames", [.hello(hello), .end]),
      ("an offer", [.hello(hello), .offer(common)] + frames + [.end]),
      ("a need", [.hello(hello), .need(Need(commits: common, objects: []))] + frames + [.end]),
      ("a failure", [.hello(hello), .failure(Failure(.other))]),
      ("a joined", [.hello(hello), .joined(Joined(heads: common))]),
      ("a keep-alive", [.hello(hello), .keepAlive] + frames + [.end]),
      ("a frame that is none", [.hello(hello), .frame([1, 2, 3])] + frames + [.end]),
    ]
    let before = b.current
    for (what, messages) in bad {
      // What an earlier one brought would count as arrived.
      b.store.arrived = [:]
      #expect(throws: ExchangeError.self, "\(what)") { try readBundle(forged(messages), into: b) }
      #expect(b.current == before && b.joins == 1, "\(what)")
    }
    #expect(throws: ExchangeError.self) {
      try readBundle(forged([.hello(baseless)] + frames + [.end]), into: MemoryHost("c"))
    }
    // Heads that are here make a bundle of what nobody asked for: it is not looked at.
    #expect(try readBundle(forged([.hello(unrelated)] + frames + [.end]), into: b).isKnown)
    #expect(b.current == before)
    try readBundle(forged(honest), into: b)
    #expect(b.current.count == 2)
  }
}
