internal import FsyncCore
internal import FsyncSystem

/// What a path holds just before it is written, in terms of what it was believed to hold.
enum PreImage {
  /// What was taken for granted; with its stat unless nothing is there.
  case expected(Stat?)
  /// What it is to become, in content; mode and time may still differ.
  case target(Stat, KnownStat?)
  /// Something else, which must not be touched.
  case other
}

/// Looks at paths just before they are written.
struct PreImageCheck {
  let index: Index
  let reader: FileReader
  let hasModes: Bool

  /// Looks at a path.
  ///
  /// A stat that the index vouches for is enough; else the file is hashed.
  func look(at change: PathChange, in folder: OpenFolder) throws(SystemError) -> PreImage {
    guard let name = change.path.name else { return .other }
    let stat: Stat
    do throws(SystemError) { stat = try folder.directory.stat(name.bytes) } catch {
      guard error.isAbsent else { throw error }
      // Gone is what a deletion wants, and what a creation takes for granted.
      return change.from == nil || change.to == nil ? .expected(nil) : .other
    }
    switch stat.kind {
    case .directory:
      if change.to?.kind == .directory { return .target(stat, nil) }
      return change.from?.kind == .directory ? .expected(stat) : .other
    case .file, .symlink: return try compare(stat, change)
    default: return .other
    }
  }

  private func compare(_ stat: Stat, _ change: PathChange) throws(SystemError) -> PreImage {
    if let from = change.from, from.kind.rawValue == stat.kind.entryKind,
      let row = index.row(at: change.path), index.rows[row].vouches(for: stat),
      (try? index.entry(row))?.hasSameContent(as: from) == true, hasMode(stat, of: from)
    {
      return .expected(stat)
    }
    let candidates = [change.from, change.to].compactMap { $0 }
      .filter { $0.kind.rawValue == stat.kind.entryKind && $0.size == stat.size }
    guard !candidates.isEmpty else { return .other }
    let found: FoundContent
    switch reader.identify(change.path, stat.kind) {
    case .success(let content): found = content
    case .failure(.system(let error)):
      if error.isAbsent || error.isSymlink { return .other }
      throw error
    case .failure: return .other
    }
    // Permission bits that are neither side's are somebody's edit.
    if let from = change.from, found.matches(from), hasMode(found.stat.stat, of: from) {
      return change.to.map(found.matches) == true
        ? .target(found.stat.stat, found.stat) : .expected(found.stat.stat)
    }
    if let to = change.to, found.matches(to), hasMode(found.stat.stat, of: to) {
      return .target(found.stat.stat, found.stat)
    }
    return .other
  }

  private func hasMode(_ stat: Stat, of entry: Entry) -> Bool {
    !hasModes || entry.kind == .symlink || stat.mode & 0o777 == entry.mode
  }
}
