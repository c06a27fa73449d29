import FsyncCore

/// How hard a collection tries to make frames small.
struct ColdEffort: Sendable {
  /// The level that is tried first; nil for the repository's own.
  let level: Int32?
  /// A level that costs little, and is used where the other gains nothing.
  let cheap: Int32?

  /// The effort that an amount of data is worth: a minute or two at most for what a person
  /// keeps, and no more than it takes to read it for what is very large.
  /// - Parameter length: bytes of stored frames that are written anew.
  init(_ codec: Codec, length: UInt64, isQuick: Bool) {
    switch codec {
    case .stored: (level, cheap) = (nil, nil)
    case .zlib: (level, cheap) = (9, nil)
    case .zstd:
      switch length {
      case _ where isQuick: (level, cheap) = (9, nil)
      case ..<(128 << 20): (level, cheap) = (19, 12)
      case ..<(512 << 20): (level, cheap) = (17, 12)
      case ..<(2 << 30): (level, cheap) = (15, 12)
      default: (level, cheap) = (12, nil)
      }
    }
  }

  /// The level for what was found to be incompressible: enough to find what repeats.
  static let incompressible: Int32 = 1

  /// Frames after which it is measured again what the higher level gains.
  static let period = 8
  /// The gain that the higher level must make, as a part of the frame: 1 in 64.
  static let worth = 64
}
