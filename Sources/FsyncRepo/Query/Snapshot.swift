package import FsyncCore

/// A state of the folder, with what is needed to read it.
package struct Snapshot {
  /// The commits whose view it is, sorted.
  package var commits: [ObjectID]
  /// Its tree; nil where there was no commit yet.
  package var tree: ObjectID?
  /// Its conflicts and notices; nil for none.
  package var conflicts: ObjectID?
  /// Where its objects are read from: a view's own are in memory only.
  package var reader: any ObjectReader

  /// Returns the entry at a path; nil where there is none.
  ///
  /// The root is a folder whose mode is not recorded.
  package func entry(at path: Path) throws(ObjectError) -> Entry? {
    guard let tree else { return nil }
    if path.isRoot { return .directory(tree, mode: 0o777) }
    return try reader.entry(at: path, in: tree)
  }

  /// Calls back for what is at or below a path, in order, until the callback returns false.
  /// - Parameter isRecursive: go into folders below the path.
  package func list(
    _ path: Path, isRecursive: Bool, _ visit: (Path, Entry) throws(ObjectError) -> Bool
  ) throws(ObjectError) {
    guard let entry = try entry(at: path) else { return }
    guard entry.kind == .directory else {
      _ = try visit(path, entry)
      return
    }
    _ = try list(entry.content, at: path, depth: 0, isRecursive, visit)
  }

  private func list(
    _ tree: ObjectID, at path: Path, depth: Int, _ isRecursive: Bool,
    _ visit: (Path, Entry) throws(ObjectError) -> Bool
  ) throws(ObjectError) -> Bool {
    guard depth <= Limits.depth else { throw .malformed(tree, .tooLarge) }
    for child in try reader.entries(ofTree: tree) {
      let childPath = path.appending(child.name)
      guard try visit(childPath, child.entry) else { return false }
      if isRecursive, child.entry.kind == .directory {
        guard try list(child.entry.content, at: childPath, depth: depth + 1, true, visit) else {
          return false
        }
      }
    }
    return true
  }
}
