import FsyncCore

/// How far a journal has been understood, and what it adds up to there.
struct JournalPosition: Sendable {
  /// The end of the last valid transaction.
  var end: UInt64
  /// The chain after it.
  var chain: UInt64
  /// What all transactions so far add up to.
  var state: ReplicaState
  /// The frames of valid transactions whose bytes are damaged: their offsets.
  var damagedFrames: [UInt64] = []
}

/// A frame of a journal, as a walk over it finds it.
struct JournalFrame: Sendable {
  let offset: UInt64
  let length: Int
  let objects: [FrameObject]
  let hasPrefix: Bool

  init(offset: UInt64, length: Int, objects: [FrameObject], hasPrefix: Bool) {
    self.offset = offset
    self.length = length
    self.objects = objects
    self.hasPrefix = hasPrefix
  }

  init(offset: UInt64, summary: Frame.Summary) {
    self.init(
      offset: offset, length: summary.length, objects: summary.objects,
      hasPrefix: !summary.prefix.isEmpty)
  }
}
