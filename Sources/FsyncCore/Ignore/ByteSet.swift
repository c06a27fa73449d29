/// A set of byte values.
struct ByteSet: Hashable, Sendable {
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  /// Makes the empty set.
  init() {}

  /// Says whether a byte is in the set.
  func contains(_ byte: UInt8) -> Bool {
    let word =
      switch byte >> 6 {
      case 0: words.0
      case 1: words.1
      case 2: words.2
      default: words.3
      }
    return word >> UInt64(byte & 63) & 1 != 0
  }

  /// Adds a byte.
  mutating func insert(_ byte: UInt8) {
    let bit: UInt64 = 1 << UInt64(byte & 63)
    switch byte >> 6 {
    case 0: words.0 |= bit
    case 1: words.1 |= bit
    case 2: words.2 |= bit
    default: words.3 |= bit
    }
  }

  /// The bytes that are not in the set.
  var inverted: ByteSet {
    var result = self
    result.words = (~words.0, ~words.1, ~words.2, ~words.3)
    return result
  }

  static func == (left: ByteSet, right: ByteSet) -> Bool { left.words == right.words }

  func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }
}

extension ByteSet {
  /// Parses a bracket expression after its `[`, as gitignore has it.
  ///
  /// `!` or `^` negates, a `]`
  /// that comes first is a member, `\` quotes, `a-z` is a range, `[:alpha:]` is a POSIX class
  /// (of ASCII). Leaves the index after the closing `]`; nil where there is none, or a class is
  /// not known: such a pattern matches nothing.
  init?(bracket pattern: ArraySlice<UInt8>, at index: inout Int) {
    let end = pattern.endIndex
    var isNegated = false
    if index < end, pattern[index] == 0x21 || pattern[index] == 0x5e {
      isNegated = true
      index += 1
    }
    var start: UInt8?  // what a `-` that follows would make a range from
    var isFirst = true
    while true {
      guard index < end else { return nil }
      let byte = pattern[index]
      if byte == 0x5d, !isFirst { break }
      isFirst = false
      index += 1
      if byte == 0x5b, index < end, pattern[index] == 0x3a {
        guard let close = pattern[(index + 1)...].firstIndex(of: 0x5d) else { return nil }
        guard close > index + 1, pattern[close - 1] == 0x3a else {
          insert(byte)
          start = byte
          continue
        }
        guard let members = ByteSet.posix(pattern[index + 1..<close - 1]) else { return nil }
        for member in members { insert(member) }
        index = close + 1
        start = nil
      } else if byte == 0x2d, let from = start, index < end, pattern[index] != 0x5d {
        guard let to = ByteSet.member(pattern, &index) else { return nil }
        if from <= to { for member in from...to { insert(member) } }
        start = nil
      } else {
        index -= 1
        guard let member = ByteSet.member(pattern, &index) else { return nil }
        insert(member)
        start = member
      }
    }
    index += 1
    if isNegated { self = inverted }
  }

  /// Takes one member, which a `\` may quote.
  private static func member(_ pattern: ArraySlice<UInt8>, _ index: inout Int) -> UInt8? {
    if pattern[index] == 0x5c { index += 1 }
    guard index < pattern.endIndex else { return nil }
    defer { index += 1 }
    return pattern[index]
  }

  private static func posix(_ name: ArraySlice<UInt8>) -> [UInt8]? {
    let (digits, upper, lower) = (
      Array<UInt8>(0x30...0x39), Array<UInt8>(0x41...0x5a), Array<UInt8>(0x61...0x7a)
    )
    let graph = Array<UInt8>(0x21...0x7e)
    let alnum = digits + upper + lower
    return switch String(decoding: name, as: UTF8.self) {
    case "alnum": alnum
    case "alpha": upper + lower
    case "blank": [0x09, 0x20]
    case "cntrl": Array(0x00...0x1f) + [0x7f]
    case "digit": digits
    case "graph": graph
    case "lower": lower
    case "print": [0x20] + graph
    case "punct": graph.filter { !alnum.contains($0) }
    case "space": [0x09, 0x0a, 0x0d, 0x20]  // git's, without the vertical tab and form feed
    case "upper": upper
    case "xdigit": digits + (0x41...0x46) + (0x61...0x66)
    default: nil
    }
  }
}
