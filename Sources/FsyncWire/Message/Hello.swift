package import FsyncCore

/// How much of what was in files one side has; the raw value is the byte on the wire.
package enum Completeness: UInt8, Hashable, Sendable, CaseIterable {
  /// Content of older commits may be absent; nothing that the heads need is.
  case pruned = 0
  /// Every object of every commit under the heads is here.
  case whole = 1
  /// Content that the view of the heads needs is absent, and is asked for even where the heads
  /// are the same.
  case wanting = 2
}

/// What one side has: its heads, and how they relate to what both had at their last session.
package struct Standing: Hashable, Sendable {
  /// The replica.
  package var replica: ReplicaID
  /// Its name, UTF-8.
  package var name: [UInt8]
  /// All commits that it knows and that nothing it knows follows, in rising order.
  package var heads: [ObjectID]
  /// For each replica with commits under `heads` that are not under the shared set: the ends of
  /// its chain among them.
  ///
  /// With no shared set this is the version vector of the heads.
  package var beyond: VersionVector
  /// How much of the content of the commits under the heads is here.
  package var completeness: Completeness
  /// Bytes that an interrupted session delivered and that wait to be joined.
  package var delivered: UInt64

  /// Makes a standing.
  package init(
    replica: ReplicaID, name: [UInt8], heads: [ObjectID], beyond: VersionVector,
    completeness: Completeness = .whole, delivered: UInt64 = 0
  ) {
    self.replica = replica
    self.name = Array(name.prefix(WireLimits.replicaName))
    self.heads = heads
    self.beyond = beyond
    self.completeness = completeness
    self.delivered = delivered
  }
}

extension Standing {
  /// Says whether two sides have nothing to tell each other: the same heads, and enough content.
  func isDone(with other: Standing) -> Bool {
    heads == other.heads && completeness != .wanting && other.completeness != .wanting
  }
}

/// A client's first message.
package struct Hello: Hashable, Sendable {
  /// The newest version of the protocol that the client speaks.
  package var version = WireLimits.version
  /// The oldest.
  package var oldest = WireLimits.version
  /// Abilities beyond the version, one bit each; unknown bits are ignored.
  package var capabilities: UInt64 = 0
  /// The repository; nil for a client that takes the server's, as a clone does.
  package var repository: RepositoryID?
  /// What both had after their last session, in rising order: commits that the client believes
  /// the server holds.
  package var shared: [ObjectID]
  /// What the client has.
  package var standing: Standing

  /// Makes a hello of this version.
  package init(repository: RepositoryID?, shared: [ObjectID], standing: Standing) {
    self.repository = repository
    self.shared = shared
    self.standing = standing
  }
}

extension Hello {
  /// Says whether somebody at the client watches how far it is, and the server is to tell how much
  /// comes.
  package var isWatched: Bool {
    get { capabilities & 1 != 0 }
    set { capabilities = newValue ? capabilities | 1 : capabilities & ~1 }
  }
}

/// A server's answer to a hello.
package struct Welcome: Hashable, Sendable {
  /// The version in which the session goes on.
  package var version = WireLimits.version
  /// What is special about the server, one bit each; unknown bits are ignored.
  package var capabilities: UInt64 = 0
  /// The repository; nil for a server that takes the client's.
  package var repository: RepositoryID?
  /// Says whether the server holds all of the shared set.
  ///
  /// If not, nothing is shared, and the server's `beyond` is the vector of all it has.
  package var knowsShared: Bool
  /// What the server has.
  package var standing: Standing

  /// Makes a welcome of this version.
  package init(repository: RepositoryID?, knowsShared: Bool, standing: Standing) {
    self.repository = repository
    self.knowsShared = knowsShared
    self.standing = standing
  }

  /// Says whether the server takes nothing from this client: it may only read.
  package var isReadOnly: Bool {
    get { capabilities & 1 != 0 }
    set { capabilities = newValue ? capabilities | 1 : capabilities & ~1 }
  }
}
