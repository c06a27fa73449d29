import FsyncCore
import FsyncWire
import TestSupport

extension Target {
  /// Messages one by one: a tag and a payload, whose checks are made here.
  static var messages: Target {
    let cast = try? Cast()
    let heads = cast?.shared ?? []
    var seeds = cast.map { (try? messageSeeds($0)) ?? [] } ?? []
    seeds += MessageTag.allCases.map { [$0.rawValue, 1, 0] }
    return Target(name: "messages", seeds: seeds) { input in
      guard let tag = input.first else { return .accepted(0) }
      var stream: [UInt8] = []
      Framing.append(tag, Array(input.dropFirst()), 0, to: &stream)
      var parser = MessageParser()
      parser.answering(heads)
      // Byte by byte where it is short: nothing may be taken before all is there.
      let piece = stream.count < 80 ? 1 : stream.count
      do {
        var message: Message?
        for start in stride(from: 0, to: stream.count, by: piece) {
          if message != nil { throw Violation("a message before its end") }
          parser.feed(Array(stream[start..<min(start + piece, stream.count)]))
          message = try parser.next()
        }
        guard let message else { throw Violation("a whole message that is not taken") }
        return try check(message, stream, heads)
      } catch let error as WireError { return .refused(error) }
    }
  }

  /// Writes a message again: there is one form for each.
  private static func check(
    _ message: Message, _ stream: [UInt8], _ heads: [ObjectID]
  ) throws -> Outcome {
    switch message {
    // A newer version may say more, and a newer reason is taken for none in particular.
    case .hello(let hello) where hello.version > WireLimits.version: break
    case .failure(let failure) where failure.code == .other: break
    default:
      var writer = MessageWriter()
      writer.answering(heads)
      var again: [UInt8] = []
      writer.append(message, to: &again)
      guard again == stream else { throw Violation("a \(message.tag) that is not canonical") }
    }
    return .accepted(Int(message.tag.rawValue), stream.count)
  }

  private static func messageSeeds(_ cast: Cast) throws -> [[UInt8]] {
    let recording = try Recording(cast.peers[0].copy(), cast.victims[0].copy(), shared: cast.shared)
    var seeds: [[UInt8]] = []
    for script in [recording.client, recording.server] {
      let stream = Script(script[...]).messages(cast.victims[0].store).flatMap { $0 }
      seeds += Framing.parts(stream).map { [$0.tag] + $0.payload }
    }
    return seeds
  }
}
