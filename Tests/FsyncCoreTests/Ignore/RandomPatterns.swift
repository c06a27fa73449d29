import FsyncCore
import TestSupport

extension SplitMix {
  /// Returns a file name out of few, so that patterns meet them.
  mutating func fileName() -> [UInt8] {
    let names = [
      "a", "b", "c", "ab", "abc", "b.c", "a.c", "f.o", "a.o", ".x", "a b", "a ", "#a", "!a", "x1",
      "A", "[a]", "a*", "q?", "é", "back\\slash", "-", "a-b", "]", "^", "lib", "tail~",
    ]
    if once(in: 12) { return (0..<1 + below(3)).map { _ in nameByte() } }
    return Array(pick(names).utf8)
  }

  private mutating func nameByte() -> UInt8 {
    while true {
      let byte = UInt8(below(256))
      if byte != 0, byte != 0x2f, byte != 0x0a, byte != 0x2e { return byte }
    }
  }

  /// Returns a line of an ignore file, most often one that matches something.
  mutating func pattern() -> [UInt8] {
    if once(in: 25) {
      return Array(pick(["", "# note", "/", "!", "\\", "[", "a[", "  ", "//"]).utf8)
    }
    var line: [UInt8] = []
    if once(in: 4) { line.append(0x21) }
    if once(in: 4) { line.append(0x2f) }
    for segment in 0...(once(in: 2) ? 0 : 1 + below(2)) {
      if segment > 0 { line.append(0x2f) }
      line += self.segment()
    }
    if once(in: 5) { line.append(0x2f) }
    if once(in: 12) { line.append(0x20) }
    if once(in: 20) { line += [0x5c, 0x20] }
    if once(in: 15) { line.append(0x0d) }
    return line
  }

  private mutating func segment() -> [UInt8] {
    switch below(8) {
    case 0: return Array("**".utf8)
    case 1: return Array("*".utf8)
    case 2: return fileName()
    case 3: return [0x2a] + fileName()
    case 4: return fileName() + [0x2a]
    default:
      var result: [UInt8] = []
      for _ in 0...below(4) { result += piece() }
      return result
    }
  }

  private mutating func piece() -> [UInt8] {
    switch below(9) {
    case 0: return [0x3f]
    case 1: return [0x2a]
    case 2: return Array(pick(["**", "***"]).utf8)
    case 3: return bracket()
    case 4: return [0x5c, pick(Array("ab*?[] !#\\x".utf8))]
    default: return [pick(Array("aabbcx.1-A]".utf8))]
    }
  }

  private mutating func bracket() -> [UInt8] {
    var result: [UInt8] = [0x5b]
    if once(in: 4) { result.append(pick(Array("!^".utf8))) }
    if once(in: 8) { result.append(0x5d) }
    for _ in 0...below(3) {
      switch below(7) {
      case 0: result += Array("a-c".utf8)
      case 1:
        let names = [
          "alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
          "upper", "xdigit", "nonsense", "",
        ]
        result += Array("[:\(pick(names)):]".utf8)
      case 2: result += [0x5c, pick(Array("]-\\ab".utf8))]
      case 3: result.append(pick(Array("-^![:/".utf8)))
      case 4: result += [nameByte(), 0x2d, nameByte()]
      default: result.append(pick(Array("abcx.1A".utf8)))
      }
    }
    if !once(in: 15) { result.append(0x5d) }
    return result
  }

  /// Returns an ignore file of a few lines.
  mutating func patternFile() -> [UInt8] {
    var result: [UInt8] = once(in: 10) ? [0xef, 0xbb, 0xbf] : []
    for _ in 0..<1 + below(6) { result += pattern() + [0x0a] }
    if once(in: 4) { result.removeLast() }
    return result
  }
}

/// A folder of a random tree.
struct RandomFolder {
  var rules: [UInt8]?
  var files: [Name] = []
  var folders: [Child] = []

  /// A folder in a folder.
  struct Child {
    var name: Name
    var folder: RandomFolder
  }
}

extension SplitMix {
  /// Returns a random tree with pattern files in some folders.
  mutating func folder(depth: Int) -> RandomFolder {
    var folder = RandomFolder()
    if depth == 0 || once(in: 4) { folder.rules = patternFile() }
    var taken: Set<[UInt8]> = []
    for _ in 0..<2 + below(4) {
      let bytes = fileName()
      guard let name = try? Name(bytes), taken.insert(bytes).inserted else { continue }
      if depth < 3, once(in: 2) {
        folder.folders.append(.init(name: name, folder: self.folder(depth: depth + 1)))
      } else {
        folder.files.append(name)
      }
    }
    return folder
  }
}
