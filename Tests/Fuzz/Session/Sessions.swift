import FsyncCore
import FsyncWire
import TestSupport

extension Target {
  /// A server that is told anything: a byte that chooses the victim, then what the client says.
  static func server() throws -> Target {
    let cast = try Cast()
    return Target(name: "server", seeds: try seeds(cast, ofClient: true)) { input in
      let choice = input.first ?? 0
      let host = cast.victim(choice)
      let pieces = Script(input.dropFirst()).pieces(host.store, Checksum.xxh3(input))
      return try drive(Endpoint(server: host), host, pieces)
    }
  }

  /// A client that is told anything.
  static func client() throws -> Target {
    let cast = try Cast()
    return Target(name: "client", seeds: try seeds(cast, ofClient: false)) { input in
      let choice = input.first ?? 0
      let host = cast.victim(choice)
      let pieces = Script(input.dropFirst()).pieces(host.store, Checksum.xxh3(input))
      let end = try Endpoint(client: host, shared: cast.shared(choice), isWatched: choice & 64 != 0)
      return try drive(end, host, pieces)
    }
  }

  /// A client that asks for objects by their ids and is told anything.
  static func repairs() throws -> Target {
    let cast = try Cast()
    let wanted = cast.victims[0].store.stored.keys.sorted().prefix(9)
    let recording = try Recording(fetching: Array(wanted), from: cast.victims[0])
    return Target(name: "repairs", seeds: [[0] + recording.server]) { input in
      let host = MemoryHost("asker")
      let pieces = Script(input.dropFirst()).pieces(host.store, Checksum.xxh3(input))
      guard let repository = host.repository else { return .accepted(0) }
      let end = Endpoint(fetching: Array(wanted), of: repository, host: host)
      return try drive(end, host, pieces)
    }
  }

  /// Feeds a stream to an end in pieces, and looks at what became of its repository.
  private static func drive<Side: Session>(
    _ end: Endpoint<Side>, _ host: MemoryHost, _ pieces: [[UInt8]]
  ) throws -> Outcome {
    var end = end
    let before = host.copy()
    var steps = 0
    let outcome: Outcome
    do {
      func work() throws {
        while try end.advance() {
          end.sent(end.outputCount)
          steps += 1
          if steps > 100_000 { throw Violation("a session without an end") }
        }
      }
      try work()
      for piece in pieces where end.outcome == nil {
        piece.withUnsafeBytes { end.feed($0) }
        try work()
      }
      if end.outcome == nil {
        try end.ended()
        try work()
      }
      outcome = .accepted(host.joins, host.current.count, end.counts.objectsReceived)
    } catch let error as ExchangeError { outcome = .refused(error) }
    try Cast.check(host, before: before)
    return outcome
  }

  private static func seeds(_ cast: Cast, ofClient: Bool) throws -> [[UInt8]] {
    var seeds: [[UInt8]] = []
    for (number, victim) in cast.victims.enumerated() {
      let shared = cast.shared(UInt8(number))
      for known in [shared, []] {
        let recording =
          ofClient
          ? try Recording(cast.peers[number].copy(), victim.copy(), shared: known)
          : try Recording(victim.copy(), cast.peers[number].copy(), shared: known)
        seeds.append([UInt8(number)] + (ofClient ? recording.client : recording.server))
      }
    }
    if ofClient {
      let ids = cast.victims[0].store.stored.keys.sorted().prefix(5)
      seeds.append([0] + (try Recording(fetching: Array(ids), from: cast.victims[0])).client)
    }
    return seeds + rare(cast)
  }

  /// Messages that short sessions do without.
  private static func rare(_ cast: Cast) -> [[UInt8]] {
    let ids = cast.victims[0].store.stored.keys.sorted()
    var selection = Selection(count: 3)
    selection[1] = true
    let messages: [Message] = [
      .offer(Array(ids.prefix(3))), .want(selection), .ack(1000), .keepAlive,
      .need(Need(commits: cast.shared, objects: Array(ids.prefix(2)))), .absent(cast.shared),
      .joined(Joined(heads: cast.shared)), .failure(Failure(.full, [0x61])), .lacking(ids),
      .outline(Outline(objects: 9, files: 3)),
    ]
    return messages.map { message in
      var writer = MessageWriter()
      var stream: [UInt8] = []
      writer.append(message, to: &stream)
      let part = Framing.parts(stream)[0]
      let length = [UInt8(part.payload.count & 0xff), UInt8(part.payload.count >> 8 & 0xff)]
      return [0, part.tag] + length + part.payload
    }
  }
}
