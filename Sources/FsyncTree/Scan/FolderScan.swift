internal import FsyncCore
internal import FsyncSystem

/// One thread's part of a pass: looks at one directory after another.
struct FolderScan {
  let pass: ScanPass
  let index: Index
  var listing = Listing()
  var children: [ScanTask] = []
  var findings = ScanFindings()

  init(pass: ScanPass) {
    self.pass = pass
    index = pass.index
  }

  /// Hands over the directories that the last one led to.
  mutating func takeChildren() -> [ScanTask] {
    defer { children.removeAll(keepingCapacity: true) }
    return children
  }

  /// Hands over what was found of the last directory.
  mutating func takeRecord() -> ScannedDirectory? { findings.directories.popLast() }

  /// Looks at a directory and notes what deviates from the index.
  mutating func process(_ task: ScanTask) {
    let known = task.number >= 0 ? index.directories[task.number] : nil
    var record = ScannedDirectory(
      path: task.path, number: task.number >= 0 ? task.number : nil, slot: task.slot)
    let before = (findings.directories.count, findings.left.count)
    do throws(SystemError) {
      let folder = try open(task)
      let stat = try folder.directory.stat()
      record.stat = stat
      if let obstacle = obstacle(of: task, stat, folder) {
        record.obstacle = obstacle
      } else if task.wasSeen, isStill(stat, pass.earlier(task)?.stat, known) {
        let earlier = pass.earlier(task)
        let hasIgnoreFile =
          earlier?.hasIgnoreFile ?? ((known?.flags ?? 0) & IndexDirectory.ignoreFile != 0)
        carry(earlier, task, context(task, folder, stat, hasIgnoreFile: hasIgnoreFile))
        return
      } else {
        pass.options.reading?(task.path)
        try look(at: folder, stat, task, known, &record)
        try noteIfChanged(folder, since: stat)
      }
    } catch {
      if task.parent == nil { findings.rootFailure = error }
      record.obstacle = .system(error)
      record.entries = []
    }
    if record.obstacle != nil {
      // Nothing below was believed, so nothing below is looked at.
      children.removeAll(keepingCapacity: true)
      findings.directories.removeLast(findings.directories.count - before.0)
      findings.left.removeLast(findings.left.count - before.1)
    }
    if isWorthKeeping(record, known, task.number) { findings.directories.append(record) }
  }

  /// Opens a directory, by way of the nearest one above it that is open.
  private func open(_ task: ScanTask) throws(SystemError) -> OpenFolder {
    guard let parent = task.parent else { return OpenFolder(try pass.root.directory.reopened()) }
    guard parent.below > 0 || parent.open == nil else {
      return OpenFolder(try (parent.open ?? pass.root).directory.directory(task.name))
    }
    var folder = parent.open ?? pass.root
    let names = task.path.bytes.split(separator: 0x2f)
    for name in names.suffix(parent.open == nil ? names.count : parent.below + 1) {
      folder = OpenFolder(try folder.directory.directory(Array(name)))
    }
    return folder
  }

  /// Says why a directory is not entered.
  private mutating func obstacle(
    of task: ScanTask, _ stat: Stat, _ folder: OpenFolder
  ) -> Obstacle? {
    guard let parent = task.parent else { return nil }
    if stat.device == parent.device && stat.mount == parent.mount {
      return pass.mounts.contains(task.path) ? .notMounted : nil
    }
    guard pass.options.crossesFileSystems else { return .otherFileSystem }
    findings.mounts.append(task.path)
    return nil
  }

  private func context(
    _ task: ScanTask, _ folder: OpenFolder, _ stat: Stat, hasIgnoreFile: Bool
  ) -> FolderContext {
    let above = task.parent?.rules ?? pass.options.rules
    var failure = task.parent?.rulesFailure
    var contents: [UInt8]?
    if hasIgnoreFile, failure == nil {
      do throws(SystemError) {
        let file = try folder.directory.file(IgnoreRules.fileName, .readNoFollow)
        // Only a file has rules; what else has the name has none, as in git.
        if try file.stat().kind == .file {
          contents = try file.read(IgnoreRules.maximumSize + 1, at: 0)
        }
      } catch {
        if !error.isAbsent && !error.isSymlink { failure = error }
      }
    }
    // Below a folder that is not kept open, what is left of a scan opens all from the root.
    let isKept = FolderContext.isKept(depth: task.path.depth)
    return FolderContext(
      path: task.path, rules: above.entering(task.path, contents: contents),
      rulesFailure: failure,
      open: isKept ? folder : task.parent?.open,
      below: isKept ? 0 : (task.parent?.below ?? 0) + 1, device: stat.device, mount: stat.mount)
  }

