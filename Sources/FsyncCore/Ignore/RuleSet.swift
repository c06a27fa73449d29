/// The patterns of one ignore file, arranged so that a name meets few of them.
///
/// Names, `*.ext` and `prefix*` are found by a hash, the last byte or the first byte; patterns
/// with a slash are asked only where their literal start and end fit.
final class RuleSet: Sendable {
  /// What is asked of a rule first; it holds no references, so that asking costs no counting.
  private struct Rule {
    let isDirectoryOnly: Bool
    let isNegated: Bool
    /// Where in `literals` is what a name must begin with.
    let start: Range<Int32>
    /// Where in `literals` is what a name must end with.
    let end: Range<Int32>
    /// The next earlier rule of the same list; −1 for none.
    let next: Int32
  }

  private let rules: [Rule]
  private let globs: [Glob]
  private let literals: [UInt8]
  // The heads of the lists, latest rule first. −1: empty.
  private let names: [Int32]
  private let suffixes: [Int32]
  private let prefixes: [Int32]
  private let general: Int32
  private let paths: Int32

  /// Whether no rule can match anything.
  var isEmpty: Bool { rules.isEmpty }

  /// Arranges patterns, which are in order: the last that matches decides.
  init(_ patterns: [PathPattern]) {
    var slots = 16
    while slots < patterns.count * 2 { slots *= 2 }
    var rules: [Rule] = []
    rules.reserveCapacity(patterns.count)
    var literals: [UInt8] = []
    var names = [Int32](repeating: -1, count: slots)
    var suffixes = [Int32](repeating: -1, count: 256)
    var prefixes = [Int32](repeating: -1, count: 256)
    var general: Int32 = -1
    var paths: Int32 = -1
    func keep(_ literal: [UInt8]) -> Range<Int32> {
      let start = Int32(literals.count)
      literals += literal
      return start..<Int32(literals.count)
    }
    func add(
      _ pattern: PathPattern, _ head: inout Int32, start: [UInt8] = [], end: [UInt8] = []
    ) {
      rules.append(
        Rule(
          isDirectoryOnly: pattern.isDirectoryOnly, isNegated: pattern.isNegated,
          start: keep(start), end: keep(end), next: head))
      head = Int32(rules.count - 1)
    }
    for pattern in patterns {
      let glob = pattern.glob
      if !pattern.isName {
        add(pattern, &paths, end: glob.tail)
      } else if let name = glob.literal {
        let slot = Int(truncatingIfNeeded: Checksum.xxh3(name)) & (slots - 1)
        add(pattern, &names[slot], start: name)
      } else if let suffix = glob.suffix, let last = suffix.last {
        add(pattern, &suffixes[Int(last)], end: suffix)
      } else if let prefix = glob.prefix, let first = prefix.first {
        add(pattern, &prefixes[Int(first)], start: prefix)
      } else {
        add(pattern, &general, start: glob.head, end: glob.tail)
      }
    }
    self.rules = rules
    self.literals = literals
    self.names = names
    self.suffixes = suffixes
    self.prefixes = prefixes
    self.general = general
    self.paths = paths
    globs = patterns.map(\.glob)
  }

  /// Says whether the last rule that matches ignores the path; nil where none matches.
  func verdict(_ path: SplitPath, isDirectory: Bool) -> Bool? {
    let name = path.name
    guard let first = name.first, let last = name.last, !rules.isEmpty else { return nil }
    let slot = Int(truncatingIfNeeded: Checksum.xxh3(name)) & (names.count - 1)
    let plain = SplitPath(name: name)
    return literals.withUnsafeBytes { literals in
      rules.withUnsafeBufferPointer { rules in
        var search = Search(rules: rules, literals: literals, name: name, isDirectory: isDirectory)
        search.raise(from: names[slot]) { rules[$0].start.count == name.count }
        search.raise(from: suffixes[Int(last)]) { _ in true }
        search.raise(from: prefixes[Int(first)]) { _ in true }
        search.raise(from: general) { globs[$0].matches(plain) }
        search.raise(from: paths) { globs[$0].matches(path) }
        return search.best < 0 ? nil : !rules[Int(search.best)].isNegated
      }
    }
  }

  /// The search for the latest rule that matches a name.
  private struct Search {
    let rules: UnsafeBufferPointer<Rule>
    let literals: UnsafeRawBufferPointer
    let name: UnsafeRawBufferPointer
    let isDirectory: Bool
    /// The latest rule so far; −1 for none.
    var best: Int32 = -1

    /// Raises `best` to the latest rule of a list whose literals fit and that matches.
    mutating func raise(from head: Int32, _ matches: (Int) -> Bool) {
      var index = head
      while index > best {
        let rule = rules[Int(index)]
        if isDirectory || !rule.isDirectoryOnly, has(rule.start, at: 0),
          has(rule.end, at: name.count - rule.end.count), matches(Int(index))
        {
          best = index
          return
        }
        index = rule.next
      }
    }

    private func has(_ literal: Range<Int32>, at offset: Int) -> Bool {
      guard offset >= 0, offset + literal.count <= name.count else { return false }
      let start = Int(literal.lowerBound)
      for index in 0..<literal.count where literals[start + index] != name[offset + index] {
        return false
      }
      return true
    }
  }
}
