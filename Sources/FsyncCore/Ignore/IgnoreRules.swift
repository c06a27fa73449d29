/// What is ignored in one folder: gitignore's syntax and meaning, in files called `.fsyncignore`.
///
/// A value belongs to a folder and is made from its parent's; passing it on costs a reference
/// count. The deepest file with a pattern that matches decides, and in it the last such pattern.
/// In a folder that is itself ignored everything is, whatever any pattern says.
package struct IgnoreRules: Sendable {
  /// The name of the files.
  package static let fileName = Array(".fsyncignore".utf8)
  /// The part of a file that is read, in bytes: more rules would make every scan slow.
  package static let maximumSize = 1 << 20

  /// One file's rules over those of the folders above.
  private final class Layer: Sendable {
    let rules: RuleSet
    /// Where a path below the file's folder begins in a path from the root.
    let start: Int
    let parent: Layer?

    init(_ rules: RuleSet, start: Int, parent: Layer?) {
      self.rules = rules
      self.start = start
      self.parent = parent
    }
  }

  private var layer: Layer?
  /// Whether the folder is ignored, and with it all that is in it.
  package private(set) var isExcluded = false
  /// A number that changes with any rule in force here; 0 for none.
  package private(set) var digest: UInt64 = 0

  /// Makes the rules above the root: none.
  package init() {}

  /// Returns the rules of a folder whose parent these are the rules of; for the root, those of
  /// `init()`.
  /// - Parameter contents: the folder's ignore file; nil where it has none.
  package func entering(_ folder: Path, contents: [UInt8]?) -> IgnoreRules {
    var result = self
    if !isExcluded, let parent = folder.parent, let name = folder.name {
      result.isExcluded = isIgnored(name, isDirectory: true, in: parent)
      if result.isExcluded { result.digest = ~0 }
    }
    guard !result.isExcluded, let contents else { return result }
    let rules = RuleSet(IgnoreRules.patterns(contents))
    guard !rules.isEmpty else { return result }
    result.layer = Layer(rules, start: folder.isRoot ? 0 : folder.bytes.count + 1, parent: layer)
    var writer = ByteWriter(reserving: contents.count + 8)
    writer.fixed(digest)
    writer.raw(contents)
    result.digest = Digest.sha256(writer.bytes).prefix64
    return result
  }

  /// Says whether a name in the folder is ignored.
  package func isIgnored(
    _ name: UnsafeRawBufferPointer, isDirectory: Bool, in folder: Path
  ) -> Bool {
    if isExcluded { return true }
    return folder.bytes.withUnsafeBytes { folder in
      var next = layer
      while let layer = next {
        let below = folder[min(layer.start, folder.count)...]
        let path = SplitPath(folder: UnsafeRawBufferPointer(rebasing: below), name: name)
        if let verdict = layer.rules.verdict(path, isDirectory: isDirectory) { return verdict }
        next = layer.parent
      }
      return false
    }
  }

  /// Says whether a name in the folder is ignored.
  package func isIgnored(_ name: [UInt8], isDirectory: Bool, in folder: Path) -> Bool {
    name.withUnsafeBytes { isIgnored($0, isDirectory: isDirectory, in: folder) }
  }

  /// Says whether a name in the folder is ignored.
  package func isIgnored(_ name: Name, isDirectory: Bool, in folder: Path) -> Bool {
    isIgnored(name.bytes, isDirectory: isDirectory, in: folder)
  }

  /// Parses a file: a pattern a line; blank lines and lines that begin with `#` say nothing.
  static func patterns(_ contents: [UInt8]) -> [PathPattern] {
    var patterns: [PathPattern] = []
    for line in ControlFile.lines(contents, atMost: maximumSize) where line.first != 0x23 {
      var rest = line
      if rest.last == 0x0d { rest = rest.dropLast() }
      rest = withoutTrailingSpaces(ControlFile.untilNUL(rest))
      if let pattern = PathPattern(rest) { patterns.append(pattern) }
    }
    return patterns
  }

  /// Drops spaces at the end that no `\` quotes.
  private static func withoutTrailingSpaces(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var end = line.startIndex
    var index = line.startIndex
    while index < line.endIndex {
      let isQuoted = line[index] == 0x5c
      if isQuoted { index += 1 }
      guard index < line.endIndex else { return line }
      index += 1
      if isQuoted || line[index - 1] != 0x20 { end = index }
    }
    return line[..<end]
  }
}

/// What ignore and attributes files have in common.
enum ControlFile {
  /// Returns a file's lines without their newlines, after a byte order mark if there is one.
  static func lines(_ contents: [UInt8], atMost size: Int) -> [ArraySlice<UInt8>] {
    var rest = contents[...]
    if rest.count > size {
      // Half a pattern could mean anything: the last line that fits whole ends the file.
      rest = rest.prefix(size)
      rest = rest.prefix(upTo: rest.lastIndex(of: 0x0a) ?? rest.startIndex)
    }
    if rest.starts(with: [0xef, 0xbb, 0xbf]) { rest = rest.dropFirst(3) }
    return rest.split(separator: 0x0a)
  }

  /// Returns a line up to its first NUL: no name has one.
  static func untilNUL(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    line.prefix { $0 != 0 }
  }
}
