package import FsyncCore
package import FsyncSystem

/// Opens the folders of path after path, keeping those open that the next may share.
///
/// Every component is opened by itself and no symlink is followed, so nothing that appears in
/// between can lead out of the root.
package final class FolderCursor {
  private let root: OpenFolder
  private var at = Path.root
  /// The folders on the way to `at` that are kept open, and their depths; the last one is `at`.
  private var stack: [(depth: Int, folder: OpenFolder)] = []

  private var depth: Int { stack.last?.depth ?? 0 }

  /// Begins at a root.
  package init(_ root: borrowing Directory) throws(SystemError) {
    self.root = OpenFolder(try root.reopened())
  }

  /// Opens a folder.
  package func folder(_ path: Path) throws(SystemError) -> OpenFolder {
    try folder(path) { _, _ throws(SystemError) in false }
  }

  /// Opens a folder, making what is missing.
  ///
  /// Where that fails, what is open on the way is still right: the next path may share it.
  /// - Parameter make: given the parent and the path of a missing folder, makes it and returns
  ///   true, or returns false.
  func folder(
    _ path: Path, making make: (OpenFolder, Path) throws(SystemError) -> Bool
  ) throws(SystemError) -> OpenFolder {
    var folder = stack.last?.folder ?? root
    if path == at { return folder }
    forget(below: at.sharedDepth(with: path))
    folder = stack.last?.folder ?? root
    for name in path.components(from: depth) {
      let child = at.appending(name)
      let next: OpenFolder
      do throws(SystemError) { next = OpenFolder(try folder.directory.directory(name.bytes)) } catch
      {
        guard error.isAbsent, try make(folder, child) else { throw error }
        next = OpenFolder(try folder.directory.directory(name.bytes))
      }
      let depth = depth
      if depth > 0, !FolderContext.isKept(depth: depth) { stack.removeLast() }
      stack.append((depth + 1, next))
      at = child
      folder = next
    }
    return folder
  }

  /// Closes a folder and those below it, because it goes away or may have.
  func leave(_ path: Path) {
    guard at.isEqualOrBelow(path) else { return }
    forget(below: max(path.depth - 1, 0))
  }

  private func forget(below depth: Int) {
    let old = self.depth
    while let last = stack.last, last.depth > depth { stack.removeLast() }
    for _ in 0..<old - self.depth { at = at.parent ?? .root }
  }
}

extension Path {
  /// How many components two paths begin with alike.
  fileprivate func sharedDepth(with other: Path) -> Int {
    let (left, right) = (bytes, other.bytes)
    var (depth, index) = (0, 0)
    while index < left.count, index < right.count, left[index] == right[index] {
      if left[index] == 0x2f { depth += 1 }
      index += 1
    }
    func ends(_ bytes: [UInt8]) -> Bool { index == bytes.count || bytes[index] == 0x2f }
    return index > 0 && ends(left) && ends(right) ? depth + 1 : depth
  }

  /// The components from a depth on.
  fileprivate func components(from depth: Int) -> [Name] {
    bytes.split(separator: 0x2f).dropFirst(depth).compactMap { try? Name(Array($0)) }
  }
}
