/// A tree in memory that is read where it is touched and written where it was changed.
///
/// Merging moves subtrees about: an editor takes a whole directory out or puts one in by its
/// id, without reading what is inside.
final class TreeEditor {
  /// A directory that has been opened.
  private final class Folder {
    var entries: [Name: Entry]
    var opened: [Name: Folder] = [:]
    var isChanged = false

    init(_ entries: [TreeEntry]) {
      self.entries = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.entry) })
    }
  }

  private let objects: ObjectOverlay
  private let original: ObjectID?
  private var root: Folder?

  /// Begins with a tree; nil is an empty one.
  init(_ tree: ObjectID?, _ objects: ObjectOverlay) {
    original = tree
    self.objects = objects
  }

  private func rootFolder() throws(ObjectError) -> Folder {
    if let root { return root }
    let folder = Folder(
      try original.map { id throws(ObjectError) in try objects.entries(ofTree: id) } ?? [])
    root = folder
    return folder
  }

  private func open(_ name: Name, in folder: Folder) throws(ObjectError) -> Folder? {
    if let open = folder.opened[name] { return open }
    guard let tree = folder.entries[name]?.folder else { return nil }
    let child = Folder(try objects.entries(ofTree: tree))
    folder.opened[name] = child
    return child
  }

  /// Returns the open folder at a path; nil where there is no directory.
  private func folder(at path: Path) throws(ObjectError) -> Folder? {
    var folder = try rootFolder()
    for name in path.components {
      guard let child = try open(name, in: folder) else { return nil }
      folder = child
    }
    return folder
  }

  /// Returns the entry at a path; nil where there is none, and for the root.
  ///
  /// The tree of a directory with changes inside is written first, so the entry is as it stands.
  func entry(at path: Path) throws(ObjectError) -> Entry? {
    guard let parent = path.parent, let name = path.name,
      let folder = try folder(at: parent)
    else { return nil }
    if let open = folder.opened[name], let entry = folder.entries[name] {
      _ = flush(open, into: folder, name, entry)
    }
    return folder.entries[name]
  }

  /// Takes out what is at a path, with all that is below it; nil where there is nothing.
  func remove(_ path: Path) throws(ObjectError) -> Entry? {
    guard let entry = try entry(at: path), let parent = path.parent, let name = path.name
    else { return nil }
    guard let folder = try folder(at: parent) else { return nil }
    folder.entries[name] = nil
    folder.opened[name] = nil
    try markChanged(path)
    return entry
  }

  /// Puts an entry at a path in place of what is there; its parent must be a directory.
  ///
  /// Returns false, having done nothing, where it is none.
  @discardableResult
  func put(_ entry: Entry, at path: Path) throws(ObjectError) -> Bool {
    guard let parent = path.parent, let name = path.name, let folder = try folder(at: parent)
    else { return false }
    folder.entries[name] = entry
    folder.opened[name] = nil
    try markChanged(path)
    return true
  }

  /// Makes a directory at a path, and those above it, where there is none, for something to be put
  /// there; what else has a name on the way gives way.
  func makeFolder(_ path: Path) throws(ObjectError) {
    var folder = try rootFolder()
    for name in path.components {
      if let child = try open(name, in: folder) {
        folder = child
        continue
      }
      let child = Folder([])
      child.isChanged = true
      folder.entries[name] = .directory(TreeNode.build([]) { Digest.object($0, $1) }, mode: 0o755)
      folder.opened[name] = child
      folder.isChanged = true
      folder = child
    }
  }

  /// Says whether a directory has no entries; true where there is no directory.
  func isEmpty(_ path: Path) throws(ObjectError) -> Bool {
    try folder(at: path)?.entries.isEmpty ?? true
  }

  /// The names in a directory.
  func names(in path: Path) throws(ObjectError) -> [Name: Entry] {
    try folder(at: path)?.entries ?? [:]
  }

  private func markChanged(_ path: Path) throws(ObjectError) {
    var folder = try rootFolder()
    folder.isChanged = true
    for name in path.components.dropLast() {
      guard let child = folder.opened[name] else { return }
      child.isChanged = true
      folder = child
    }
  }

  private func flush(
    _ open: Folder, into parent: Folder, _ name: Name, _ entry: Entry
  ) -> Entry {
    guard open.isChanged else { return entry }
    var result = entry
    result.content = write(open)
    parent.entries[name] = result
    return result
  }

  private func write(_ folder: Folder) -> ObjectID {
    for (name, open) in folder.opened where open.isChanged {
      if let entry = folder.entries[name] { _ = flush(open, into: folder, name, entry) }
    }
    folder.isChanged = false
    let entries = folder.entries.map { TreeEntry($0.key, $0.value) }.sorted { $0.name < $1.name }
    return TreeNode.build(entries) { objects.put($0, $1) }
  }

  /// Writes what changed and returns the tree; nil where it began as nil and nothing was put.
  func finish() -> ObjectID? {
    guard let root, root.isChanged else { return original }
    return write(root)
  }
}
