package import FsyncCore
import FsyncSystem

/// What a store asks of its machine: given from outside, so that tests choose it.
package struct StoreHost: Sendable {
  /// The time of day.
  package var now: @Sendable () -> Timestamp
  /// Random bytes.
  package var random: @Sendable (Int) -> [UInt8]
  /// The kernel's id of this boot; empty where it is not known.
  package var bootID: [UInt8]

  /// Makes a host.
  package init(
    now: @escaping @Sendable () -> Timestamp, random: @escaping @Sendable (Int) -> [UInt8],
    bootID: [UInt8]
  ) {
    self.now = now
    self.random = random
    self.bootID = Array(bootID.prefix(64))
  }

  /// This machine.
  package static let live = StoreHost(
    now: {
      let now = Clock.now()
      return Timestamp(seconds: now.seconds, nanoseconds: now.nanoseconds)
    }, random: Host.randomBytes, bootID: Host.bootID())
}

/// How a store is made.
package struct StoreOptions: Hashable, Sendable {
  /// How its frames are compressed.
  package var compression: Compression
  /// Which repository it belongs to; nil for one that takes the first it is pushed.
  package var repositoryID: RepositoryID?
  /// Whether it has no working tree.
  package var isBare: Bool

  /// Makes options.
  package init(
    compression: Compression = .standard, repositoryID: RepositoryID? = nil, isBare: Bool = false
  ) {
    self.compression = compression
    self.repositoryID = repositoryID
    self.isBare = isBare
  }
}
