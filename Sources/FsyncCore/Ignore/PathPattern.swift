/// One pattern of an ignore or attributes file.
struct PathPattern: Hashable, Sendable {
  /// Whether a `!` turned the meaning around.
  let isNegated: Bool
  /// Whether it matches directories only.
  let isDirectoryOnly: Bool
  /// Whether it is about names anywhere below its file's folder, not about whole paths.
  let isName: Bool
  /// The pattern without those marks.
  let glob: Glob

  /// Parses a pattern; nil where it can match nothing.
  init?(_ pattern: ArraySlice<UInt8>) {
    var rest = pattern
    isNegated = rest.first == 0x21
    if isNegated { rest = rest.dropFirst() }
    isDirectoryOnly = rest.last == 0x2f
    if isDirectoryOnly { rest = rest.dropLast() }
    isName = !rest.contains(0x2f)
    if rest.first == 0x2f { rest = rest.dropFirst() }
    guard let glob = Glob(rest, crossesFolders: !isName) else { return nil }
    self.glob = glob
  }

  /// Says whether the pattern matches a path below its file's folder.
  func matches(_ path: SplitPath, isDirectory: Bool) -> Bool {
    guard isDirectory || !isDirectoryOnly else { return false }
    guard isName else { return glob.matches(path) }
    return glob.matches(SplitPath(name: path.name))
  }
}
