/// How two versions of a file that clash become one.
package enum MergeStrategy: Hashable, Sendable {
  /// Nothing is said: as text where all versions are text, else both are kept.
  case automatic
  /// By lines.
  case text
  /// One keeps the name, the others become conflict copies.
  case keepBoth
  /// One that this version of fsync does not have, by its name.
  case unknown([UInt8])
}

/// The attributes files of a tree: gitattributes' syntax, in files called `.fsyncattributes`.
///
/// For each attribute the deepest file that says something decides, and in it the last line.
package struct AttributeRules: Sendable {
  /// The name of the files.
  package static let fileName = Array(".fsyncattributes".utf8)
  /// The part of a file that is read, in bytes.
  package static let maximumSize = 1 << 20

  private var files: [Path: [AttributeLine]] = [:]

  /// Makes rules that say nothing.
  package init() {}

  /// Says whether no line says anything.
  package var isEmpty: Bool { files.isEmpty }

  /// Adds a folder's attributes file, in any order of folders; a second one for the same folder
  /// replaces the first.
  package mutating func add(_ contents: [UInt8], in folder: Path) {
    let lines = ControlFile.lines(contents, atMost: AttributeRules.maximumSize)
      .compactMap(AttributeLine.init)
    files[folder] = lines.isEmpty ? nil : lines
  }

  /// Returns how a path that is not a directory merges: what `merge` says, unless the path or a
  /// folder that holds it is `atomic`.
  package func strategy(for path: Path) -> MergeStrategy {
    if files.isEmpty { return .automatic }
    var ancestor: Path? = path
    while let current = ancestor, !current.isRoot {
      switch value(of: AttributeRules.atomic, for: current, isDirectory: current != path) {
      case .set, .value: return .unknown(AttributeRules.atomic)
      case .unset, .unspecified: ancestor = current.parent
      }
    }
    switch value(of: AttributeRules.merge, for: path, isDirectory: false) {
    case .unspecified: return .automatic
    case .set: return .text
    case .unset: return .keepBoth
    case .value(let name) where name == Array("text".utf8): return .text
    case .value(let name) where name == Array("keep-both".utf8): return .keepBoth
    case .value(let name): return .unknown(name)
    }
  }

  /// Returns what is said about an attribute of a path.
  package func value(
    of attribute: [UInt8], for path: Path, isDirectory: Bool
  ) -> AttributeValue {
    guard let name = path.name else { return .unspecified }
    return name.bytes.withUnsafeBytes { name in
      var isBinaryDecided = false
      var folder = path.parent
      while let current = folder {
        if let lines = files[current] {
          let below = (path.parent ?? .root).relative(to: current) ?? .root
          let value = below.bytes.withUnsafeBytes { below in
            AttributeRules.value(
              of: attribute, SplitPath(folder: below, name: name), isDirectory, lines,
              &isBinaryDecided)
          }
          if let value { return value }
        }
        folder = current.parent
      }
      return .unspecified
    }
  }

  private static let atomic = Array("atomic".utf8)
  private static let merge = Array("merge".utf8)
  private static let binary = Array("binary".utf8)
  /// What `binary` unsets where it is set: git's only built-in macro.
  private static let unsetByBinary = [merge, Array("diff".utf8), Array("text".utf8)]

  private static func value(
    of attribute: [UInt8], _ path: SplitPath, _ isDirectory: Bool, _ lines: [AttributeLine],
    _ isBinaryDecided: inout Bool
  ) -> AttributeValue? {
    for line in lines.reversed() where line.pattern.matches(path, isDirectory: isDirectory) {
      for state in line.states.reversed() {
        if state.name == attribute { return state.value }
        guard state.name == binary, !isBinaryDecided else { continue }
        isBinaryDecided = true
        if state.value == .set, unsetByBinary.contains(attribute) { return .unset }
      }
    }
    return nil
  }
}
