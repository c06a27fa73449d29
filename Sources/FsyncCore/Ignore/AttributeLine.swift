/// What a line of an attributes file says about one attribute.
package enum AttributeValue: Hashable, Sendable {
  /// `name`.
  case set
  /// `-name`.
  case unset
  /// `!name`, or no line at all.
  case unspecified
  /// `name=value`.
  case value([UInt8])
}

/// A pattern and what it says, in gitattributes' syntax.
struct AttributeLine: Sendable {
  /// Longer lines say nothing, in bytes.
  static let maximumLength = 2048

  let pattern: PathPattern
  /// Attributes in the order of the line; the last of one name counts.
  let states: [(name: [UInt8], value: AttributeValue)]

  /// Parses a line; nil for a comment, a macro, a negative pattern, an attribute whose name is
  /// not one, and a pattern that matches nothing.
  init?(_ line: ArraySlice<UInt8>) {
    guard line.count < AttributeLine.maximumLength else { return nil }
    var rest = ControlFile.untilNUL(line).drop(while: AttributeLine.isBlank)
    guard let first = rest.first, first != 0x23 else { return nil }
    let text: [UInt8]
    if let (quoted, after) = AttributeLine.unquoted(rest) {
      (text, rest) = (quoted, after)
    } else {
      text = Array(rest.prefix { !AttributeLine.isBlank($0) })
      rest = rest.dropFirst(text.count)
    }
    let macro = Array("[attr]".utf8)
    guard text.count <= macro.count || !text.starts(with: macro) else { return nil }
    guard let pattern = PathPattern(ControlFile.untilNUL(text[...])), !pattern.isNegated else {
      return nil
    }
    var states: [(name: [UInt8], value: AttributeValue)] = []
    for word in rest.split(whereSeparator: AttributeLine.isBlank) {
      guard let state = AttributeLine.state(word) else { return nil }
      states.append(state)
    }
    self.pattern = pattern
    self.states = states
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0d
  }

  private static func state(
    _ word: ArraySlice<UInt8>
  ) -> (name: [UInt8], value: AttributeValue)? {
    var rest = word
    let mark = word.first
    if mark == 0x2d || mark == 0x21 { rest = rest.dropFirst() }
    let name = Array(rest.prefix { $0 != 0x3d })
    guard let first = name.first, first != 0x2d, name.allSatisfy(isNameByte),
      !name.starts(with: Array("builtin_".utf8))
    else { return nil }
    if mark == 0x2d { return (name, .unset) }
    if mark == 0x21 { return (name, .unspecified) }
    guard name.count < rest.count else { return (name, .set) }
    return (name, .value(Array(rest.dropFirst(name.count + 1))))
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f: true
    default: false
    }
  }

  /// Takes a pattern in double quotes, with C's escapes; nil where the line begins otherwise or
  /// the quotes are not right.
  private static func unquoted(
    _ line: ArraySlice<UInt8>
  ) -> (text: [UInt8], rest: ArraySlice<UInt8>)? {
    guard line.first == 0x22 else { return nil }
    var text: [UInt8] = []
    var rest = line.dropFirst()
    while let byte = rest.popFirst() {
      if byte == 0x22 { return (text, rest) }
      guard byte == 0x5c else {
        text.append(byte)
        continue
      }
      guard let escape = rest.popFirst() else { return nil }
      switch escape {
      case 0x61: text.append(0x07)
      case 0x62: text.append(0x08)
      case 0x66: text.append(0x0c)
      case 0x6e: text.append(0x0a)
      case 0x72: text.append(0x0d)
      case 0x74: text.append(0x09)
      case 0x76: text.append(0x0b)
      case 0x5c, 0x22: text.append(escape)
      case 0x30...0x33:
        guard let middle = rest.popFirst(), let low = rest.popFirst(),
          0x30...0x37 ~= middle, 0x30...0x37 ~= low
        else { return nil }
        text.append((escape & 3) << 6 | (middle & 7) << 3 | low & 7)
      default: return nil
      }
    }
    return nil
  }
}
