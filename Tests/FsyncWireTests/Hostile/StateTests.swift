import FsyncCore
import FsyncWire
import TestSupport
import Testing

/// Every kind of message at every moment of a session, on both sides.
@Suite struct StateTests {
  /// What each moment makes of each kind of message, in the order of their tags.
  ///
  /// `.` it goes on; `x` the message has no meaning here; `f` the other side's failure is passed
  /// on; `d` what was promised did not come.
  private static let table: [(verdicts: String, moment: Moment)] = [
    // Hello, welcome, frame, offer, want, end, need, ack, joined, keep-alive, failure, absent,
    // fetch, lacking, outline.
    (". x x x x x x x x . f x . x x", .beforeHello),
    ("x x . . x . x x x . f . x x x", .whileSending),
    ("x x . . x . . . . . f . x x x", .whileReceiving),
    ("x x . . x d . . . . f . x x x", .afterNeed),
    ("x x x x x x . . . . f x x x x", .afterJoin),
    ("x x x x x x x x x . f x . x x", .whileAnswering),
    ("x . x x x x x x x . f x x x x", .beforeWelcome),
    ("x x . . x . x x x . f . x x x", .clientSending),
    ("x x . . x . . . . . f . x x x", .clientReceiving),
    ("x x . . x d . . . . f . x x x", .clientAfterNeed),
    ("x x x x x x . . . . f x x x x", .clientAfterJoin),
    ("x x x x x x x x . . f x x x x", .sameHeads),
    ("x x . x x x x x x . f x x . x", .afterFetch),
  ]

  @Test func theTableIsWhole() {
    #expect(Self.table.map(\.moment) == Moment.allCases)
  }

  @Test(arguments: Moment.allCases) func everyMessageHasItsMoment(moment: Moment) throws {
    let row = try #require(Self.table.first { $0.moment == moment })
    let verdicts = row.verdicts.split(separator: " ")
    try #require(verdicts.count == MessageTag.allCases.count)
    for (tag, verdict) in zip(MessageTag.allCases, verdicts) {
      let scene = try Scene(moment)
      let error = try scene.verdict { writer in
        var bytes: [UInt8] = []
        writer.append(scene.message(tag), to: &bytes)
        return bytes
      }
      let expected: WireError? =
        switch verdict {
        case "x": .unexpected(tag)
        case "f": .failed(Failure(.full))
        case "d": .disconnected(Scene.unknown)
        default: nil
        }
      #expect(error == expected, "\(tag) \(moment)")
    }
  }

  /// A message as it should be, changed on its way.
  private enum Spoiling: CaseIterable {
    case tag, length, head, payload, end, repeated, trailing, bound

    /// What it is taken for; the very first message proves that somebody speaks the protocol at all.
    func isRight(_ error: WireError?, _ tag: MessageTag, isFirst: Bool) -> Bool {
      switch (self, error) {
      case (_, .notFsync): isFirst
      case (.tag, .unknownTag), (.bound, .tooLarge): !isFirst
      // It may have no bytes at all.
      case (.length, .tooLarge(.keepAlive)), (.trailing, .tooLarge(.keepAlive)): !isFirst
      case (.length, .checksum), (.head, .checksum), (.payload, .checksum), (.end, .checksum),
        (.repeated, .checksum):
        !isFirst
      case (.trailing, .malformed(tag, _)): true
      default: false
      }
    }
  }

  @Test(arguments: Moment.allCases) func everyMessageIsChecked(moment: Moment) throws {
    for tag in MessageTag.allCases {
      for spoiling in Spoiling.allCases {
        // A frame's payload may be anything, to whoever takes it off the line.
        if tag == .frame, spoiling == .trailing { continue }
        let scene = try Scene(moment)
        var isFirst = false
        let error = try scene.verdict { writer in
          var bytes: [UInt8] = []
          isFirst = writer.number == 0
          Self.spoil(scene.message(tag), spoiling, &writer, &bytes)
          return bytes
        }
        #expect(
          spoiling.isRight(error, tag, isFirst: isFirst), "\(tag) \(spoiling): \(error as Any)")
      }
    }
  }

  private static func spoil(
    _ message: Message, _ spoiling: Spoiling, _ writer: inout MessageWriter, _ bytes: inout [UInt8]
  ) {
    let number = writer.number
    writer.append(message, to: &bytes)
    // A tag, a varint of one or two bytes, two bytes of check, the payload, eight bytes of check.
    let head = bytes[1] & 0x80 == 0 ? 4 : 5
    let payload = Array(bytes[head..<bytes.count - 8])
    switch spoiling {
    case .tag: bytes[0] = 0x70
    case .length: bytes[1] ^= 1
    case .head: bytes[head - 1] ^= 0x80
    case .payload: bytes[bytes.count > head + 8 ? head : bytes.count - 1] ^= 4
    case .end: bytes[bytes.count - 1] ^= 1
    case .repeated: bytes = frame(message.tag, payload, number &+ 1)
    case .trailing: bytes = frame(message.tag, payload + [0], number)
    case .bound: bytes = frame(message.tag, [], number, length: message.tag.bound + 1)
    }
  }

  /// A message with checks that are right, whatever is in it.
  private static func frame(
    _ tag: MessageTag, _ payload: [UInt8], _ number: UInt64, length: Int? = nil
  ) -> [UInt8] {
    var writer = ByteWriter()
    writer.byte(tag.rawValue)
    writer.count(length ?? payload.count)
    writer.fixed(UInt16(truncatingIfNeeded: Checksum.xxh3(writer.bytes, seed: ~number)))
    writer.raw(payload)
    writer.fixed(Checksum.xxh3(writer.bytes, seed: number))
    return writer.bytes
  }
}
