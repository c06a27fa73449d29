internal import FsyncCore
internal import FsyncSystem

/// Which paths the ignore files in the folder cover, each folder's rules read once.
struct IgnoredPaths {
  private let root: [UInt8]
  private var rules: [Path: IgnoreRules] = [:]

  /// Reads nothing yet.
  /// - Parameter root: the working tree.
  init(below root: [UInt8]) {
    self.root = root
  }

  /// Says whether a path, or a folder above it, is ignored.
  mutating func contains(_ path: Path, isDirectory: Bool) throws(RepositoryError) -> Bool {
    guard let parent = path.parent, let name = path.name else { return false }
    return try rules(of: parent).isIgnored(name, isDirectory: isDirectory, in: parent)
  }

  private mutating func rules(of folder: Path) throws(RepositoryError) -> IgnoreRules {
    if let known = rules[folder] { return known }
    let above = try folder.parent.map { (parent) throws(RepositoryError) in
      try rules(of: parent)
    }
    let result = (above ?? IgnoreRules()).entering(folder, contents: try contents(in: folder))
    rules[folder] = result
    return result
  }

  private func contents(in folder: Path) throws(RepositoryError) -> [UInt8]? {
    let path = RepositoryPlace.join(
      folder.isRoot ? root : RepositoryPlace.join(root, folder.bytes), IgnoreRules.fileName)
    do throws(SystemError) {
      let file = try File(path, .readNoFollow)
      // Only a file has rules; what else has the name has none.
      guard try file.stat().kind == .file else { return nil }
      return try file.read(IgnoreRules.maximumSize, at: 0)
    } catch {
      if error.isAbsent || error.isSymlink { return nil }
      throw .system(error, path: path)
    }
  }
}
