import FsyncCore

/// How far a journal has been understood, and what it adds up to there.
struct JournalPosition: Sendable {
  /// The end of the last valid transaction.
  var end: UInt64
  /// The chain after it.
  var chain: UInt64
  /// What all transactions so far add up to.
  var state: ReplicaState
  /// The end of what the derived index covers, as far as this process knows.
  var indexedEnd: UInt64 = 0
  /// The frames of valid transactions whose bytes are damaged: their offsets.
  var damagedFrames: [UInt64] = []
}
