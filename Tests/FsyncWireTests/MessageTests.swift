import FsyncCore
import FsyncWire
import TestSupport
import Testing

@Suite struct MessageTests {
  static func id(_ number: UInt8) -> ObjectID { Digest.sha256([number]) }
  static func replica(_ number: UInt8) -> ReplicaID {
    identity([UInt8](repeating: number, count: 16))
  }
  static let heads = [id(1), id(2)].sorted()

  static var standing: Standing {
    Standing(
      replica: replica(9), name: Array("laptop".utf8), heads: heads,
      beyond: VersionVector([
        replica(1): [.init(sequence: 7, commit: heads[0]), .init(sequence: 9, commit: id(3))],
        replica(2): [.init(sequence: 1, commit: heads[1])],
      ]), completeness: .pruned, delivered: 12345)
  }

  private static func identified(_ byte: UInt8) -> RepositoryID {
    guard let id = RepositoryID([UInt8](repeating: byte, count: 16)) else {
      preconditionFailure("an id has 16 bytes")
    }
    return id
  }

  /// One of every kind, and the corners of those that have any.
  static var messages: [Message] {
    var selection = Selection(count: 11)
    selection[0] = true
    selection[10] = true
    let repository = RepositoryID([UInt8](repeating: 5, count: 16))
    var other = standing
    other.heads = [id(4)]
    other.beyond = VersionVector()
    return [
      .hello(Hello(repository: nil, shared: heads, standing: standing)),
      .hello(Hello(repository: repository, shared: [], standing: standing)),
      .hello(Hello(repository: repository, shared: [id(8)], standing: other)),
      .welcome(Welcome(repository: repository, knowsShared: true, standing: standing)),
      .welcome(Welcome(repository: nil, knowsShared: false, standing: other)),
      .frame([1, 2, 3]), .frame([]), .offer([id(2), id(1)]), .want(selection),
      .want(Selection(count: 0)), .end, .need(Need(commits: [id(1), id(2)], objects: [])),
      .need(Need(commits: [], objects: [id(3)])), .ack(1 << 40),
      .joined(Joined(heads: heads, view: id(6), conflicts: 3, problems: 1)),
      .joined(Joined(heads: [])), .keepAlive, .failure(Failure(.full, Array("no space".utf8))),
      .failure(Failure(.other)), .lacking([]), .lacking([id(1), id(2)].sorted()),
      .fetch(Fetch(repository: identified(5), ids: [id(1), id(2), id(3)])), .absent([id(7)]),
      .absent(heads), .outline(Outline(objects: 300, files: 2)),
    ]
  }

  private func encode(_ messages: [Message]) -> [UInt8] {
    var writer = MessageWriter()
    writer.answering(Self.heads)
    var bytes: [UInt8] = []
    for message in messages { writer.append(message, to: &bytes) }
    return bytes
  }

  private func parser() -> MessageParser {
    var parser = MessageParser()
    parser.answering(Self.heads)
    return parser
  }

  @Test(arguments: [1, 2, 5, 64, 100_000])
  func everyMessageComesBackWhateverThePieces(piece: Int) throws {
    let bytes = encode(Self.messages)
    var parser = parser()
    var result: [Message] = []
    var offset = 0
    while offset < bytes.count {
      let end = min(bytes.count, offset + piece)
      parser.feed(Array(bytes[offset..<end]))
      offset = end
      while let message = try parser.next() { result.append(message) }
    }
    #expect(result == Self.messages)
    #expect(parser.isBetweenMessages)
  }

  @Test func everyTruncationIsSeen() throws {
    for message in Self.messages {
      let bytes = encode([message])
      for length in 1..<bytes.count {
        var parser = parser()
        parser.feed(Array(bytes[..<length]))
        #expect(try parser.next() == nil)
        #expect(!parser.isBetweenMessages)
      }
    }
  }

  @Test func everyFlippedBitIsSeen() throws {
    let first = encode([.keepAlive])
    for message in Self.messages {
      let whole = encode([.keepAlive, message])
      for position in first.count..<whole.count {
        for bit in 0..<8 {
          var bytes = whole
          bytes[position] ^= 1 << bit
          var parser = parser()
          parser.feed(bytes)
          #expect(try parser.next() == .keepAlive)
          // Either an error, or a longer length whose bytes never come.
          let next = try? parser.next()
          #expect(next == nil || next == .some(nil))
        }
      }
    }
  }

