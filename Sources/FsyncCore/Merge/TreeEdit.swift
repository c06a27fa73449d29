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
    var root = Node()
    for edit in edits where !edit.path.isRoot {
      root.add(edit.path.components[...], edit.entry)
    }
    return try build(root, over: tree, objects)
  }

  /// The edits below one folder, as a trie.
  private struct Node {
    var entry: Entry??
    var children: [Name: Node] = [:]

    mutating func add(_ names: ArraySlice<Name>, _ entry: Entry?) {
      guard let first = names.first else {
        self.entry = .some(entry)
        return
      }
      children[first, default: Node()].add(names.dropFirst(), entry)
    }

    /// Whether an edit at or below this place adds something.
    var hasAddition: Bool {
      if case .some(.some) = entry { return true }
      return children.values.contains { $0.hasAddition }
    }
  }

  private static func build(
    _ node: Node, over tree: ObjectID?, _ objects: ObjectOverlay
  ) throws(ObjectError) -> ObjectID {
    var entries: [Name: Entry] = [:]
    if let tree {
      for element in try objects.entries(ofTree: tree) { entries[element.name] = element.entry }
    }
    for (name, child) in node.children {
      var entry = entries[name]
      if let replacement = child.entry { entry = replacement }
      if !child.children.isEmpty {
        let below = entry?.kind == .directory ? entry?.content : nil
        if below != nil || child.hasAddition {
          let mode = entry?.kind == .directory ? entry?.mode ?? 0o755 : 0o755
          entry = .directory(try build(child, over: below, objects), mode: mode)
        }
      }
      entries[name] = entry
    }
    let sorted = entries.map { TreeEntry($0.key, $0.value) }.sorted { $0.name < $1.name }
    return TreeNode.build(sorted) { objects.put($0, $1) }
  }
}
