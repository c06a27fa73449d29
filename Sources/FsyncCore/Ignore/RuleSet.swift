/// The patterns of one ignore file, arranged so that a name meets few of them.
///
/// Names, `*.ext` and `prefix*` are found by a hash, the last byte or the first byte; patterns
/// with a slash are asked only where their literal start and end fit.
final class RuleSet: Sendable {
  private struct Rule {
    let pattern: PathPattern
    /// What a name must be, end with or begin with, by the list that the rule is in.
    let literal: [UInt8]
    /// The next earlier rule of the same list; −1 for none.
    let next: Int32
  }

  private let rules: [Rule]
  // The heads of the lists, latest rule first. −1: empty.
  private let names: [Int32]
  private let suffixes: [Int32]
  private let prefixes: [Int32]
  private let globs: Int32
  private let paths: Int32

  /// Whether no rule can match anything.
  var isEmpty: Bool { rules.isEmpty }

  /// Arranges patterns, which are in order: the last that matches decides.
  init(_ patterns: [PathPattern]) {
    var slots = 16
    while slots < patterns.count * 2 { slots *= 2 }
    var rules: [Rule] = []
    rules.reserveCapacity(patterns.count)
    var names = [Int32](repeating: -1, count: slots)
    var suffixes = [Int32](repeating: -1, count: 256)
    var prefixes = [Int32](repeating: -1, count: 256)
    var globs: Int32 = -1
    var paths: Int32 = -1
    func add(_ pattern: PathPattern, _ literal: [UInt8], _ head: inout Int32) {
      rules.append(Rule(pattern: pattern, literal: literal, next: head))
      head = Int32(rules.count - 1)
    }
    for pattern in patterns {
      let glob = pattern.glob
      if !pattern.isName {
        add(pattern, glob.tail, &paths)
      } else if let name = glob.literal {
        add(pattern, name, &names[Int(truncatingIfNeeded: Checksum.xxh3(name)) & (slots - 1)])
      } else if let suffix = glob.suffix, let last = suffix.last {
        add(pattern, suffix, &suffixes[Int(last)])
      } else if let prefix = glob.prefix, let first = prefix.first {
        add(pattern, prefix, &prefixes[Int(first)])
      } else {
        add(pattern, [], &globs)
      }
    }
    self.rules = rules
    self.names = names
    self.suffixes = suffixes
    self.prefixes = prefixes
    self.globs = globs
    self.paths = paths
  }

  /// Says whether the last rule that matches ignores the path; nil where none matches.
  func verdict(_ path: SplitPath, isDirectory: Bool) -> Bool? {
    let name = path.name
    guard let first = name.first, let last = name.last, !rules.isEmpty else { return nil }
    let plain = SplitPath(name: name)
    var best: Int32 = -1
    let slot = Int(truncatingIfNeeded: Checksum.xxh3(name)) & (names.count - 1)
    search(names[slot], &best, isDirectory) { $0.literal.elementsEqual(name) }
    search(suffixes[Int(last)], &best, isDirectory) { name.hasSuffix($0.literal) }
    search(prefixes[Int(first)], &best, isDirectory) { name.starts(with: $0.literal) }
    search(globs, &best, isDirectory) { $0.pattern.glob.matches(plain) }
    search(paths, &best, isDirectory) {
      name.hasSuffix($0.literal) && $0.pattern.glob.matches(path)
    }
    return best < 0 ? nil : !rules[Int(best)].pattern.isNegated
  }

  /// Raises `best` to the latest rule of a list that matches.
  private func search(
    _ head: Int32, _ best: inout Int32, _ isDirectory: Bool, _ matches: (Rule) -> Bool
  ) {
    var index = head
    while index > best {
      let rule = rules[Int(index)]
      if isDirectory || !rule.pattern.isDirectoryOnly, matches(rule) {
        best = index
        return
      }
      index = rule.next
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Says whether the bytes end with some others.
  fileprivate func hasSuffix(_ suffix: [UInt8]) -> Bool {
    guard suffix.count <= count else { return false }
    return self[(count - suffix.count)...].elementsEqual(suffix)
  }
}
