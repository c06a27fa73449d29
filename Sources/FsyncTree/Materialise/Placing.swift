internal import FsyncCore
internal import FsyncSystem
internal import Synchronization

/// What every thread that puts things in place works with.
private struct PlacingWork: Sendable {
  let changes: [PathChange]
  let staging: Staging
  let area: StagingArea
  let index: Index
  let options: MaterialiseOptions
  let root: OpenFolder
  /// The folders that are to be there after all changes.
  let directories: [Path: Entry]

  func applier() throws(SystemError) -> Applier {
    try Applier(directories, root: root.directory, area, index, options)
  }

  func outcome(_ position: Int, _ applier: Applier) -> Outcome {
    if options.shouldStop?() == true { return .notTried }
    return applier.apply(changes[position], staged: staging.name(of: position))
  }
}

/// The second half of the work: what is staged is put in its place, and what is to go goes.
struct Placing {
  private let work: PlacingWork
  private let applier: Applier
  var changes: [PathChange] { work.changes }
  var staging: Staging { work.staging }
  var options: MaterialiseOptions { work.options }
  /// What became of each change.
  var outcomes: [Outcome?]

  /// Fewer paths than this are not worth a thread.
  static let share = 64

  init(
    _ changes: [PathChange], _ staging: Staging, _ root: borrowing Directory, _ area: StagingArea,
    _ index: Index, _ options: MaterialiseOptions
  ) throws(SystemError) {
    var directories: [Path: Entry] = [:]
    for change in changes {
      if let to = change.to, to.kind == .directory { directories[change.path] = to }
    }
    work = PlacingWork(
      changes: changes, staging: staging, area: area, index: index, options: options,
      root: OpenFolder(try root.reopened()), directories: directories)
    applier = try work.applier()
    outcomes = staging.states.map { if case .ended(let outcome) = $0 { outcome } else { nil } }
  }

  /// Writes all paths: folders with parents first, then what is in them, then deletions with
  /// children first, then what takes the name of an emptied folder.
  mutating func run() throws(SystemError) {
    placeNewFolders()
    // Bytewise order of paths puts every parent before its children.
    let rest = changes.indices.filter { outcomes[$0] == nil }
      .sorted { changes[$0].path < changes[$1].path }
    let (kept, gone) = (rest.filter { !isLast($0) }, rest.reversed().filter(isLast))
    apply(kept.filter { changes[$0].to?.kind == .directory })
    try applyInParallel(kept.filter { changes[$0].to?.kind != .directory })
    try applyInParallel(gone.filter { isFile($0) && changes[$0].isDeletion })
    apply(gone.filter { !isFile($0) || !changes[$0].isDeletion })
  }

  /// Gives folders their last modes, and makes all names durable.
  func finish(_ root: borrowing Directory) throws(SystemError) { try applier.finish(root) }

  private func isLast(_ position: Int) -> Bool {
    changes[position].isDeletion || changes[position].replacesDirectory
  }

  /// Says whether a change begins with a file or a symlink.
  private func isFile(_ position: Int) -> Bool {
    changes[position].from.map { $0.kind != .directory } ?? false
  }

  // MARK: Whole folders

  /// Renames new folders into their places; what is in one for which that fails goes path by
  /// path, like everything else.
  private mutating func placeNewFolders() {
    let roots = staging.folders.roots
    guard !roots.isEmpty, options.shouldStop?() != true else { return }
    // Nobody else has names for what is in there, so a change that comes later shows in the
    // stat as soon as the clock has ticked.
    var latest: FileTime?
    for case .inside(let stat) in staging.states { latest = max(latest ?? stat.ctime, stat.ctime) }
    if let latest { options.stamps.wait(after: latest) }
    let now = Clock.stamps()
    let ordered = roots.indices.sorted { roots[$0].path < roots[$1].path }
    var isPlaced = [Bool](repeating: false, count: roots.count)
    for number in ordered {
      let position = roots[number].position
      guard staging.folders.root(of: position) == number else { continue }
      isPlaced[number] = applier.placeWhole(changes[position], staged: roots[number].name)
    }
    for position in changes.indices where outcomes[position] == nil {
      guard let number = staging.folders.root(of: position), isPlaced[number] else { continue }
      outcomes[position] = placed(position, at: now)
    }
  }

  /// The outcome of a path that came with its folder.
  private func placed(_ position: Int, at moment: FileTime) -> Outcome? {
    guard let to = changes[position].to else { return nil }
    switch staging.states[position] {
    case .inside(let stat):
      return .done(KnownStat(stat, isRacy: !options.stamps.isSafe(stat.ctime, at: moment)))
    case .none where to.kind == .directory:
      if options.hasModes, to.mode & 0o700 != 0o700 {
        applier.setModeLater(changes[position].path, to.mode)
      }
      return .done(nil)
    case .none, .alone, .ended: return nil
    }
  }

  // MARK: Path by path

  private mutating func apply(_ positions: [Int]) {
    for position in positions { outcomes[position] = work.outcome(position, applier) }
  }

  /// Applies changes that do not depend on each other; those in one folder on one thread.
  private mutating func applyInParallel(_ positions: [Int]) throws(SystemError) {
    let threads = min(options.threads, positions.count / Placing.share)
    guard threads > 1 else { return apply(positions) }
    let ends = shares(positions)
    let next = Atomic<Int>(0)
    let found = Mutex<[(Int, Outcome)]>([])
    let marks = Mutex<[FolderMarks]>([])
    let failure = Mutex<SystemError?>(nil)
    let work = work
    try Workers.run(min(threads, ends.count)) { _ in
      do throws(SystemError) {
        let applier = try work.applier()
        var mine: [(Int, Outcome)] = []
        while true {
          let turn = next.add(1, ordering: .relaxed).oldValue
          guard turn < ends.count else { break }
          for position in positions[(turn == 0 ? 0 : ends[turn - 1])..<ends[turn]] {
            mine.append((position, work.outcome(position, applier)))
          }
        }
        let all = mine
        found.withLock { $0.append(contentsOf: all) }
        let marked = applier.marks
        marks.withLock { $0.append(marked) }
      } catch { failure.withLock { $0 = error } }
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
    for (position, outcome) in found.withLock({ $0 }) { outcomes[position] = outcome }
    for other in marks.withLock({ $0 }) { applier.add(other) }
  }

  /// Where each share of the positions ends: between two folders.
  private func shares(_ positions: [Int]) -> [Int] {
    var ends: [Int] = []
    var start = 0
    var folder: Path?
    for (index, position) in positions.enumerated() {
      let parent = changes[position].path.parent
      if index - start >= Placing.share, parent != folder {
        ends.append(index)
        start = index
      }
      folder = parent
    }
    ends.append(positions.count)
    return ends
  }
}
