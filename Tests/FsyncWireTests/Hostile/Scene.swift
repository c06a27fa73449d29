import FsyncCore
import FsyncWire
import TestSupport

/// A moment of a session at which a message may come.
enum Moment: String, CaseIterable, Sendable {
  // Of a server.
  case beforeHello, whileSending, whileReceiving, afterNeed, afterJoin, whileAnswering
  // Of a client.
  case beforeWelcome, clientSending, clientReceiving, clientAfterNeed, clientAfterJoin, sameHeads
  // Of a client that repairs.
  case afterFetch
}

/// A side that has come to a moment, and hears one more message there.
struct Scene {
  private let moment: Moment
  private let host: MemoryHost
  private let before: MemoryHost
  /// A commit that nobody has.
  static let unknown = Digest.object(.commit, [7])

  init(_ moment: Moment) throws {
    self.moment = moment
    host = MemoryHost("victim")
    try host.commit([("a", [1, 2, 3])])
    before = host.copy()
  }

  /// What has been said before the moment, and whether it has been answered.
  private var history: (messages: [Message], isAnswered: Bool) {
    let (mine, theirs) = (host.current, [Scene.unknown])
    return switch moment {
    case .beforeHello, .beforeWelcome, .afterFetch: ([], true)
    case .whileSending: ([Liar.hello([])], false)
    case .whileReceiving: ([Liar.hello([])], true)
    case .afterNeed: ([Liar.hello(theirs), .end], true)
    case .afterJoin: ([Liar.hello([]), .end], true)
    case .whileAnswering: ([.fetch(Fetch(repository: Liar.repository(1), ids: mine))], true)
    case .clientSending: ([Liar.welcome([])], false)
    case .clientReceiving: ([Liar.welcome([])], true)
    case .clientAfterNeed: ([Liar.welcome(theirs), .end], true)
    case .clientAfterJoin: ([Liar.welcome([]), .end], true)
    case .sameHeads: ([Liar.welcome(mine)], true)
    }
  }

  /// A message of a kind that is well-formed, and would be right at some moment.
  func message(_ tag: MessageTag) -> Message {
    let mine = host.current
    return switch tag {
    case .hello: Liar.hello(mine)
    case .welcome: Liar.welcome([Scene.unknown])
    case .frame: Liar.frame([Forged.chunk])
    case .offer: .offer([Forged.chunk.id])
    case .want: .want(Selection(count: 1))
    case .end: .end
    case .need: .need(Need(commits: [], objects: mine))
    case .ack: .ack(1)
    case .joined: .joined(Joined(heads: [Forged.chunk.id]))
    case .keepAlive: .keepAlive
    case .failure: .failure(Failure(.full))
    case .absent: .absent([Scene.unknown])
    case .fetch: .fetch(Fetch(repository: Liar.repository(1), ids: mine))
    case .lacking: .lacking(mine)
    case .outline: .outline(Outline(objects: 3, files: 1))
    }
  }

  /// Says bytes at the moment, and returns why the side gives up.
  func verdict(_ bytes: (inout MessageWriter) -> [UInt8]) throws -> WireError? {
    let error: WireError?
    switch moment {
    case .beforeHello, .whileSending, .whileReceiving, .afterNeed, .afterJoin, .whileAnswering:
      error = verdict(of: Endpoint(server: host), bytes)
    case .beforeWelcome, .clientSending, .clientReceiving, .clientAfterNeed, .clientAfterJoin,
      .sameHeads:
      error = verdict(of: try Endpoint(client: host, shared: []), bytes)
    case .afterFetch:
      error = verdict(
        of: Endpoint(fetching: host.current, of: Liar.repository(1), host: host), bytes)
    }
    // A side that had joined before has nothing more than it had then.
    if error != nil, host.joins == 0 { Victim.expectUntouched(host, before) }
    return error
  }

  private func verdict<Side: Session>(
    of end: Endpoint<Side>, _ bytes: (inout MessageWriter) -> [UInt8]
  ) -> WireError? {
    var end = end
    // A hello of its own goes over this.
    var liar = Liar(answering: host.current)
    let (messages, isAnswered) = history
    do {
      while try end.advance() {}
      for message in messages {
        liar.say([message]).withUnsafeBytes { end.feed($0) }
        if isAnswered { while try end.advance() {} }
      }
      bytes(&liar.writer).withUnsafeBytes { end.feed($0) }
      while try end.advance() {}
    } catch {
      guard case .wire(let error) = error else { return .truncated }
      return error
    }
    return nil
  }
}
