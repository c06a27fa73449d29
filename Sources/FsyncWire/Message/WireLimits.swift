internal import FsyncCore

/// Hard bounds of the protocol, which every reader enforces before it allocates.
package enum WireLimits {
  /// The version that this program speaks, which is also the oldest that it still speaks.
  package static let version: UInt64 = 1
  /// The most ids in one offer, and bits in its answer.
  package static let offer = 8192
  /// The most ids of one kind in a request for what is missing.
  package static let need = 8192
  /// The most commits in one message that says which come without content.
  package static let absent = 8192
  /// The most such commits in one session.
  package static let absentInAll = 1 << 22
  /// The most ids in a fetch.
  package static let fetch = 1024
  /// The longest replica name, in bytes.
  package static let replicaName = 255
  /// The longest text of a failure, in bytes.
  package static let text = 4096
  /// The largest frame, in bytes.
  package static let frame =
    Frame.headLength + Frame.maximumTable + Limits.frame + Limits.frame / 128 + 1024
  /// What is sent without asking whether it is wanted, in bytes of raw content.
  package static let unasked = 1 << 20
  /// How many bytes of frames a receiver keeps before it says so.
  package static let acknowledgement = 1 << 20
}
