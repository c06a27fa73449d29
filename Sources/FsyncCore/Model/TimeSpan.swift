/// Time spans as people write them: a number and `s`, `m`, `h`, `d` or `w`.
package enum TimeSpan {
  private static let units: [(letter: UInt8, seconds: Int64)] = [
    (0x77, 604_800), (0x64, 86_400), (0x68, 3600), (0x6d, 60), (0x73, 1),
  ]

  /// Returns the seconds of a span; seconds where there is no letter, nil where it is none, or
  /// not from 1 to a thousand million of its unit.
  package static func seconds(of text: String) -> Int64? {
    let unit = units.first { $0.letter == text.utf8.last }
    let digits = unit == nil ? Substring(text) : text.dropLast()
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(digits),
      (1...1_000_000_000).contains(number)
    else { return nil }
    return number * (unit?.seconds ?? 1)
  }

  /// Returns a span in the largest unit that it is a whole number of.
  package static func text(ofSeconds seconds: Int64) -> String {
    let unit = units.first { seconds >= $0.seconds && seconds % $0.seconds == 0 }
    guard let unit else { return "\(seconds)s" }
    return "\(seconds / unit.seconds)\(Character(UnicodeScalar(unit.letter)))"
  }
}
