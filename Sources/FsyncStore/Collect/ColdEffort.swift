import FsyncCore

/// How hard a collection tries to make frames small.
struct ColdEffort: Sendable {
  /// The level that is tried first; nil for the repository's own.
  let level: Int32?
  /// A level that costs little, and is used where the other gains nothing.
  let cheap: Int32?
  /// The gain that the higher level must make: one part in so many of what the cheap one makes.
  ///
  /// It takes ten times as long. Of a history of texts it makes half, of programs a tenth less.
  let worth: Int

  /// The effort that an amount of data is worth: a minute or two at most for what a person
  /// keeps, and no more than it takes to read it for what is very large.
  /// - Parameter length: bytes of stored frames that are written anew.
  init(_ codec: Codec, length: UInt64, isQuick: Bool) {
    switch codec {
    case .stored: (level, cheap, worth) = (nil, nil, 1)
    case .zlib: (level, cheap, worth) = (9, nil, 1)
    case .zstd:
      switch length {
      case _ where isQuick: (level, cheap, worth) = (9, nil, 1)
      case ..<(32 << 20): (level, cheap, worth) = (19, 12, 64)
      case ..<(128 << 20): (level, cheap, worth) = (17, 12, 16)
      case ..<(1 << 30): (level, cheap, worth) = (16, 12, 8)
      default: (level, cheap, worth) = (12, nil, 1)
      }
    }
  }

  /// The level for objects that name others, once there are so many bytes of them; nil where it is
  /// that for all.
  ///
  /// They are much of a history of very many small commits, resemble each other more than anything
  /// else, and are hardly smaller for ten times the work.
  func level(afterOthers length: Int) -> Int32? {
    guard let level, level > ColdEffort.least else { return nil }
    switch length {
    case ..<(64 << 20): return nil
    case ..<(256 << 20): return min(level, cheap ?? level)
    default: return ColdEffort.least
    }
  }

  private static let least: Int32 = 9

  /// The level for what was found to be incompressible: enough to find what repeats.
  static let incompressible: Int32 = 1

  /// Frames after which it is measured again what the higher level gains.
  static let period = 8
}
