internal import FsyncCore

/// Both directions of a session after hello and welcome: the same on either side.
///
/// Sending: open until `produced`, then ended, and open again for each need of the peer.
/// Receiving: open until the peer's end, then checked; complete is joined, incomplete makes a
/// need and is open again. Nothing here waits for the other direction but the check, which comes
/// after our own end, so that a long check never holds up what the peer waits for.
struct Flow {
  private enum Receiving { case open, ended, checking, joining, joined }

  private(set) var peer: Peer
  private let repository: RepositoryID?
  private var isSending = true
  private var offers: [Int] = []
  private var bytesSent: UInt64 = 0
  private var bytesAcknowledged: UInt64 = 0
  private var receiving: Receiving = .open
  private var bytesKept: UInt64 = 0
  private var bytesReported: UInt64 = 0
  private var asked: Set<ObjectID> = []
  private(set) var report: Joined?

  /// Makes the flow with a peer; `repository` is the id to take with the join, if any.
  init(peer: Peer, repository: RepositoryID?) {
    self.peer = peer
    self.repository = repository
  }

  /// Says whether our own side has joined.
  var hasJoined: Bool { receiving == .joined }
  /// Says whether both have.
  var isOver: Bool { hasJoined && report != nil }

  /// Takes a message of the peer.
  mutating func receive(_ message: Message) throws(WireError) -> [Instruction] {
    switch message {
    case .keepAlive: return []
    case .failure(let failure): throw .failed(failure)
    case .frame(let bytes) where receiving == .open && peer.isGiving: return [.keep(bytes)]
    case .offer(let ids) where receiving == .open && peer.isGiving: return [.choose(ids)]
    case .absent(let ids) where receiving == .open && peer.isGiving: return [.lack(ids)]
    case .end where receiving == .open:
      receiving = .ended
      return checkIfDue()
    case .want(let selection):
      guard isSending, let count = offers.first, count == selection.count else {
        throw .unexpected(.want)
      }
      offers.removeFirst()
      return [.narrow(selection)]
    case .need(let need) where !isSending && report == nil:
      isSending = true
      return [.supply(need)]
    case .ack(let total):
      guard total > bytesAcknowledged, total <= bytesSent else { throw .unexpected(.ack) }
      bytesAcknowledged = total
      return []
    case .joined(let joined) where !isSending && report == nil:
      report = joined
      return []
    default: throw .unexpected(message.tag)
    }
  }

  /// Offers objects.
  mutating func offer(_ ids: [ObjectID]) -> [Instruction] {
    offers.append(ids.count)
    return [.send(.offer(ids))]
  }

  /// Sends a frame.
  mutating func send(frame: [UInt8]) -> [Instruction] {
    bytesSent += UInt64(frame.count)
    return [.send(.frame(frame))]
  }

  /// Ends what we send.
  mutating func produced() -> [Instruction] {
    isSending = false
    return [.send(.end)] + checkIfDue()
  }

  /// Answers an offer.
  func chose(_ selection: Selection) -> [Instruction] { [.send(.want(selection))] }

  /// Counts a frame that has been kept.
  mutating func kept(_ bytes: Int) -> [Instruction] {
    bytesKept += UInt64(bytes)
    guard bytesKept - bytesReported >= UInt64(WireLimits.acknowledgement) else { return [] }
    bytesReported = bytesKept
    return [.send(.ack(bytesKept))]
  }

  /// Takes the result of a check: what is missing, if anything.
  mutating func checked(_ missing: Need?) throws(WireError) -> [Instruction] {
    guard let missing else {
      receiving = .joining
      return [.join(peer.standing.heads, repository: repository)]
    }
    // Each id is asked for once, so a peer that cannot or will not send it ends the session.
    for id in missing.commits + missing.objects where !asked.insert(id).inserted {
      throw .disconnected(id)
    }
    receiving = .open
    return [.send(.need(missing))]
  }

  /// Takes the result of the join.
  mutating func joined(_ joined: Joined) -> [Instruction] {
    receiving = .joined
    return [.send(.joined(joined))]
  }

  private mutating func checkIfDue() -> [Instruction] {
    guard receiving == .ended, !isSending else { return [] }
    // What it has is not taken, so whether that is complete does not matter.
    if !peer.isGiving {
      receiving = .joining
      return [.join([], repository: nil)]
    }
    receiving = .checking
    return [.check(peer.standing.heads)]
  }
}
