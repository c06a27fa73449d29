package import FsyncCore

/// The side that answers.
package struct ServerSession: Session, Sendable {
  private enum State {
    case waiting, preparing(Hello), flowing, unchanged(Standing), answering, over
  }

  private let repository: RepositoryID?
  private let isReadOnly: Bool
  private var state: State = .waiting
  /// See `Session`.
  package var flow = FlowState()

  /// Makes a session of a repository; nil for one that takes the first that is pushed to it.
  /// - Parameter isReadOnly: whether the client may only read.
  package init(repository: RepositoryID?, isReadOnly: Bool = false) {
    self.repository = repository
    self.isReadOnly = isReadOnly
  }

  /// Takes a message of the client.
  package mutating func receive(_ message: Message) throws(WireError) -> [Instruction] {
    if case .keepAlive = message { return [] }
    if case .failure(let failure) = message { throw .failed(failure) }
    switch (state, message) {
    case (.waiting, .hello(let hello)):
      guard hello.oldest <= WireLimits.version else { throw .version(hello.oldest) }
      if let ours = repository, let theirs = hello.repository, ours != theirs {
        throw .otherRepository(theirs)
      }
      state = .preparing(hello)
      return [.prepare(hello)]
    case (.waiting, .fetch(let fetch)), (.answering, .fetch(let fetch)):
      guard fetch.oldest <= WireLimits.version else { throw .version(fetch.oldest) }
      // What has no identity yet has nothing to give.
      guard let repository, repository == fetch.repository else {
        throw .otherRepository(fetch.repository)
      }
      state = .answering
      return [.answer(fetch.ids)]
    case (.flowing, _):
      guard let result = try flow.flow?.receive(message) else { throw .unexpected(message.tag) }
      return result + finishIfOver()
    default: throw .unexpected(message.tag)
    }
  }

  /// Answers `prepare`.
  /// - Parameters:
  ///   - standing: what is here; its `beyond` relates to the hello's shared set if that is known.
  ///   - knowsShared: whether all of the shared set is here.
  package mutating func prepared(_ standing: Standing, knowsShared: Bool) -> [Instruction] {
    guard case .preparing(let hello) = state else { return [] }
    var welcome = Welcome(repository: repository, knowsShared: knowsShared, standing: standing)
    welcome.isReadOnly = isReadOnly
    let peer = Peer(
      standing: hello.standing, shared: knowsShared ? hello.shared : [], isGiving: !isReadOnly)
    if standing.isDone(with: hello.standing) {
      // Nothing to exchange; the folder may still lag behind, so it is brought up to date.
      state = .unchanged(hello.standing)
      return [.send(.welcome(welcome)), .join([], repository: nil)]
    }
    state = .flowing
    flow.flow = Flow(peer: peer, repository: repository == nil ? hello.repository : nil)
    return [.send(.welcome(welcome)), .produce(peer)]
  }

  /// Answers `join`.
  package mutating func joined(_ joined: Joined) -> [Instruction] {
    if case .unchanged(let peer) = state {
      state = .over
      flow.isFinished = true
      return [.send(.joined(joined)), .finish(Outcome(peer: peer, report: nil))]
    }
    guard let result = flow.flow?.joined(joined) else { return [] }
    return result + finishIfOver()
  }

  /// Takes the end of the stream: well once we have said that we joined.
  package mutating func ended() throws(WireError) -> [Instruction] {
    if isFinished { return [] }
    if case .answering = state {
      state = .over
      flow.isFinished = true
      return [.finish(Outcome(peer: .unknown, report: nil))]
    }
    guard let current = flow.flow, current.hasJoined else { throw .truncated }
    state = .over
    flow.isFinished = true
    return [.finish(Outcome(peer: current.peer.standing, report: current.report))]
  }
}

extension WireError {
  /// What to tell the other side about it; nil where it said so itself or is not there to hear.
  package func failure(repository: RepositoryID?) -> Failure? {
    switch self {
    case .failed, .truncated, .notFsync: nil
    case .version: Failure(.version, Array("\(WireLimits.version)".utf8))
    case .otherRepository: Failure(.otherRepository, Array((repository?.description ?? "").utf8))
    case .unavailable(let id): Failure(.damaged, Array("\(id) is not here".utf8))
    default: Failure(.refused, Array("\(self)".utf8))
    }
  }
}
