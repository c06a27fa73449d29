package import FsyncCore

/// One side of a session as a value: messages and results go in, instructions come out.
///
/// It never waits and does no input or output. After an error it must not be used again.
package protocol Session {
  /// Takes a message of the other side.
  mutating func receive(_ message: Message) throws(WireError) -> [Instruction]
  /// Takes the end of the stream.
  mutating func ended() throws(WireError) -> [Instruction]
  /// Answers `prepare`, which only a server is told.
  mutating func prepared(_ standing: Standing, knowsShared: Bool) -> [Instruction]
  /// Answers `join`.
  mutating func joined(_ joined: Joined) -> [Instruction]
  /// Answers `check`: nil where nothing is missing.
  mutating func checked(_ missing: Need?) throws(WireError) -> [Instruction]
  /// Answers `open`, which only the reader of a bundle is told.
  mutating func opened(missing: [ObjectID], isKnown: Bool) throws(WireError) -> [Instruction]
  /// Whether somebody is there who can be asked for what is missing.
  var canAsk: Bool { get }
  /// Whether a frame is passed over whose objects are all here.
  var skipsHeld: Bool { get }
  /// The flow in both directions, once hello and welcome are through.
  var flow: FlowState { get set }
}

/// The common part of both sides.
package struct FlowState: Sendable {
  var flow: Flow?
  var isFinished = false

  init() {}
}

extension Session {
  /// Answers `prepare` where nobody was told to.
  package mutating func prepared(_ standing: Standing, knowsShared: Bool) -> [Instruction] { [] }

  /// Answers `open` where nobody was told to.
  package mutating func opened(
    missing: [ObjectID], isKnown: Bool
  ) throws(WireError) -> [Instruction] { [] }

  /// Whether somebody is there who can be asked for what is missing.
  package var canAsk: Bool { true }
  /// Whether a frame is passed over whose objects are all here.
  package var skipsHeld: Bool { false }

  /// Says whether the session is over.
  package var isFinished: Bool { flow.isFinished }

  /// Offers objects to the peer instead of sending them at once.
  package mutating func offer(_ ids: [ObjectID]) -> [Instruction] {
    flow.flow?.offer(ids) ?? []
  }

  /// Sends a frame.
  package mutating func send(frame: [UInt8]) -> [Instruction] {
    flow.flow?.send(frame: frame) ?? []
  }

  /// Says that all that was to be produced has been handed over.
  package mutating func produced() -> [Instruction] {
    flow.flow?.produced() ?? []
  }

  /// Answers `choose`.
  package mutating func chose(_ selection: Selection) -> [Instruction] {
    flow.flow?.chose(selection) ?? []
  }

  /// Answers `keep`.
  package mutating func kept(_ bytes: Int) -> [Instruction] {
    flow.flow?.kept(bytes) ?? []
  }

  /// Answers `check`: nil where nothing is missing.
  package mutating func checked(_ missing: Need?) throws(WireError) -> [Instruction] {
    try flow.flow?.checked(missing) ?? []
  }

  /// Answers `join`.
  package mutating func joined(_ joined: Joined) -> [Instruction] {
    guard let result = flow.flow?.joined(joined) else { return [] }
    return result + finishIfOver()
  }

  mutating func finishIfOver() -> [Instruction] {
    guard !flow.isFinished, let current = flow.flow, current.isOver else { return [] }
    flow.isFinished = true
    return [
      .finish(
        Outcome(
          peer: current.peer.standing, report: current.report, isReadOnly: !current.peer.isTaking))
    ]
  }
}
