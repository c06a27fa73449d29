package import FsyncCore
package import FsyncSystem

/// Opens the folders of path after path, keeping those open that the next may share.
///
/// Every component is opened by itself and no symlink is followed, so nothing that appears in
/// between can lead out of the root.
package final class FolderCursor {
  private let root: OpenFolder
  private var at = Path.root
  /// The folders from the root's child down to `at`, or to the deepest that is kept open.
  private var stack: [OpenFolder] = []

  /// Begins at a root.
  package init(_ root: borrowing Directory) throws(SystemError) {
    self.root = OpenFolder(try root.reopened())
  }

  /// Opens a folder.
  package func folder(_ path: Path) throws(SystemError) -> OpenFolder {
    try folder(path) { _, _ throws(SystemError) in false }
  }

  /// Opens a folder, making what is missing.
  /// - Parameter make: given the parent and the path of a missing folder, makes it and returns
  ///   true, or returns false.
  func folder(
    _ path: Path, making make: (OpenFolder, Path) throws(SystemError) -> Bool
  ) throws(SystemError) -> OpenFolder {
    if path == at, stack.count == path.depth { return stack.last ?? root }
    let components = path.components
    var shared = 0
    let old = at.components
    while shared < min(old.count, components.count, stack.count),
      old[shared] == components[shared]
    { shared += 1 }
    forget(below: shared, of: old)
    var folder = stack.last ?? root
    for name in components[shared...] {
      let child = at.appending(name)
      let next: OpenFolder
      do throws(SystemError) { next = OpenFolder(try folder.directory.directory(name.bytes)) } catch
      {
        guard error.isAbsent, try make(folder, child) else {
          // What is open is still right; the next path may share it.
          settle()
          throw error
        }
        do throws(SystemError) {
          next = OpenFolder(try folder.directory.directory(name.bytes))
        } catch {
          settle()
          throw error
        }
      }
      folder = next
      at = child
      if stack.count < FolderContext.openDepth, stack.count == at.depth - 1 {
        stack.append(folder)
      }
    }
    settle()
    return folder
  }

  /// Closes a folder and those below it, because it goes away or may have.
  func leave(_ path: Path) {
    guard at.isEqualOrBelow(path) else { return }
    forget(below: max(path.depth - 1, 0), of: at.components)
  }

  private func forget(below depth: Int, of components: [Name]) {
    if stack.count > depth { stack.removeLast(stack.count - depth) }
    at = components[..<stack.count].reduce(.root) { $0.appending($1) }
  }

  /// Makes `at` name the deepest folder that is kept open.
  private func settle() {
    if at.depth > stack.count { forget(below: stack.count, of: at.components) }
  }
}
