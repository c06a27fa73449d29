package import FsyncCore
internal import FsyncSystem

/// A new tree of a working tree, and the index that belongs to it.
package struct Snapshot: Sendable {
  /// The tree: equal to the index's where nothing changed.
  package let tree: ObjectID
  /// The index of the tree.
  package let index: Index
  /// Paths that were absent and are kept, because deletions were not settled.
  package let waiting: [Path]

  /// Makes the tree of what a scan found.
  ///
  /// Content that is the same as before keeps the tree's modification time, so a touch is not a
  /// change; new permission bits alone are one. What is unknown, or could not be read, or is to
  /// be kept, stays as the base tree has it.
  /// - Parameters:
  ///   - index: of the base tree, the one that was scanned against.
  ///   - kept: paths that keep the base's entry, or stay unrecorded if it has none. A folder that
  ///     is there keeps its own entry, and what is in it is judged by itself; one that is not
  ///     there keeps all that was in it.
  ///   - contents: what a candidate was found to hold; nil where that is not known.
  ///   - folders: what was read of the untracked folders that the scan left, where there was
  ///     anything to record; they are used up.
  ///   - put: stores a tree object.
  package static func assemble(
    _ index: Index, _ scan: Scan, keeping kept: PathSet = PathSet(),
    contents: (Path) -> FoundContent?, folders: [Path: UntrackedFolder] = [:],
    put: (ObjectKind, [UInt8]) -> ObjectID
  ) throws(TreeError) -> Snapshot {
    let base = try index.contents()
    return withoutActuallyEscaping(contents) { contents in
      withoutActuallyEscaping(put) { put in
        let assembly = Assembly(
          index: index, base: base, scan: scan, kept: kept, contents: contents,
          folders: folders, put: put)
        let draft = assembly.known(0, at: .root)
        return Snapshot(
          tree: draft.tree, index: IndexBuilder.index(of: draft), waiting: assembly.waiting)
      }
    }
  }
}
