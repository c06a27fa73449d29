package import FsyncCore

/// The side that reads a bundle: what one side of a session would have said, recorded, with nobody
/// there to ask.
///
/// `hello`, then `absent` and frames, then `end`, and then the end of the stream: only after that,
/// when the whole file has been found intact, is anything checked and joined.
package struct BundleSession: Session, Sendable {
  private enum State { case waiting, opening, taking, complete, checking, over }

  private let repository: RepositoryID?
  private let isVerifying: Bool
  private var state: State = .waiting
  /// What the bundle says of itself; nil before that has been read.
  private(set) var hello: Hello?
  /// The commits that it builds on and that are not here.
  private(set) var missing: [ObjectID] = []
  /// Whether all that it brings was here before.
  private(set) var isKnown = false
  /// See `Session`; nothing flows back.
  package var flow = FlowState()

  /// Makes the reader for a repository; nil for one that takes the bundle's.
  /// - Parameter isVerifying: whether all of it is looked at, and nothing is joined.
  package init(repository: RepositoryID?, isVerifying: Bool) {
    self.repository = repository
    self.isVerifying = isVerifying
  }

  /// Nobody is there who can be asked for what is missing.
  package var canAsk: Bool { false }
  /// What has arrived before, in an import that was cut, need not be looked at again.
  package var skipsHeld: Bool { !isVerifying }

  /// Takes a message of the bundle.
  package mutating func receive(_ message: Message) throws(WireError) -> [Instruction] {
    switch (state, message) {
    case (.waiting, .hello(let hello)):
      guard hello.oldest <= WireLimits.version else { throw .version(hello.oldest) }
      if let ours = repository, let theirs = hello.repository, ours != theirs {
        throw .otherRepository(theirs)
      }
      self.hello = hello
      state = .opening
      return [.open(hello)]
    case (.taking, .absent(let ids)): return [.lack(ids)]
    case (.taking, .frame(let bytes)): return isKnown && !isVerifying ? [] : [.keep(bytes)]
    case (.taking, .end):
      state = .complete
      return []
    default: throw .unexpected(message.tag)
    }
  }

  /// Answers `open`.
  package mutating func opened(
    missing: [ObjectID], isKnown: Bool
  ) throws(WireError) -> [Instruction] {
    guard missing.isEmpty || isVerifying else { throw .lacksBase(missing) }
    self.missing = missing
    self.isKnown = isKnown
    state = .taking
    return []
  }

  /// Takes the end of the stream, whose trailer is as it should be.
  package mutating func ended() throws(WireError) -> [Instruction] {
    guard case .complete = state, let hello else { throw .truncated }
    if isKnown && !isVerifying || !missing.isEmpty { return finish(nil) }
    state = .checking
    let check = Instruction.check(hello.standing.heads)
    return isVerifying ? [check] : [.meet(hello.standing), check]
  }

  /// Answers `check`: what is missing cannot be asked for.
  package mutating func checked(_ missing: Need?) throws(WireError) -> [Instruction] {
    if let missing { throw .incomplete(missing) }
    guard let hello, !isVerifying else { return finish(nil) }
    return [
      .join(hello.standing.heads, repository: repository == nil ? hello.repository : nil)
    ]
  }

  /// Answers `join`.
  package mutating func joined(_ joined: Joined) -> [Instruction] { finish(joined) }

  private mutating func finish(_ report: Joined?) -> [Instruction] {
    state = .over
    flow.isFinished = true
    return [.finish(Outcome(peer: hello?.standing ?? .unknown, report: report))]
  }
}
