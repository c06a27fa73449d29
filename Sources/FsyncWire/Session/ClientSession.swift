internal import FsyncCore

/// The side that opens a session.
///
/// `hello` → `welcome`; where the heads are the same the server's `joined` ends it: one round
/// trip. Else both sides' frames flow, each side joins, and both say so.
package struct ClientSession: Session, Sendable {
  private enum State { case new, greeting, flowing, unchanged(Standing), over }

  private let hello: Hello
  private var state: State = .new
  /// Whether the server may still say how much it sends.
  private var mayOutline: Bool
  /// See `Session`.
  package var flow = FlowState()

  /// Makes a session that will open with a hello.
  package init(_ hello: Hello) {
    self.hello = hello
    mayOutline = hello.isWatched
  }

  /// Opens the session.
  package mutating func start() -> [Instruction] {
    state = .greeting
    return [.send(.hello(hello))]
  }

  /// Takes a message of the server.
  package mutating func receive(_ message: Message) throws(WireError) -> [Instruction] {
    if case .keepAlive = message { return [] }
    if case .failure(let failure) = message { throw ClientSession.error(failure) }
    switch (state, message) {
    case (.greeting, .welcome(let welcome)): return try welcomed(welcome)
    case (.unchanged(let peer), .joined(let report)):
      state = .over
      flow.isFinished = true
      return [.finish(Outcome(peer: peer, report: report))]
    case (.flowing, .outline) where mayOutline:
      mayOutline = false
      return []
    case (.flowing, _):
      guard let result = try flow.flow?.receive(message) else { throw .unexpected(message.tag) }
      return result + finishIfOver()
    default: throw .unexpected(message.tag)
    }
  }

  /// Takes the end of the stream, which a client never expects: it is the one who closes.
  package mutating func ended() throws(WireError) -> [Instruction] {
    if isFinished { return [] }
    throw .truncated
  }

  private mutating func welcomed(_ welcome: Welcome) throws(WireError) -> [Instruction] {
    guard welcome.version >= hello.oldest, welcome.version <= hello.version else {
      throw .version(welcome.version)
    }
    if let ours = hello.repository, let theirs = welcome.repository, ours != theirs {
      throw .otherRepository(theirs)
    }
    if welcome.standing.isDone(with: hello.standing) {
      state = .unchanged(welcome.standing)
      return []
    }
    state = .flowing
    let peer = Peer(
      standing: welcome.standing, shared: welcome.knowsShared ? hello.shared : [],
      isTaking: !welcome.isReadOnly)
    flow.flow = Flow(peer: peer, repository: hello.repository == nil ? welcome.repository : nil)
    return [.produce(peer)]
  }

  static func error(_ failure: Failure) -> WireError {
    // The id of the other repository is worth more than words about it.
    if failure.code == .otherRepository,
      let bytes = [UInt8](hex: String(decoding: failure.text, as: UTF8.self)),
      let theirs = RepositoryID(bytes)
    {
      return .otherRepository(theirs)
    }
    return .failed(failure)
  }
}
