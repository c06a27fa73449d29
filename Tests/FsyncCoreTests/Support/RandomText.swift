import TestSupport

/// A random text as lines without newlines, and the ways to edit it.
struct RandomText {
  var lines: [[UInt8]]

  /// The text's bytes.
  func bytes(newline: [UInt8] = [0x0a], endsInNewline: Bool = true) -> [UInt8] {
    let joined = Array(lines.joined(separator: newline))
    return endsInNewline && !lines.isEmpty ? joined + newline : joined
  }
}

extension SplitMix {
  /// Returns a text of lines out of a small alphabet, so that lines repeat and diffs are
  /// ambiguous.
  mutating func letters(_ count: Int, alphabet: Int) -> RandomText {
    RandomText(lines: (0..<count).map { _ in [0x61 + UInt8(below(alphabet))] })
  }

  /// Returns a text that looks like a program: blank lines, braces and comments repeat, the rest
  /// hardly does.
  mutating func program(functions: Int) -> RandomText {
    var lines: [[UInt8]] = []
    for _ in 0..<functions {
      if once(in: 3) { lines.append(Array("// \(pick(["note", "why", "see below"]))".utf8)) }
      lines.append(Array("func f\(below(functions * 2))() {".utf8))
      for _ in 0..<below(12) {
        lines.append(statement())
        if once(in: 5) { lines.append([]) }
      }
      lines.append(Array("}".utf8))
      lines.append([])
    }
    return RandomText(lines: lines)
  }

  private mutating func statement() -> [UInt8] {
    switch below(5) {
    case 0: Array("  return".utf8)
    case 1: Array("  if x\(below(9)) {".utf8)
    case 2: Array("  }".utf8)
    case 3: Array("  call(\(below(1000)))".utf8)
    default: Array("  let v\(below(50)) = \(below(50))".utf8)
    }
  }

  /// Returns a text with a number of edits: lines replaced, added, removed, moved or repeated.
  mutating func edited(_ text: RandomText, edits: Int, alphabet: Int? = nil) -> RandomText {
    var lines = text.lines
    func fresh(_ random: inout SplitMix) -> [UInt8] {
      guard let alphabet else { return random.statement() }
      return [0x61 + UInt8(random.below(alphabet))]
    }
    for _ in 0..<edits {
      let place = below(lines.count + 1)
      let run = place..<min(place + 1 + below(3), lines.count)
      switch below(5) {
      case 0: lines.insert(fresh(&self), at: place)
      case 1: lines.removeSubrange(run)
      case 2: lines.replaceSubrange(run, with: [fresh(&self)])
      case 3: lines.insert(contentsOf: lines[run], at: below(lines.count + 1))
      default:
        let moved = Array(lines[run])
        lines.removeSubrange(run)
        lines.insert(contentsOf: moved, at: below(lines.count + 1))
      }
    }
    return RandomText(lines: lines)
  }
}

/// Three versions of a text.
struct ThreeTexts {
  var base: [UInt8]
  var left: [UInt8]
  var right: [UInt8]
}

extension SplitMix {
  /// Returns a text and two edits of it, of one of several shapes.
  mutating func threeTexts() -> ThreeTexts {
    let alphabet: Int? = once(in: 3) ? nil : 2 + below(8)
    let base =
      if let alphabet {
        letters(below(40), alphabet: alphabet)
      } else {
        program(functions: 1 + below(12))
      }
    let left = edited(base, edits: below(6), alphabet: alphabet)
    var right = edited(base, edits: below(6), alphabet: alphabet)
    if once(in: 4) { right = edited(left, edits: below(3), alphabet: alphabet) }
    let newline: [UInt8] = once(in: 6) ? [0x0d, 0x0a] : [0x0a]
    return ThreeTexts(
      base: base.bytes(newline: newline, endsInNewline: !once(in: 5)),
      left: left.bytes(newline: newline, endsInNewline: !once(in: 5)),
      right: right.bytes(newline: newline, endsInNewline: !once(in: 5)))
  }
}
