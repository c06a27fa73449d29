package import FsyncCore

/// Why a repository could not do its part of a session.
package struct HostError: Error, Sendable {
  /// What to tell the other side.
  package let failure: Failure
  /// What to tell our own.
  package let underlying: any Error

  /// Makes an error.
  package init(_ failure: Failure, _ underlying: any Error) {
    self.failure = failure
    self.underlying = underlying
  }
}

/// Why a session failed.
package enum ExchangeError: Error, Sendable {
  /// The other side, or what it sent.
  case wire(WireError)
  /// Our own repository.
  case host(HostError)
}

/// The repository that a session is about.
package protocol ExchangeHost: AnyObject {
  /// The repository's id; nil for one that takes the other side's.
  var repository: RepositoryID? { get }
  /// How frames that are made for this session are compressed.
  var compression: Compression { get }
  /// What is stored, and what has arrived in this session or an interrupted one.
  var holdings: any Holdings { get }
  /// What frames are read from.
  var source: any FrameSource { get }
  /// The bytes that an interrupted session delivered.
  var delivered: UInt64 { get }
  /// The replica.
  var replica: (id: ReplicaID, name: [UInt8]) { get }

  /// How much of the content under the heads is here.
  func completeness() throws(HostError) -> Completeness
  /// Commits here whose content may be absent.
  func absent() throws(HostError) -> Set<ObjectID>
  /// The heads now.
  func heads() throws(HostError) -> [ObjectID]
  /// The graph of what a reader holds, filled from a cache where there is one.
  func graph(over reader: any ObjectReader) throws(HostError) -> CommitGraph
  /// Server only: makes ready for a client that said hello, and commits what changed in the
  /// folder.
  func prepare(for peer: Standing) throws(HostError)
  /// Takes note of the other side before anything is exchanged: of a tip of our own that is not
  /// here, for instance, which says that this folder was copied or restored.
  func met(_ peer: Standing) throws(HostError)
  /// Keeps a frame whose objects have been verified.
  func keep(_ frame: VerifiedFrame, encoded: [UInt8]) throws(HostError)
  /// Joins heads under which everything is here, in one transaction; on a server then brings the
  /// folder up to date, which it does for no heads too.
  /// - Parameter absent: commits that came without all of their content, and need not have it.
  func join(
    _ heads: [ObjectID], repository: RepositoryID?, absent: Set<ObjectID>
  ) throws(HostError) -> Joined
}
