package import FsyncCore
internal import FsyncSystem

/// Where a repository is: found by looking upwards from a directory.
package struct RepositoryPlace: Hashable, Sendable {
  /// The absolute path of the working tree; nil where the repository is bare.
  package var root: [UInt8]?
  /// The absolute path of the repository's own folder.
  package var folder: [UInt8]

  /// Makes a place.
  package init(root: [UInt8]?, folder: [UInt8]) {
    self.root = root
    self.folder = folder
  }

  /// The name of the repository's folder in a working tree.
  package static let folderName = Array(".fsync".utf8)
  private static let pointerName = Array("journal".utf8)

  /// Finds the repository at or above a directory; nil where there is none.
  package static func find(from start: [UInt8]) throws(RepositoryError) -> RepositoryPlace? {
    var directory: [UInt8]
    do { directory = try Host.realPath(start) } catch {
      throw .system(error, path: start)
    }
    while true {
      let inside = join(directory, folderName)
      if isRepository(inside) { return RepositoryPlace(root: directory, folder: inside) }
      if isRepository(directory) {
        // The folder of a working tree, entered by hand, is that working tree's.
        if directory.suffix(folderName.count + 1) == [0x2f] + folderName {
          let root = Array(directory.dropLast(folderName.count + 1))
          return RepositoryPlace(root: root.isEmpty ? [0x2f] : root, folder: directory)
        }
        return RepositoryPlace(root: nil, folder: directory)
      }
      guard directory != [0x2f], let slash = directory.lastIndex(of: 0x2f) else { return nil }
      directory = slash == 0 ? [0x2f] : Array(directory[..<slash])
    }
  }

  /// Says whether a folder is a repository's own.
  static func isRepository(_ folder: [UInt8]) -> Bool {
    guard let pointer = try? Stat(path: join(folder, pointerName)), pointer.kind == .file,
      let replica = try? Stat(path: join(folder, Replica.fileName)), replica.kind == .file
    else { return false }
    return true
  }

  /// Joins a directory's path and a name.
  package static func join(_ directory: [UInt8], _ name: [UInt8]) -> [UInt8] {
    directory == [0x2f] ? directory + name : directory + [0x2f] + name
  }

  /// The path inside the working tree that text from a command line means.
  /// - Parameters:
  ///   - argument: as it was typed, absolute or relative to `directory`.
  ///   - directory: the absolute, resolved current directory.
  package func path(of argument: [UInt8], from directory: [UInt8]) throws(RepositoryError) -> Path {
    guard let root else { return try RepositoryPlace.pathInTree(argument) }
    let absolute =
      argument.first == 0x2f ? argument : RepositoryPlace.join(directory, argument)
    var parts: [ArraySlice<UInt8>] = []
    for part in absolute.split(separator: 0x2f) {
      if part.elementsEqual([0x2e]) { continue }
      if part.elementsEqual([0x2e, 0x2e]) {
        _ = parts.popLast()
        continue
      }
      parts.append(part)
    }
    let rootParts = root.split(separator: 0x2f)
    if parts.starts(with: rootParts, by: { $0.elementsEqual($1) }) {
      return try RepositoryPlace.pathInTree(
        Array(parts.dropFirst(rootParts.count).joined(separator: [0x2f])))
    }
    // The argument may go through a symlink to the root: resolve its folder, not itself.
    if let last = parts.last,
      let parent = try? Host.realPath([0x2f] + Array(parts.dropLast().joined(separator: [0x2f]))),
      case let resolved = parent.split(separator: 0x2f) + [last],
      resolved.starts(with: rootParts, by: { $0.elementsEqual($1) })
    {
      return try RepositoryPlace.pathInTree(
        Array(resolved.dropFirst(rootParts.count).joined(separator: [0x2f])))
    }
    throw .invalidPath(argument)
  }

  private static func pathInTree(_ bytes: [UInt8]) throws(RepositoryError) -> Path {
    let trimmed = bytes.split(separator: 0x2f).filter { !$0.elementsEqual([0x2e]) }
    do { return try Path(Array(trimmed.joined(separator: [0x2f]))) } catch {
      throw .invalidPath(bytes)
    }
  }
}
