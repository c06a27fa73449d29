package import FsyncCore
package import FsyncSystem

/// What a scan found: only what deviates from the index.
///
/// What is not mentioned is as the index has it.
package struct Scan: Sendable {
  /// When the scan, or the last reading of a settled one, began.
  package internal(set) var started: FileTime
  /// Directories with something to say, parents before children.
  ///
  /// Untracked directories are all here.
  package internal(set) var directories: [ScannedDirectory]
  /// Staging temporaries that a killed process left beside their targets.
  package internal(set) var leftovers: [Leftover]
  /// Folders where other file systems were entered.
  package internal(set) var mounts: [Path]
  /// Untracked folders that nobody has looked into yet; each has a directory here, too.
  var left: [ScanTask]
  /// Whether an absence can be believed to be a deletion: nothing moved while the scan looked.
  package internal(set) var isSettled: Bool
  /// How finely the stamps were trusted.
  let stamps: StampRule
  /// Whether the file system keeps permission bits.
  let hasModes: Bool

  /// A temporary in the working tree.
  package struct Leftover: Hashable, Sendable {
    /// The folder that holds it.
    package let folder: Path
    /// Its name, which no tree may hold.
    package let name: [UInt8]
  }

  /// A path that was neither present nor absent; its bytes, since no tree may hold some.
  package struct Problem: Hashable, Sendable {
    /// The path.
    package let path: [UInt8]
    /// What is in the way.
    package let obstacle: Obstacle
    /// Whether the base tree has the path.
    package let isTracked: Bool

    /// Makes a report.
    package init(path: [UInt8], obstacle: Obstacle, isTracked: Bool) {
      self.path = path
      self.obstacle = obstacle
      self.isTracked = isTracked
    }
  }

  /// Says whether there are untracked folders to be read by `UntrackedFolders`.
  package var hasLeft: Bool { !left.isEmpty }

  /// Says whether anything tracked was not there.
  package var hasAbsences: Bool {
    directories.contains {
      $0.entries.contains { if case .absent = $0.state { true } else { false } }
    }
  }

  /// Says whether the scan found nothing that could be a change.
  package var isClean: Bool {
    directories.allSatisfy { folder in
      !folder.modeChanged
        && folder.entries.allSatisfy { if case .obstructed = $0.state { true } else { false } }
    }
  }

  /// Says whether so many directories had to be listed, and need not be again, that an index
  /// which says so is worth writing: at least one in sixteen.
  package func isWorthNoting(_ index: Index) -> Bool {
    let listed = directories.count { folder in
      guard folder.isListed, folder.number != nil, folder.isAccounted, folder.obstacle == nil,
        folder.rulesFailure == nil, folder.entries.isEmpty, let stat = folder.stat
      else { return false }
      return stamps.isSafe(stat.ctime, at: started)
    }
    return listed > 0 && listed * 16 >= index.directories.count
  }

  /// Calls back for each file and symlink that must be read to know what it holds, in order.
  package func forEachCandidate<Failure: Error>(
    _ body: (_ path: Path, _ stat: Stat, _ row: Int?) throws(Failure) -> Void
  ) throws(Failure) {
    for folder in directories {
      for entry in folder.entries {
        guard case .candidate(let stat) = entry.state else { continue }
        try body(folder.path.appending(entry.name), stat, entry.row)
      }
    }
  }

  /// Calls back for each path of the base tree that was absent, folders without what they held.
  package func forEachAbsence(_ body: (_ path: Path, _ row: Int) -> Void) {
    for folder in directories {
      for entry in folder.entries {
        guard case .absent = entry.state, let row = entry.row else { continue }
        body(folder.path.appending(entry.name), row)
      }
    }
  }

  /// Everything that could not be recorded, in order of path.
  package var problems: [Problem] {
    directories.flatMap(\.problems)
  }
}

extension ScannedDirectory {
  /// What of it could not be recorded.
  var problems: [Scan.Problem] {
    var result: [Scan.Problem] = []
    if let obstacle {
      result.append(
        Scan.Problem(path: path.bytes, obstacle: obstacle, isTracked: number != nil))
    }
    let prefix = path.isRoot ? [] : path.bytes + [0x2f]
    if let error = rulesFailure {
      result.append(
        Scan.Problem(
          path: prefix + IgnoreRules.fileName, obstacle: .system(error), isTracked: false))
    }
    for name in unnameable {
      result.append(Scan.Problem(path: prefix + name, obstacle: .name, isTracked: false))
    }
    for entry in entries {
      guard case .obstructed(let obstacle) = entry.state else { continue }
      result.append(
        Scan.Problem(
          path: prefix + entry.name.bytes, obstacle: obstacle, isTracked: entry.row != nil))
    }
    return result
  }
}

/// A directory that a scan has something to say of.
package struct ScannedDirectory: Sendable {
  /// Its path.
  package let path: Path
  /// Its number in the index; nil for an untracked one.
  package let number: Int?
  /// Its stat, taken before it was read; nil where it could not be opened.
  package internal(set) var stat: Stat?
  /// Why nothing is known of what is in it.
  package internal(set) var obstacle: Obstacle?
  /// Names that are not as in the index, in order.
  package internal(set) var entries: [ScannedEntry] = []
  /// Names that no tree can hold.
  package internal(set) var unnameable: [[UInt8]] = []
  /// Why untracked names were left alone: its `.fsyncignore` could not be read, and what it
  /// hides must not get out.
  package internal(set) var rulesFailure: SystemError?
  /// Whether its permission bits are not those of the index.
  package internal(set) var modeChanged = false
  /// Whether every name in it was looked at, not only those of the index.
  var isListed = false
  /// Whether each name in it is a row, ignored, or among `entries`.
  var isAccounted = true
  /// Whether there was no name in it.
  var isEmpty = false
  /// Whether it is untracked and was left to be read later.
  var isLeft = false
  var hasIgnoreFile = false
  /// Digest of the rules that untracked names were judged by.
  var rules: UInt64 = 0
  /// The number that entries name it by until the scan has ended.
  var slot: Int

  init(path: Path, number: Int?, slot: Int) {
    self.path = path
    self.number = number
    self.slot = slot
  }
}

/// A name that is not as in the index.
package struct ScannedEntry: Sendable {
  /// What was found at a name.
  package enum State: Sendable {
    /// A file or symlink that the index does not vouch for: it must be read.
    case candidate(Stat)
    /// A directory where the index has none: its number in `Scan.directories`.
    case directory(Int)
    /// Nothing: ENOENT in a folder that was read without error.
    case absent
    /// Nobody knows.
    case obstructed(Obstacle)
  }

  /// The name.
  package let name: Name
  /// The index's row of the name; nil where it is untracked.
  package let row: Int?
  /// What was found.
  package internal(set) var state: State
}
