internal import FsyncCore
internal import FsyncSystem

/// The names that folders hold, letter by letter, where the file system may take one for another.
///
/// A folder is listed once, and again only for a name that was not among those it had.
struct SpelledNames {
  private var folders: [Path: Set<[UInt8]>] = [:]
  private var count = 0

  /// The most names that are kept, unless one folder alone has more.
  static let limit = 1 << 16

  /// Says whether a folder holds a name exactly as it is spelled.
  mutating func contains(
    _ name: [UInt8], in folder: OpenFolder, at path: Path
  ) throws(SystemError) -> Bool {
    if folders[path]?.contains(name) == true { return true }
    let names = Set(try folder.directory.names())
    count += names.count - (folders[path]?.count ?? 0)
    if count > SpelledNames.limit {
      folders.removeAll()
      count = names.count
    }
    folders[path] = names
    return names.contains(name)
  }
}
