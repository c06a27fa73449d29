package import FsyncCore
package import FsyncSystem
internal import Synchronization

/// How a scan looks.
package struct ScanOptions: Sendable {
  /// The number of threads.
  package var threads = 2
  /// Whether other file systems inside the root are entered.
  package var crossesFileSystems = false
  /// Folders where a file system was entered before: one that is not there makes them unknown.
  package var mounts: [Path] = []
  /// Whether the file system keeps permission bits; where it does not, the tree's are carried on.
  package var hasModes = true
  /// How finely the file system stamps changes.
  package var stamps = StampRule.coarse
  /// What is done with folders that the index does not have.
  package var untracked = Untracked.entered
  /// Rules that hold above the root's own.
  package var rules = IgnoreRules()
  /// Called before the names in a directory are read, from the scan's threads.
  package var reading: (@Sendable (Path) -> Void)?
  /// Called after each directory has been looked at, from the scan's threads.
  package var visited: (@Sendable (Path) -> Void)?

  /// Makes the usual options.
  package init() {}

  /// How many threads a tree is worth: from two to eight, one for 64 folders.
  ///
  /// More than there are processors: what the kernel does not have in memory is waited for, and a
  /// disk answers many questions in little more time than one. A small tree is not worth their
  /// start.
  package static func threads(for index: Index) -> Int {
    min(max(index.directories.count / 64, 2), 8)
  }

  /// What a scan does with folders that the index does not have.
  package enum Untracked: Sendable {
    /// It looks into them, and keeps a record of every file there.
    case entered
    /// It leaves them to `UntrackedFolders`, which reads as it looks and so need not keep that;
    /// but enters those at or above one of these paths.
    case left(unless: PathSet)

    func leaves(_ path: Path) -> Bool {
      guard case .left(let paths) = self else { return false }
      return paths.isEmpty || !(paths.contains(path) || paths.hasBelow(path))
    }
  }
}

/// Compares a working tree with its index.
///
/// The answer to "is it there" has three values: present; absent, which only ENOENT or ENOTDIR
/// under a folder that was read without error means; and unknown, which any other trouble means
/// and which is never a deletion.
package enum Scanner {
  /// Scans once.
  ///
  /// Absences of the result are not settled.
  package static func scan(
    _ root: borrowing Directory, _ index: Index, _ options: ScanOptions = ScanOptions()
  ) throws(TreeError) -> Scan {
    let pass = try ScanPass(root, index, options, after: nil)
    return try pass.run().scan
  }

  /// The most often that directories are read again before deletions have to wait.
  static let rounds = 3

  /// Makes sure that what a scan found absent is gone, and has not only been moved into a folder
  /// that the scan had already passed.
  ///
  /// Every directory is looked at once more, and read again if it has changed or could have;
  /// if any had changed, all that again, up to three times. A scan without absences is settled
  /// as it is.
  package static func settle(
    _ scan: Scan, _ root: borrowing Directory, _ index: Index,
    _ options: ScanOptions = ScanOptions()
  ) throws(TreeError) -> Scan {
    var current = scan
    for _ in 0..<rounds {
      if current.isSettled || !current.hasAbsences { break }
      current.waitForTick()
      let result = try ScanPass(root, index, options, after: current).run()
      current = result.scan
      current.isSettled = result.restless == 0
    }
    if !current.hasAbsences { current.isSettled = true }
    return current
  }

  /// Looks once more, after what a settled scan found has been read, where something of it could
  /// not be or folders were left: what moved on before it was read must not be taken for deleted.
  ///
  /// Where any directory has changed since, the scan that is returned is not settled: deletions wait.
  /// - Parameters:
  ///   - untracked: what was read of the folders that the scan left.
  ///   - isComplete: whether every candidate of the scan has been read.
  package static func confirm(
    _ scan: Scan, _ root: borrowing Directory, _ index: Index, _ options: ScanOptions,
    untracked: UntrackedContent, isComplete: Bool
  ) throws(TreeError) -> Scan {
    guard scan.isSettled, scan.hasAbsences, !isComplete || scan.hasLeft else { return scan }
    var confirmed = scan
    confirmed.waitForTick()
    let restless = try ScanPass(root, index, options, after: scan).run().restless
    do throws(SystemError) {
      let isStill = try untracked.isStill(below: root)
      confirmed.isSettled = restless == 0 && isStill
    } catch { throw .system(error) }
    return confirmed
  }
}

extension Scan {
  /// Waits until a change that comes now must show in the stamp of every directory here.
  fileprivate func waitForTick() {
    guard stamps == .coarse else { return }
    let now = Clock.stamps()
    let safe = directories.compactMap(\.stat).filter { !stamps.isForeign($0.ctime, at: now) }
      .map { $0.ctime.adding(nanoseconds: stamps.tick(after: $0.ctime)) }.max()
    if let safe { StampRule.wait(until: safe) }
  }
}
