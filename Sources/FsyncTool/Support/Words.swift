internal import ArgumentParser
import FsyncCore

/// Words of the command line as text and back, without the loss of a byte.
///
/// File names are bytes and ArgumentParser takes text. A byte that is no part of UTF-8 becomes one
/// of the last 128 scalars of the last private plane; what is spelled with one of those scalars
/// is taken byte by byte too, so that no two words become one text.
enum Words {
  private static let first: UInt32 = 0x10_FF80

  /// The text that stands for a word.
  static func text(_ bytes: [UInt8]) -> String {
    var text = String.UnicodeScalarView()
    UTF8Pieces.forEach(in: bytes) { piece in
      if case .scalar(let scalar, _) = piece, scalar.value < first {
        text.append(scalar)
        return
      }
      for byte in bytes[piece.range] { text.append(Words.scalar(for: byte)) }
    }
    return String(text)
  }

  /// The word that a text stands for.
  static func bytes(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      if scalar.value >= first {
        bytes.append(UInt8(scalar.value & 0xff))
      } else {
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
    return bytes
  }

  private static func scalar(for byte: UInt8) -> Unicode.Scalar {
    // Only bytes from 0x80 on are ever invalid, so the sum is one of the last 128 scalars.
    Unicode.Scalar(first - 0x80 + UInt32(byte)) ?? "\u{FFFD}"
  }
}

/// A word of the command line that is a name or other bytes.
struct Word: ExpressibleByArgument, Sendable {
  /// The word's bytes.
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  init(argument: String) { bytes = Words.bytes(argument) }

  static var defaultCompletionKind: CompletionKind { .file() }
}
