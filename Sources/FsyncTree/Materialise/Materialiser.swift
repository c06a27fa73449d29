package import FsyncCore
package import FsyncSystem

/// Writes changes into a folder.
///
/// New content is staged, verified and made durable; only then is it put in place, path by path,
/// each looked at just before: what is not what the merge took for granted is left alone. A run
/// that was cut short at any call is finished by running the same changes again.
package enum Materialiser {
  /// Up to so many files or folders are made durable one by one; more with their file system.
  static let batch = 8

  /// Writes changes.
  /// - Parameters:
  ///   - changes: each path once; content is staged in this order, so that the caller can read
  ///     its frames in theirs.
  ///   - stage: an own folder on the root's file system, which is cleared first.
  ///   - index: the index that the folder was last scanned with, or an empty one.
  ///   - reader: has the content of every entry that is to be there.
  /// - Returns: what became of each change, in the same order. A throw means that nothing can be
  ///   said about durability: the same changes are to be run again.
  package static func run(
    _ changes: [PathChange], root: borrowing Directory, stage: borrowing Directory,
    index: Index, reader: any ObjectReader & Sendable,
    options: MaterialiseOptions = MaterialiseOptions()
  ) throws(TreeError) -> [Outcome] {
    do throws(SystemError) {
      let area = try StagingArea(stage, reader, options)
      try area.clear()
      var staging = try Staging(changes, area, options, root)
      try staging.run(root, index)
      var placing = try Placing(changes, staging, root, area, index, options)
      try placing.run()
      try placing.finish(root)
      try area.clear()
      placing.vouch(root)
      return placing.outcomes.map { $0 ?? .notTried }
    } catch { throw .system(error) }
  }

  /// Removes the temporaries that a scan found beside their targets.
  package static func clear(
    _ leftovers: [Scan.Leftover], root: borrowing Directory
  ) throws(TreeError) {
    do throws(SystemError) {
      let cursor = try FolderCursor(root)
      for leftover in leftovers where leftover.name.starts(with: Name.stagingPrefix) {
        do throws(SystemError) {
          try cursor.folder(leftover.folder).directory.unlink(leftover.name)
        } catch {
          if !error.isAbsent && !error.isSymlink { throw error }
        }
      }
    } catch { throw .system(error) }
  }
}
