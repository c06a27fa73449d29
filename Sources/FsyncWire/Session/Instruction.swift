package import FsyncCore

/// What a session knows of the other side.
package struct Peer: Hashable, Sendable {
  /// The other side's word on what it has.
  package var standing: Standing
  /// Commits that both hold with all of their history; empty where that is not known.
  package var shared: [ObjectID]
  /// Whether it takes what we have.
  package var isTaking: Bool
  /// Whether we take what it has.
  package var isGiving: Bool

  /// Makes the knowledge.
  package init(
    standing: Standing, shared: [ObjectID], isTaking: Bool = true, isGiving: Bool = true
  ) {
    self.standing = standing
    self.shared = shared
    self.isTaking = isTaking
    self.isGiving = isGiving
  }
}

/// What a session tells its driver to do, in order.
package enum Instruction: Hashable, Sendable {
  /// Send a message.
  case send(Message)
  /// Server only: commit what changed in the folder, find out what is here, and answer with
  /// `prepared`.
  case prepare(Hello)
  /// Bundle only: find out whether what it builds on is here, and whether all of it is, and answer
  /// with `opened`.
  case open(Hello)
  /// Bundle only: take note of who made it, before anything of it is joined.
  case meet(Standing)
  /// Produce what the peer lacks: `offer` ids where that pays, hand over frames, then `produced`.
  case produce(Peer)
  /// The answer to the oldest open offer.
  case narrow(Selection)
  /// Produce exactly this, plain, then `produced`.
  case supply(Need)
  /// Decide which of the offered objects are to come, and answer with `chose`.
  case choose([ObjectID])
  /// Remember that the peer sends these commits without all of their content.
  case lack([ObjectID])
  /// Verify and keep a frame, and say so with `kept`.
  case keep([UInt8])
  /// Find out whether everything under the peer's heads is here, and answer with `checked`.
  case check([ObjectID])
  /// Make the peer's heads part of ours in one transaction, take its repository id if ours has
  /// none, bring the folder up to date if this is the server, and answer with `joined`.
  case join([ObjectID], repository: RepositoryID?)
  /// Send the objects of these ids that are here, plain, then `lacking` with the others.
  case answer([ObjectID])
  /// The session is over.
  case finish(Outcome)
}

/// How a session ended.
package struct Outcome: Hashable, Sendable {
  /// The other side as it introduced itself.
  package var peer: Standing
  /// The other side's report after it joined; nil where the connection ended before it came, as
  /// it may for a server that has told its client all.
  package var report: Joined?
  /// Whether the other side took nothing, since we may only read there.
  package var isReadOnly = false
}
