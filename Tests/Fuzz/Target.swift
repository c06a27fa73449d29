import TestSupport

/// A promise that an input broke.
struct Violation: Error {
  /// What should have held.
  let text: String

  init(_ text: String) {
    self.text = text
  }
}

/// What became of an input: of two with equal outcomes one is enough to go on from.
struct Outcome: Hashable, CustomStringConvertible {
  private let words: [String]

  var description: String { words.joined(separator: " ") }

  /// It was refused, for a reason: the names in the error count, and not its numbers and ids.
  static func refused(_ reason: any Error) -> Outcome {
    let names = "\(reason)".split { !$0.isLetter }.filter { word in
      !word.allSatisfy(\.isHexDigit)
    }
    return Outcome(words: ["refused"] + names.map(String.init))
  }

  /// It was accepted, and had so much of something in it.
  static func accepted(_ amounts: Int...) -> Outcome {
    Outcome(words: ["accepted"] + amounts.map { "\(magnitude($0))" })
  }

  private static func magnitude(_ amount: Int) -> Int {
    Int.bitWidth - max(amount, 0).leadingZeroBitCount
  }
}

/// A decoder under test.
struct Target {
  /// Its name on the command line, and of its folder in the corpus.
  let name: String
  /// Inputs to begin with, well-formed ones.
  let seeds: [[UInt8]]
  /// Makes lengths and checksums of an input right again, so that what was changed inside is
  /// looked at; nil for a form that has none.
  var repair: ((inout [UInt8], inout SplitMix) -> Void)?
  /// Feeds an input to the decoder; throws `Violation` where a promise is broken, and traps where
  /// the decoder does.
  let run: ([UInt8]) throws -> Outcome

  /// All decoders.
  /// - Parameter folder: where those that read files may write them.
  static func all(in folder: String) throws -> [Target] {
    try [
      .objects, .frames, .shortened, .messages, .server(), .client(), .repairs(),
      .index(in: folder), .journal(in: folder), .packs(in: folder), .sides(in: folder), .graph,
      .serve(), .bundles(),
      .configuration, .ignore, .places, .texts, .replicas,
    ]
  }
}
