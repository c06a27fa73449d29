internal import FsyncCore
internal import FsyncSystem

extension Placing {
  /// Lets stats vouch for files that were put into folders which were there before.
  ///
  /// When they were placed their stamps were too fresh for that: another change within the same
  /// tick would not have shown in the change time. By now the clock has ticked, mostly because
  /// all was flushed meanwhile, and a second look tells what it would have done to the
  /// modification time. The next scan would have to read them all otherwise; that is all that
  /// trouble here can lead to.
  mutating func vouch(_ root: borrowing Directory) {
    let fresh = changes.indices.filter { freshStat($0) != nil }
      .sorted { changes[$0].path < changes[$1].path }
    guard let latest = fresh.compactMap({ freshStat($0)?.ctime }).max(),
      let cursor = try? FolderCursor(root)
    else { return }
    // A few are sooner read again than waited for.
    if fresh.count >= Placing.share { options.stamps.wait(after: latest) }
    for position in fresh {
      guard let known = freshStat(position), options.stamps.isSafe(known.ctime, at: Clock.stamps()),
        let parent = changes[position].path.parent, let name = changes[position].path.name,
        let folder = try? cursor.folder(parent),
        let now = try? folder.directory.stat(name.bytes), now == known
      else { continue }
      outcomes[position] = .done(KnownStat(now, isRacy: false))
    }
  }

  /// The stat of a placed file that only its freshness keeps from vouching for it; nil for others.
  ///
  /// It must be the very file that was staged, which nobody else had a name for, with a time of
  /// its own that a write after that could not have left or made.
  private func freshStat(_ position: Int) -> Stat? {
    guard case .done(let known?) = outcomes[position], known.isRacy,
      case .alone(let staged) = staging.states[position]
    else { return nil }
    let placed = known.stat
    guard placed.inode == staged.inode, placed.device == staged.device,
      placed.size == staged.size, placed.mtime == staged.mtime,
      options.stamps.isSafe(staged.mtime, at: staged.ctime)
    else { return nil }
    return placed
  }
}
