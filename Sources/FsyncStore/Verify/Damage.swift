package import FsyncCore

/// Something that verification found wrong.
package enum Damage: Hashable, Sendable {
  /// A journal has lost transactions, or its header is ruined: nothing after it can be known.
  case journal(file: [UInt8])
  /// A live pack is missing or no pack at all.
  case pack(file: [UInt8])
  /// A pack's index is damaged; its frames are read without it.
  case index(file: [UInt8])
  /// A frame's bytes are damaged; the objects are those that the index knows in it.
  case frame(file: [UInt8], offset: UInt64, objects: [ObjectID])
  /// An object's bytes are not what its id promises.
  case object(ObjectID, file: [UInt8])
  /// An object does not decode.
  case malformed(ObjectID)
  /// An object that another needs is nowhere; nil where a head, the base or the like needs it.
  case missing(ObjectID, ObjectKind?, neededBy: ObjectID?)
  /// An object is of another kind than what names it demands.
  case wrongKind(ObjectID, expected: ObjectKind, neededBy: ObjectID?)
}

/// What verification read and found.
package struct Verification: Hashable, Sendable {
  /// Everything that is wrong.
  package var damages: [Damage] = []
  /// Frames that were read.
  package var frames = 0
  /// Objects that were hashed.
  package var objects = 0
  /// Bytes of them.
  package var bytes: UInt64 = 0
  /// Objects that are reached.
  package var reached = 0

  mutating func merge(_ other: Verification) {
    damages += other.damages
    frames += other.frames
    objects += other.objects
    bytes += other.bytes
  }
}
