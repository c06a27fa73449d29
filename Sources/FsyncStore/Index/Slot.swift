import FsyncCore

/// Where an object is in its file: the frame's number, its place in the frame, and its kind.
struct Slot: Hashable, Sendable {
  /// Frame in the low 32 bits, then 16 bits of position, a byte of kind and a byte of flags.
  let packed: UInt64

  init(packed: UInt64) {
    self.packed = packed
  }

  init(frame: Int, position: Int, kind: ObjectKind, hasPrefix: Bool, isCold: Bool = false) {
    packed =
      UInt64(UInt32(truncatingIfNeeded: frame))
      | UInt64(UInt16(truncatingIfNeeded: position)) << 32
      | UInt64(kind.rawValue) << 48 | (hasPrefix ? 1 << 56 : 0) | (isCold ? 1 << 57 : 0)
  }

  /// The slot in a file in which more frames come before.
  func movedUp(by frames: Int) -> Slot {
    Slot(packed: packed & ~0xffff_ffff | UInt64(UInt32(truncatingIfNeeded: frame + frames)))
  }

  /// The number of the frame in its file, from 0.
  var frame: Int { Int(packed & 0xffff_ffff) }
  /// The number of the object in its frame, from 0.
  var position: Int { Int(packed >> 32 & 0xffff) }
  /// What the object is; nil where the byte has no meaning.
  var kind: ObjectKind? { ObjectKind(rawValue: UInt8(truncatingIfNeeded: packed >> 48)) }
  /// Whether the frame is compressed against a prefix.
  var hasPrefix: Bool { packed >> 56 & 1 != 0 }
  /// Whether the frame is a cold one.
  var isCold: Bool { packed >> 57 & 1 != 0 }
}

/// An id and where its object is.
struct IndexEntry: Hashable, Sendable {
  let id: ObjectID
  let slot: Slot
}