  private mutating func look(
    at folder: OpenFolder, _ stat: Stat, _ task: ScanTask, _ known: IndexDirectory?,
    _ record: inout ScannedDirectory
  ) throws(SystemError) {
    var hasIgnoreFile = (known?.flags ?? 0) & IndexDirectory.ignoreFile != 0
    var context = context(task, folder, stat, hasIgnoreFile: hasIgnoreFile)
    // A directory that is as it was, judged by the same rules, can have no new name in it.
    let isQuiet =
      known.map { $0.flags & IndexDirectory.quiet != 0 && $0.matches(stat) } ?? false
    let isListed =
      !isQuiet || pass.previous != nil || context.rules.digest != known?.rules
      || context.rulesFailure != nil
    if isListed {
      try listing.read(folder.directory)
      if listing.contains(IgnoreRules.fileName) != hasIgnoreFile {
        hasIgnoreFile.toggle()
        context = self.context(task, folder, stat, hasIgnoreFile: hasIgnoreFile)
      }
    } else {
      listing.clear()
    }
    record.isListed = isListed
    record.hasIgnoreFile = hasIgnoreFile
    record.rules = context.rules.digest
    record.isEmpty = isListed && listing.items.isEmpty
    if context.rulesFailure != task.parent?.rulesFailure {
      record.rulesFailure = context.rulesFailure
    }
    if !task.path.isRoot, listing.contains(Repository.folder), Repository.isOne(folder.directory) {
      record.obstacle = .repository
      return
    }
    if let known {
      if task.number > 0, pass.options.hasModes {
        record.modeChanged = index.rows[Int(known.row)].mode != stat.mode & 0o777
      }
      examineRows(known.rowRange, in: folder, context, rowsSeen(task), &record)
    }
    if isListed { examineListing(known?.rowRange ?? 0..<0, in: folder, context, &record) }
  }

  /// Says whether the index alone would not tell the same.
  private func isWorthKeeping(
    _ record: ScannedDirectory, _ known: IndexDirectory?, _ number: Int
  ) -> Bool {
    guard let known else { return true }
    guard record.obstacle == nil, record.entries.isEmpty, !record.modeChanged,
      record.isAccounted, record.rulesFailure == nil, let stat = record.stat
    else { return true }
    return record.isListed || !known.matches(stat)
  }
  // MARK: What the index has

  private mutating func examineRows(
    _ range: Range<Int>, in folder: OpenFolder, _ context: FolderContext,
    _ seen: (Int) -> Bool, _ record: inout ScannedDirectory
  ) {
    let rows = index.rows
    for number in range {
      guard let name = index.terminatedName(rows[number]) else { continue }
      let state: ScannedEntry.State
      do throws(SystemError) {
        let stat = try folder.directory.stat(terminated: name)
        if isVouched(rows[number], stat) { continue }
        switch stat.kind {
        case .directory:
          if rows[number].isDirectory {
            pushKnown(number, context, wasSeen: seen(number))
            continue
          }
          guard let slot = pushNew(index.name(number), context, isReplacement: true) else {
            continue
          }
          state = .directory(slot)
        case .file, .symlink: state = .candidate(stat)
        default: state = .obstructed(.special(stat.kind))
        }
      } catch {
        state =
          !error.isAbsent
          ? .obstructed(.system(error))
          : isMount(number, context) ? .obstructed(.notMounted) : .absent
      }
      guard let name = index.name(number) else { continue }
      record.entries.append(ScannedEntry(name: name, row: number, state: state))
    }
  }

  @inline(__always)
  private func isVouched(_ row: IndexRow, _ stat: Stat) -> Bool {
    guard row.vouches(for: stat) else { return false }
    if stat.kind == .file, pass.options.hasModes, row.mode != stat.mode & 0o777 { return false }
    return true
  }

  /// Says whether another file system was entered at a row: then its absence is no deletion.
  private func isMount(_ row: Int, _ context: FolderContext) -> Bool {
    guard !pass.mounts.isEmpty, let name = index.name(row) else { return false }
    return pass.mounts.contains(context.path.appending(name))
  }

  /// Says which directories among a directory's rows the scan before had entered.
  func rowsSeen(_ task: ScanTask) -> (Int) -> Bool {
    guard task.wasSeen else { return { _ in false } }
    guard let earlier = pass.earlier(task) else { return { _ in true } }
    guard earlier.obstacle == nil else { return { _ in false } }
    let deviating = Set(earlier.entries.compactMap(\.row))
    return { !deviating.contains($0) }
  }

  mutating func pushKnown(_ row: Int, _ context: FolderContext, wasSeen: Bool) {
    guard let name = index.name(row) else { return }
    children.append(
      ScanTask(
        parent: context, name: name.bytes, path: context.path.appending(name),
        number: Int(index.rows[row].child), previous: nil, wasSeen: wasSeen,
        slot: pass.newSlot()))
  }

  /// Has an untracked folder looked into, or leaves it for later.
  /// - Parameter isReplacement: it stands where the index has a file.
  mutating func pushNew(
    _ name: Name?, _ context: FolderContext, previous: Int? = nil, isReplacement: Bool = false
  ) -> Int? {
    guard let name else { return nil }
    let slot = pass.newSlot()
    let path = context.path.appending(name)
    if !isReplacement, pass.options.untracked.leaves(path) {
      findings.leave(
        ScanTask(
          parent: context.closed, name: name.bytes, path: path, number: -1, previous: nil,
          wasSeen: false, slot: slot))
      return slot
    }
    children.append(
      ScanTask(
        parent: context, name: name.bytes, path: path, number: -1, previous: previous,
        wasSeen: previous != nil, slot: slot))
    return slot
  }
}

/// What marks a repository.
enum Repository {
  /// The folder that holds one.
  static let folder = Array(".fsync".utf8)
  private static let journal = Array("journal".utf8)

  /// Says whether a directory is the root of a repository.
  static func isOne(_ directory: borrowing Directory) -> Bool {
    guard let inside = try? directory.directory(folder) else { return false }
    return (try? inside.stat(journal)) != nil
  }
}

extension Path {
  /// The number of components.
  var depth: Int { isRoot ? 0 : bytes.count { $0 == 0x2f } + 1 }

  /// Says whether a child's path is within bounds.
  func canHold(_ name: Name) -> Bool {
    bytes.count + name.bytes.count < Limits.path && depth < Limits.depth
  }
}
