/// Changes of single paths in a tree that is not on any disk.
package enum TreeEdit {
  /// Returns the tree with entries set or removed.
  ///
  /// Folders on the way are made with mode 0755 where they are missing, and a file in the way
  /// of a folder gives way to it. Folders that an edit leaves empty stay: directories are
  /// content.
  /// - Parameter edits: what each path becomes; nil removes it with all below it. A path and one
  ///   below it may both occur: the one above comes first.
  /// - Returns: the id of the new root; its objects are in the overlay.
  package static func apply(
    _ edits: [(path: Path, entry: Entry?)], to tree: ObjectID?, objects: ObjectOverlay
  ) throws(ObjectError) -> ObjectID {
    let editor = TreeEditor(tree, objects)
    for (path, entry) in edits.sorted(by: { $0.path < $1.path }) {
      guard let parent = path.parent else { continue }
      if let entry {
        try editor.makeFolder(parent)
        try editor.put(entry, at: path)
      } else {
        _ = try editor.remove(path)
      }
    }
    return editor.finish() ?? TreeNode.build([]) { objects.put($0, $1) }
  }
}
