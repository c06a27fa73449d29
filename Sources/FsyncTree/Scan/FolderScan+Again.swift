internal import FsyncCore
internal import FsyncSystem

/// A second look, to settle what the first found absent.
extension FolderScan {
  /// Says whether a directory is surely as the scan before has read it; notes it if it is not.
  mutating func isStill(
    _ stat: Stat, _ earlier: Stat?, _ known: IndexDirectory?
  ) -> Bool {
    guard let previous = pass.previous else { return false }
    let isSame = earlier.map(stat.isUnchanged(since:)) ?? known?.matches(stat) ?? false
    let stamps = pass.options.stamps
    if isSame, stamps.isSafe(stat.ctime, at: previous.started) { return true }
    if !isSame || stamps.isFresh(stat.ctime, at: pass.started) { findings.restless += 1 }
    return false
  }

  /// Notes that a directory changed while a second look read it: what was moved out of it may have gone
  /// where this look had been before.
  mutating func noteIfChanged(_ folder: OpenFolder, since stat: Stat) throws(SystemError) {
    guard pass.previous != nil else { return }
    if try !folder.directory.stat().isUnchanged(since: stat) { findings.restless += 1 }
  }

  /// Takes over what the scan before found in a directory, and goes on below it.
  mutating func carry(
    _ earlier: ScannedDirectory?, _ task: ScanTask, _ context: FolderContext
  ) {
    let seen = rowsSeen(task)
    for row in task.number >= 0 ? index.directories[task.number].rowRange : 0..<0
    where index.rows[row].isDirectory && seen(row) {
      pushKnown(row, context, wasSeen: true)
    }
    guard var record = earlier else { return }
    record.slot = task.slot
    for position in record.entries.indices {
      guard case .directory(let old) = record.entries[position].state,
        let slot = pushNew(
          record.entries[position].name, context, previous: old,
          isReplacement: record.entries[position].row != nil)
      else { continue }
      record.entries[position].state = .directory(slot)
    }
    findings.directories.append(record)
  }
}

extension Stat {
  /// Says whether a directory is the one that it was, and its stamps tell of no change.
  func isUnchanged(since earlier: Stat) -> Bool {
    inode == earlier.inode && mtime == earlier.mtime && ctime == earlier.ctime
  }
}
