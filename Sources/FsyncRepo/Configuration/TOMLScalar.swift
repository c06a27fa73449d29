/// Values of a TOML document that are no strings, arrays or tables.
enum TOMLScalar {
  /// Says whether a word that looks like a date or a time is one; true for any other word.
  static func isPlausible(_ word: ArraySlice<UInt8>) -> Bool {
    guard let first = word.first, (0x30...0x39).contains(first) else { return !word.contains(0x3a) }
    // `-` is in a number only behind the letter of its exponent.
    let hasDash = zip(word, word.dropFirst()).contains { $1 == 0x2d && $0 | 0x20 != 0x65 }
    return hasDash || word.contains(0x3a) ? isMoment(word) : true
  }

  /// Says whether a word is a date, a time, or both with an offset if wanted.
  private static func isMoment(_ word: ArraySlice<UInt8>) -> Bool {
    var rest = word
    if take(&rest, "9999-99-99") {
      guard let separator = rest.popFirst() else { return true }
      guard separator | 0x20 == 0x74 else { return false }
    }
    guard take(&rest, "99:99:99") else { return false }
    if rest.first == 0x2e {
      let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
      guard !digits.isEmpty else { return false }
      rest = rest.dropFirst(1 + digits.count)
    }
    guard let sign = rest.popFirst() else { return true }
    if sign | 0x20 == 0x7a { return rest.isEmpty }
    return (sign == 0x2b || sign == 0x2d) && take(&rest, "99:99") && rest.isEmpty
  }

  /// Takes bytes off the front that fit a pattern, in which a 9 stands for any digit.
  private static func take(_ rest: inout ArraySlice<UInt8>, _ pattern: String) -> Bool {
    let pattern = pattern.utf8
    guard rest.count >= pattern.count,
      zip(rest, pattern).allSatisfy({ $1 == 0x39 ? (0x30...0x39).contains($0) : $0 == $1 })
    else { return false }
    rest = rest.dropFirst(pattern.count)
    return true
  }
}
