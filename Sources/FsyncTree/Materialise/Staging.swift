internal import FsyncCore
internal import FsyncSystem
internal import Synchronization

/// The first half of the work: content in the staging area, durable.
struct Staging {
  /// What has become of a change's content.
  enum State: Sendable {
    /// It has none, or the path holds it already.
    case none
    /// It waits by itself.
    case alone(Stat)
    /// It waits in a new folder, as it will stay.
    case inside(Stat)
    /// It will not be put in place.
    case ended(Outcome)
  }

  private let changes: [PathChange]
  private let area: StagingArea
  private let options: MaterialiseOptions
  private(set) var folders: NewFolders
  private(set) var states: [State]

  /// Finds out which folders are new.
  init(
    _ changes: [PathChange], _ area: StagingArea, _ options: MaterialiseOptions,
    _ root: borrowing Directory
  ) throws(SystemError) {
    self.changes = changes
    self.area = area
    self.options = options
    states = Array(repeating: .none, count: changes.count)
    let cursor = try FolderCursor(root)
    folders = NewFolders(changes) { path in
      guard let parent = path.parent, let name = path.name else { return false }
      do throws(SystemError) {
        _ = try cursor.folder(parent).directory.stat(name.bytes)
        return false
      } catch { return error.isAbsent }
    }
  }

  /// The name of a change's content in the staging area; nil where nothing is there.
  func name(of position: Int) -> [UInt8]? {
    switch states[position] {
    case .none, .ended: nil
    case .alone: StagingArea.name(position)
    case .inside: folders.place(of: position, changes[position].path)
    }
  }

  /// Stages everything that needs new bytes, and makes it durable.
  mutating func run(_ root: borrowing Directory, _ index: Index) throws(SystemError) {
    makeFolders()
    let queue = StagingQueue(changes, options)
    let durably = queue.count + folders.directories.count <= Materialiser.batch
    let shared = OpenFolder(try root.reopened())
    let ahead = durably ? nil : FlushAhead(area.folder)
    let done = Mutex<[(Int, State)]>([])
    let failure = Mutex<SystemError?>(nil)
    let this = self
    try Workers.run(min(max(options.threads, 1), queue.batches)) { _ in
      var mine: [(Int, State)] = []
      do throws(SystemError) {
        let check = try StagingCheck(shared.directory, index, this.options)
        while let batch = queue.take() {
          for position in batch {
            mine.append((Int(position), this.stage(Int(position), check, durably)))
          }
          ahead?.wrote(batch.map { this.changes[Int($0)].to?.size ?? 0 })
        }
      } catch { failure.withLock { $0 = error } }
      let found = mine
      done.withLock { $0.append(contentsOf: found) }
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
    for (position, state) in done.withLock({ $0 }) { states[position] = state }
    try ahead?.finish()
    try flush(durably)
  }

  /// Makes the new folders.
  ///
  /// One of which a part cannot be made here is made path by path, in its place.
  private mutating func makeFolders() {
    var failed: Set<Int> = []
    for position in folders.directories {
      guard let number = folders.root(of: position), !failed.contains(number),
        let place = folders.place(of: position, changes[position].path),
        let to = changes[position].to
      else { continue }
      if options.shouldStop?() == true { break }
      do throws(SystemError) { try area.makeDirectory(mode: to.mode, as: place) } catch {
        failed.insert(number)
      }
    }
    folders.leave(failed)
  }

  private func stage(_ position: Int, _ check: StagingCheck, _ durably: Bool) -> State {
    let change = changes[position]
    if options.shouldStop?() == true { return .ended(.notTried) }
    guard let to = change.to else { return .none }
    if let place = folders.place(of: position, change.path) {
      do throws(StagingError) {
        return .inside(try area.write(to, as: place, in: area.folder, durably: durably))
      } catch { return .ended(error.outcomeInFolder) }
    }
    if check.isDone(change, to) { return .none }
    do throws(StagingError) {
      return .alone(
        try area.write(to, as: StagingArea.name(position), in: area.folder, durably: durably))
    } catch { return .ended(error.outcome) }
  }

  /// The one flush: after it, names may point to the new content.
  private func flush(_ durably: Bool) throws(SystemError) {
    guard durably else { return try area.folder.directory.syncFileSystem() }
    for position in folders.directories.reversed() {
      guard let place = folders.place(of: position, changes[position].path) else { continue }
      try area.folder.directory.directory(place).sync()
    }
  }
}

/// Looks whether paths hold their targets already, on one thread.
private struct StagingCheck {
  private let cursor: FolderCursor
  private let check: PreImageCheck

  init(
    _ root: borrowing Directory, _ index: Index, _ options: MaterialiseOptions
  ) throws(SystemError) {
    cursor = try FolderCursor(root)
    check = PreImageCheck(
      index: index, reader: try FileReader(root, stamps: options.stamps),
      hasModes: options.hasModes)
  }

  /// Says whether a path already holds its target, as it does when a run is finished that was cut
  /// short: then nothing needs to be staged.
  func isDone(_ change: PathChange, _ to: Entry) -> Bool {
    guard let parent = change.path.parent, let name = change.path.name,
      let folder = try? cursor.folder(parent), let stat = try? folder.directory.stat(name.bytes),
      stat.size == to.size, stat.mtime == FileTime(to.mtime),
      case .target = try? check.look(at: change, in: folder)
    else { return false }
    return true
  }
}

extension StagingError {
  /// What becomes of a file that could not be made in a new folder, where nothing else has its
  /// name unless the file system takes another for it.
  fileprivate var outcomeInFolder: Outcome {
    guard case .system(let error) = self, error.call == .open || error.call == .symlink else {
      return outcome
    }
    if error.isPresent { return .held(.clash) }
    return error.isNameTooLong || error.isNameRefused ? .held(.name(error)) : outcome
  }
}
