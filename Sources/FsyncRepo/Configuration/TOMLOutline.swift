/// Where the statements of a TOML document are: what lets a value be replaced in place, with
/// every comment and blank line kept.
///
/// The document must be one that the parser accepted; of any other the outline is only safe to
/// make, not right.
struct TOMLOutline {
  /// A table header, or a key with its value.
  struct Statement: Hashable {
    /// The components of its full name: of the table, or of the key with its table's before.
    var path: [String]
    /// The line on which it begins, from 1.
    var line: Int
    /// All its bytes, with the line feed that ends it.
    var range: Range<Int>
    /// The bytes of the value; nil for a table header.
    var value: Range<Int>?
    /// The components of the table that it stands in.
    var table: [String]
    /// True for a header of an array of tables.
    var isArray = false
  }

  /// The statements in order.
  private(set) var statements: [Statement] = []
  /// The first line with something that no document has: a table header whose name begins with
  /// what no name does, a bracket that closes another kind, a date that is none, or what is not
  /// ASCII outside of strings and comments; nil for none.
  ///
  /// The parser takes it for granted that there is no such thing, and ends the process where there
  /// is.
  private(set) var lineOfTrouble: Int?
  private let bytes: [UInt8]
  private var offset = 0
  private var line = 1

  /// Finds the statements of a document.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    // A byte order mark.
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { offset = 3 }
    var table: [String] = []
    while offset < bytes.count {
      let start = offset
      let startLine = line
      skipBlanks()
      guard let byte = peek() else { break }
      switch byte {
      case 0x0a: advance()
      case 0x23: skipLine()
      case 0x5b:
        advance()
        let isArray = peek() == 0x5b
        if isArray { advance() }
        let first = bytes[offset...].first { $0 != 0x20 && $0 != 0x09 }
        if !beginsKey(first) { noteTrouble() }
        table = key()
        skipLine()
        statements.append(
          Statement(
            path: table, line: startLine, range: start..<offset, value: nil, table: table,
            isArray: isArray))
      default:
        let name = key()
        skipBlanks()
        guard peek() == 0x3d else {
          skipLine()
          continue
        }
        advance()
        skipBlanks()
        let value = valueRange()
        skipLine()
        statements.append(
          Statement(
            path: table + name, line: startLine, range: start..<offset, value: value, table: table))
      }
    }
  }

  private func peek(_ distance: Int = 0) -> UInt8? {
    offset + distance < bytes.count ? bytes[offset + distance] : nil
  }

  private mutating func noteTrouble() { lineOfTrouble = lineOfTrouble ?? line }

  /// Says whether a bare or quoted key may begin with a byte.
  private func beginsKey(_ byte: UInt8?) -> Bool {
    switch byte ?? 0 {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f, 0x22, 0x27: true
    default: false
    }
  }

  private mutating func advance(_ count: Int = 1) {
    for _ in 0..<count where offset < bytes.count {
      if bytes[offset] == 0x0a { line += 1 }
      offset += 1
    }
  }

  private mutating func skipBlanks() {
    while let byte = peek(), byte == 0x20 || byte == 0x09 || byte == 0x0d { advance() }
  }

  /// Moves behind the end of the line.
  private mutating func skipLine() {
    while let byte = peek() {
      advance()
      if byte == 0x0a { return }
    }
  }

  /// Takes a dotted key: bare, basic and literal parts.
  private mutating func key() -> [String] {
    var parts: [String] = []
    while true {
      skipBlanks()
      guard let byte = peek() else { return parts }
      if byte == 0x22 || byte == 0x27 {
        let start = offset + 1
        skipString()
        parts.append(String(decoding: bytes[start..<max(start, offset - 1)], as: UTF8.self))
      } else {
        let start = offset
        while let byte = peek(), byte != 0x2e, byte != 0x3d, byte != 0x5d, byte > 0x20 {
          if byte >= 0x80 { noteTrouble() }
          advance()
        }
        parts.append(String(decoding: bytes[start..<offset], as: UTF8.self))
      }
      skipBlanks()
      guard peek() == 0x2e else { return parts }
      advance()
    }
  }

  /// Takes a value and returns its bytes, without blanks and comment behind it.
  private mutating func valueRange() -> Range<Int> {
    let start = offset
    var end = offset
    var brackets: [UInt8] = []
    while let byte = peek() {
      switch byte {
      case 0x22, 0x27:
        skipString()
        end = offset
        continue
      case 0x5b, 0x7b: brackets.append(byte)
      // Each opening bracket comes two before its closing one.
      case 0x5d, 0x7d: if brackets.popLast() != byte - 2 { noteTrouble() }
      case 0x80...: noteTrouble()
      case 0x23:
        guard !brackets.isEmpty else { return start..<end }
        while let next = peek(), next != 0x0a { advance() }
        continue
      case 0x0a:
        guard !brackets.isEmpty else { return start..<end }
      case 0x20, 0x09, 0x0d, 0x2c, 0x3d: break
      default:
        takeWord()
        end = offset
        continue
      }
      advance()
      if byte != 0x20, byte != 0x09, byte != 0x0d, byte != 0x0a { end = offset }
    }
    return start..<end
  }

  /// Moves behind a value that is no string, array or table, or behind a key of an inline table.
  private mutating func takeWord() {
    let word = bytes[offset...].prefix { byte in
      switch byte {
      case 0x00...0x20, 0x22, 0x23, 0x27, 0x2c, 0x3d, 0x5b, 0x5d, 0x7b, 0x7d, 0x80...: false
      default: true
      }
    }
    let next = bytes[word.endIndex...].first { $0 != 0x20 && $0 != 0x09 }
    if next != 0x3d, !TOMLScalar.isPlausible(word) { noteTrouble() }
    advance(word.count)
  }

  /// Moves behind a string of any of the four forms; a document that ends first ends it.
  private mutating func skipString() {
    guard let quote = peek() else { return }
    let isLong = peek(1) == quote && peek(2) == quote
    advance(isLong ? 3 : 1)
    while let byte = peek() {
      if byte == 0x5c, quote == 0x22 {
        advance(2)
        continue
      }
      guard byte == quote else {
        if byte == 0x0a, !isLong { return }
        advance()
        continue
      }
      if !isLong { return advance() }
      if peek(1) == quote, peek(2) == quote {
        advance(3)
        // Up to two quotes may stand directly before the closing three.
        while peek() == quote { advance() }
        return
      }
      advance()
    }
  }
}

