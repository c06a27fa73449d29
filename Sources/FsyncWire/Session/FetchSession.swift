package import FsyncCore

/// The side that asks for objects by their ids: `fetch` → frames, then `lacking`, for each
/// thousand of them.
///
/// The other side is not told what this one has, and neither side joins anything.
package struct FetchSession: Session, Sendable {
  private let repository: RepositoryID
  private var waiting: ArraySlice<ObjectID>
  private var asked: [ObjectID] = []
  private var isOver = false
  /// The ids that the server does not have whole either.
  package private(set) var lacking: [ObjectID] = []
  /// See `Session`; nothing flows.
  package var flow = FlowState()

  /// Makes a session that will ask for objects.
  package init(repository: RepositoryID, ids: [ObjectID]) {
    self.repository = repository
    waiting = Set(ids).sorted()[...]
  }

  /// Opens the session.
  package mutating func start() -> [Instruction] { ask() }

  private mutating func ask() -> [Instruction] {
    guard !waiting.isEmpty else {
      isOver = true
      return [.finish(Outcome(peer: .unknown, report: nil))]
    }
    asked = Array(waiting.prefix(WireLimits.fetch))
    waiting = waiting.dropFirst(WireLimits.fetch)
    return [.send(.fetch(Fetch(repository: repository, ids: asked)))]
  }

  /// Takes a message of the server.
  package mutating func receive(_ message: Message) throws(WireError) -> [Instruction] {
    switch message {
    case .keepAlive: return []
    case .failure(let failure): throw ClientSession.error(failure)
    case .frame(let bytes) where !isOver: return [.keep(bytes)]
    case .lacking(let ids) where !isOver:
      guard ids.allSatisfy({ asked.position(of: $0) != nil }) else { throw .unexpected(.lacking) }
      lacking += ids
      return ask()
    default: throw .unexpected(message.tag)
    }
  }

  /// Takes the end of the stream, which a client never expects: it is the one who closes.
  package mutating func ended() throws(WireError) -> [Instruction] {
    if isOver { return [] }
    throw .truncated
  }
}

extension Standing {
  /// Of a side that has not said anything of itself.
  static let unknown = Standing(
    replica: .nobody, name: [], heads: [], beyond: VersionVector(), delivered: 0)
}