  @Test func lostRepeatedAndSwappedMessagesAreSeen() throws {
    let one = encode([.ack(1)])
    let two = Array(encode([.ack(1), .ack(2)]).dropFirst(one.count))
    for stream in [one + one, two, two + one] {
      var parser = parser()
      parser.feed(stream)
      #expect(throws: WireError.self) {
        while try parser.next() != nil {}
      }
    }
  }

  struct Hostile: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let expected: WireError
  }

  /// Messages whose checksum is right and whose content is not.
  static func sealed(_ tag: UInt8, _ payload: [UInt8], length: [UInt8]? = nil) -> [UInt8] {
    var bytes = [tag]
    var writer = ByteWriter()
    writer.count(payload.count)
    bytes += length ?? writer.bytes
    var check = ByteWriter()
    check.fixed(UInt16(truncatingIfNeeded: Checksum.xxh3(bytes, seed: ~0)))
    bytes += check.bytes
    bytes += payload
    var tail = ByteWriter()
    tail.fixed(Checksum.xxh3(bytes))
    return bytes + tail.bytes
  }

  static let hostile: [Hostile] = [
    Hostile(
      testDescription: "a login banner", bytes: Array("Welcome to host\n".utf8),
      expected: .notFsync(Array("Welcome to host\n".utf8))),
    Hostile(
      testDescription: "a frame that claims a terabyte",
      bytes: [3, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20],
      expected: .notFsync([3, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20])),
    Hostile(
      testDescription: "a length with padding", bytes: sealed(6, [], length: [0x80, 0]),
      expected: .malformed(.end, .number)),
    Hostile(
      testDescription: "an end with content", bytes: sealed(6, [0]),
      expected: .malformed(.end, .trailing)),
    Hostile(
      testDescription: "an empty offer", bytes: sealed(4, [0]),
      expected: .malformed(.offer, .notCanonical)),
    Hostile(
      testDescription: "an offer that claims more than it has", bytes: sealed(4, [0xff, 0x3f]),
      expected: .malformed(.offer, .truncated)),
    Hostile(
      testDescription: "nothing that is absent", bytes: sealed(12, [0]),
      expected: .malformed(.absent, .notCanonical)),
    Hostile(
      testDescription: "absent commits out of order",
      bytes: sealed(12, [2] + heads[1].bytes + heads[0].bytes),
      expected: .malformed(.absent, .order)),
    Hostile(
      testDescription: "a want with bits beyond its end", bytes: sealed(5, [3, 0x10]),
      expected: .malformed(.want, .notCanonical)),
    Hostile(
      testDescription: "a need for nothing", bytes: sealed(7, [0, 0]),
      expected: .malformed(.need, .notCanonical)),
    Hostile(
      testDescription: "a need out of order",
      bytes: sealed(7, [2] + heads[1].bytes + heads[0].bytes + [0]),
      expected: .malformed(.need, .order)),
    Hostile(
      testDescription: "joined with heads that need not be said",
      bytes: sealed(9, [1, 2] + heads[0].bytes + heads[1].bytes + [0, 0, 0]),
      expected: .malformed(.joined, .notCanonical)),
    Hostile(
      testDescription: "a hello of nobody", bytes: sealed(1, Array("fsyn".utf8)),
      expected: .malformed(.hello, .notCanonical)),
    Hostile(
      testDescription: "a hello of another program", bytes: sealed(1, Array("sftp".utf8) + [1, 1]),
      expected: .malformed(.hello, .notCanonical)),
    Hostile(
      testDescription: "a hello of a newer version only",
      bytes: sealed(1, Array("fsyn".utf8) + [9, 9, 0xff]), expected: .version(9)),
  ]

  @Test(arguments: hostile)
  func hostileBytesAreRefused(_ hostile: Hostile) {
    var parser = parser()
    parser.feed(hostile.bytes)
    #expect(throws: hostile.expected) { try parser.next() }
  }

  @Test func oversizedMessagesAreRefusedBeforeTheyCome() throws {
    for tag in MessageTag.allCases {
      var parser = parser()
      parser.feed(encode([.keepAlive]))
      #expect(try parser.next() == .keepAlive)
      var length = ByteWriter()
      length.byte(tag.rawValue)
      length.count(tag.bound + 1)
      parser.feed(length.bytes)
      #expect(throws: WireError.tooLarge(tag)) { try parser.next() }
    }
    var parser = parser()
    parser.feed(encode([.keepAlive]) + [77])
    #expect(try parser.next() == .keepAlive)
    #expect(throws: WireError.unknownTag(77)) { try parser.next() }
  }

  @Test("a damaged length is seen before so many bytes are waited for")
  func damagedLength() throws {
    var writer = MessageWriter()
    var bytes: [UInt8] = []
    writer.append(.ack(1), to: &bytes)
    let first = bytes.count
    writer.append(.frame([UInt8](repeating: 7, count: 300)), to: &bytes)
    for bit in 0..<16 {
      var damaged = bytes
      damaged[first + 1 + bit / 8] ^= 1 << UInt8(bit % 8)
      var parser = MessageParser()
      parser.feed(Array(damaged[..<(first + 6)]))
      #expect(try parser.next() == .ack(1))
      #expect(throws: WireError.self) { _ = try parser.next() }
    }
  }

  @Test func aNewerHelloMayHaveMoreFields() throws {
    var hello = Hello(repository: nil, shared: [], standing: Self.standing)
    hello.version = 5
    var payload = encode([.hello(hello)])
    payload = Array(payload.dropFirst(5).dropLast(8))
    var parser = parser()
    parser.feed(Self.sealed(1, payload + [1, 2, 3]))
    #expect(try parser.next() == .hello(hello))
  }

  @Test(arguments: UInt64(0)..<200)
  func randomPayloadsNeverTrapAndAreCanonical(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let tag = random.pick(MessageTag.allCases)
    guard tag != .frame else { return }
    var parser = parser()
    var start = encode([random.pick(Self.messages.filter { $0.tag == tag })])
    // Keep the message's form and change some bytes of its payload.
    var payload = Array(start.dropFirst(start.count > 140 ? 5 : 4).dropLast(8))
    for _ in 0..<(1 + random.below(3)) where !payload.isEmpty {
      payload[random.below(payload.count)] = UInt8(random.below(256))
    }
    start = Self.sealed(tag.rawValue, payload)
    parser.feed(start)
    guard let message = try? parser.next() else { return }
    if case .failure = message { return }
    #expect(encode([message]) == start)
  }
}