extension TOMLOutline {
  /// The line of a key or table; nil where none stands for it alone.
  func line(of path: [String]) -> Int? {
    statements.first { $0.path == path }?.line
      ?? statements.first { $0.value != nil && path.starts(with: $0.path) }?.line
  }

  /// The document with a key set to a value: in its place where it is there, else beside its
  /// siblings, else in a new table at the end.
  func setting(_ path: [String], to value: String) -> [UInt8] {
    if let range = statements.first(where: { $0.path == path })?.value {
      return Array(bytes[..<range.lowerBound]) + Array(value.utf8)
        + Array(bytes[range.upperBound...])
    }
    let table = Array(path.dropLast())
    // A sibling may stand in the table itself, or in an outer one with a dotted key.
    let sibling = statements.last { statement in
      statement.value != nil && statement.path.dropLast().elementsEqual(table)
    }
    let header = statements.last { $0.value == nil && !$0.isArray && $0.path == table }
    if let place = sibling ?? header {
      let name = path.dropFirst(place.table.count).joined(separator: ".")
      let newLine = Array("\(name) = \(value)\n".utf8)
      let before = bytes[..<place.range.upperBound]
      let gap: [UInt8] = before.last == 0x0a ? [] : [0x0a]
      return Array(before) + gap + newLine + Array(bytes[place.range.upperBound...])
    }
    let gap: [UInt8] = bytes.isEmpty ? [] : bytes.last == 0x0a ? [0x0a] : [0x0a, 0x0a]
    let name = path.last ?? ""
    return bytes + gap
      + Array("[\(table.joined(separator: "."))]\n\(name) = \(value)\n".utf8)
  }

  /// The document without a key, or without a table and all in it.
  func removing(_ path: [String]) -> [UInt8] {
    var result: [UInt8] = []
    var position = 0
    for statement in statements where statement.path.starts(with: path) {
      result += bytes[position..<statement.range.lowerBound]
      position = statement.range.upperBound
    }
    return result + bytes[position...]
  }
}
