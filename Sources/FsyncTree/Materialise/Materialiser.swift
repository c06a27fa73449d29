package import FsyncCore
package import FsyncSystem
internal import Synchronization

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
      var staging = Staging(changes, area, options)
      try staging.run(root, index)
      let applier = try Applier(changes, root: root, area, index, options)
      var outcomes = staging.outcomes
      for position in order(changes) {
        if outcomes[position] != nil { continue }
        if options.shouldStop?() == true {
          outcomes[position] = .notTried
          continue
        }
        outcomes[position] = applier.apply(changes[position], staged: staging.names[position])
      }
      try applier.finish(root)
      try area.clear()
      return outcomes.map { $0 ?? .notTried }
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

  /// The order in which paths are written: creations and changes with parents first, then
  /// deletions with children first, then what takes the name of an emptied folder.
  private static func order(_ changes: [PathChange]) -> [Int] {
    // Bytewise order of paths puts every parent before its children.
    let sorted = changes.indices.sorted { changes[$0].path < changes[$1].path }
    return sorted.filter { !changes[$0].isDeletion && !changes[$0].replacesDirectory }
      + sorted.reversed().filter { changes[$0].isDeletion || changes[$0].replacesDirectory }
  }
}

/// The first half of the work: content in the staging area.
private struct Staging {
  let changes: [PathChange]
  let area: StagingArea
  let options: MaterialiseOptions
  /// Names in the staging area.
  var names: [[UInt8]?]
  /// What is already known to have become of a path.
  var outcomes: [Outcome?]

  init(_ changes: [PathChange], _ area: StagingArea, _ options: MaterialiseOptions) {
    self.changes = changes
    self.area = area
    self.options = options
    names = Array(repeating: nil, count: changes.count)
    outcomes = Array(repeating: nil, count: changes.count)
  }

  private enum Step: Sendable {
    case staged(Int, [UInt8])
    case ended(Int, Outcome)
  }

  mutating func run(_ root: borrowing Directory, _ index: Index) throws(SystemError) {
    let (changes, area, options) = (changes, area, options)
    let work = changes.indices.filter { changes[$0].needsContent }
    guard !work.isEmpty else { return }
    let next = Atomic<Int>(0)
    let steps = Mutex<[Step]>([])
    let failure = Mutex<SystemError?>(nil)
    let shared = OpenFolder(try root.reopened())
    let durably = work.count <= Materialiser.batch
    try Workers.run(min(max(options.threads, 1), work.count)) { _ in
      var mine: [Step] = []
      do throws(SystemError) {
        let cursor = try FolderCursor(shared.directory)
        let check = PreImageCheck(
          index: index, reader: try FileReader(shared.directory, stamps: options.stamps),
          hasModes: options.hasModes)
        while true {
          let turn = next.add(1, ordering: .relaxed).oldValue
          guard turn < work.count else { break }
          let position = work[turn]
          if options.shouldStop?() == true {
            mine.append(.ended(position, .notTried))
            continue
          }
          let change = changes[position]
          guard let to = change.to, !Staging.isDone(change, to, check, cursor) else { continue }
          let name = area.newName()
          do throws(StagingError) {
            try area.write(to, as: name, in: area.folder, durably: durably)
            mine.append(.staged(position, name))
          } catch { mine.append(.ended(position, error.outcome)) }
        }
      } catch { failure.withLock { $0 = error } }
      let found = mine
      steps.withLock { $0.append(contentsOf: found) }
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
    for step in steps.withLock({ $0 }) {
      switch step {
      case .staged(let position, let name): names[position] = name
      case .ended(let position, let outcome): outcomes[position] = outcome
      }
    }
    // The one flush: after it, names may point to the new content.
    if !durably { try area.folder.directory.syncFileSystem() }
  }

  /// Says whether a path already holds its target, as it does when a run is finished that was cut
  /// short: then nothing needs to be staged.
  private static func isDone(
    _ change: PathChange, _ to: Entry, _ check: PreImageCheck, _ cursor: FolderCursor
  ) -> Bool {
    guard let parent = change.path.parent, let name = change.path.name,
      let folder = try? cursor.folder(parent), let stat = try? folder.directory.stat(name.bytes),
      stat.size == to.size, stat.mtime == FileTime(to.mtime),
      case .target = try? check.look(at: change, in: folder)
    else { return false }
    return true
  }
}
