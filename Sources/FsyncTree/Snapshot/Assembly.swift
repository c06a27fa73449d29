internal import FsyncCore
internal import FsyncSystem

/// Builds directories from the bottom up.
final class Assembly {
  private let index: Index
  private let base: IndexContents
  private let scan: Scan
  private let kept: PathSet
  private let contents: (Path) -> FoundContent?
  private let folders: [Path: UntrackedFolder]
  private let put: (ObjectKind, [UInt8]) -> ObjectID
  private let rules: SnapshotRules
  /// The numbers of known directories that the scan has a record of, rising, and the records.
  private let recorded: [(number: Int, position: Int)]
  private var arena = IndexArena()
  private(set) var waiting: [Path] = []

  init(
    index: Index, base: IndexContents, scan: Scan, kept: PathSet,
    contents: @escaping (Path) -> FoundContent?, folders: [Path: UntrackedFolder],
    put: @escaping (ObjectKind, [UInt8]) -> ObjectID
  ) {
    self.index = index
    self.base = base
    self.scan = scan
    self.kept = kept
    self.contents = contents
    self.folders = folders
    self.put = put
    rules = SnapshotRules(stamps: scan.stamps, started: scan.started, hasModes: scan.hasModes)
    recorded = scan.directories.enumerated()
      .compactMap { position, directory in directory.number.map { ($0, position) } }
      .sorted { $0.number < $1.number }
  }

  // MARK: Directories

  /// Drafts a directory of the base tree.
  func known(_ number: Int, at path: Path) -> DirectoryDraft {
    let range = number..<Int(index.directories[number].end)
    let first = lowerBound(range.lowerBound)
    guard first < recorded.count, recorded[first].number < range.upperBound else {
      return .copied(number, of: index, base)
    }
    let record = recorded[first].number == number ? scan.directories[recorded[first].position] : nil
    if record?.obstacle != nil { return .copied(number, of: index, base) }
    var draft = FolderRows()
    var entries = (record?.entries ?? [])[...]
    for row in index.directories[number].rowRange {
      while let entry = entries.first, entry.row == nil,
        entry.name.bytes.withUnsafeBufferPointer({
          Bytes.compare(index.nameBytes(row), $0) > 0
        })
      {
        add(entry, at: path, to: &draft)
        entries.removeFirst()
      }
      if let entry = entries.first, entry.row == row {
        change(row, entry, at: path, in: &draft)
        entries.removeFirst()
      } else {
        keep(row, at: path, in: &draft)
      }
    }
    for entry in entries { add(entry, at: path, to: &draft) }
    var directory = index.directories[number]
    if let record { rules.note(record, draft, in: &directory) }
    let tree = draft.isChanged ? build(draft) : directory.tree.id
    return arena.keep(directory, tree, draft.rows)
  }

  /// Drafts an untracked directory; nil where there is nothing in it to record.
  private func untracked(_ record: ScannedDirectory) -> DirectoryDraft? {
    guard record.obstacle == nil, !record.isLeft else { return nil }
    var draft = FolderRows()
    for entry in record.entries { add(entry, at: record.path, to: &draft) }
    guard record.isEmpty || !draft.rows.isEmpty else { return nil }
    var directory = IndexDirectory()
    rules.note(record, draft, in: &directory)
    return arena.keep(directory, build(draft), draft.rows)
  }

  private func build(_ draft: FolderRows) -> ObjectID {
    draft.tree(put: put)
  }

  private func lowerBound(_ number: Int) -> Int {
    var (low, high) = (0, recorded.count)
    while low < high {
      let middle = (low + high) / 2
      if recorded[middle].number < number { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: Rows

  /// Takes over a row that the scan found as it was; below a directory there may be changes.
  private func keep(_ row: Int, at path: Path, in draft: inout FolderRows) {
    guard let name = index.name(row) else { return }
    var entry = base.entry(index.rows[row], row)
    var result = RowDraft(name: name, entry: entry, stat: .borrowed(index.rows[row]))
    if entry.kind == .directory {
      let number = Int(index.rows[row].child)
      let place = path.appending(name)
      let child = known(number, at: place)
      entry.content = child.tree
      if scan.hasModes, !kept.contains(place), let mode = newMode(number) { entry.mode = mode }
      draft.isChanged = draft.isChanged || entry != result.entry
      result = RowDraft(name: name, entry: entry, child: child)
    }
    draft.rows.append(result)
  }

  /// Takes over a row with all below it, whatever the disk has there.
  private func freeze(_ row: Int, in draft: inout FolderRows) {
    guard let name = index.name(row) else { return }
    let record = index.rows[row]
    var result = RowDraft(
      name: name, entry: base.entry(record, row), stat: .borrowed(record))
    if record.isDirectory { result.child = .copied(Int(record.child), of: index, base) }
    draft.rows.append(result)
  }

  private func newMode(_ number: Int) -> UInt16? {
    let position = lowerBound(number)
    guard position < recorded.count, recorded[position].number == number else { return nil }
    let record = scan.directories[recorded[position].position]
    guard record.modeChanged, let stat = record.stat else { return nil }
    return stat.mode & 0o777
  }

  /// Decides about a row that the scan found otherwise.
  private func change(_ row: Int, _ entry: ScannedEntry, at path: Path, in draft: inout FolderRows)
  {
    let place = path.appending(entry.name)
    if kept.contains(place) { return freeze(row, in: &draft) }
    switch entry.state {
    case .obstructed: freeze(row, in: &draft)
    case .candidate:
      guard let content = contents(place) else { return freeze(row, in: &draft) }
      let old = base.entry(index.rows[row], row)
      let new = rules.entry(content, over: old)
      draft.isChanged = draft.isChanged || new != old
      draft.rows.append(RowDraft(name: entry.name, entry: new, stat: .new(content.stat)))
    case .directory(let position):
      let record = scan.directories[position]
      if record.obstacle != nil { return freeze(row, in: &draft) }
      draft.isChanged = true
      // A directory that holds nothing to record has taken the file's place all the same.
      addDirectory(record, entry.name, to: &draft)
    case .absent: remove(row, place, in: &draft)
    }
  }

  /// Leaves out a row that is absent, as far as nothing in it is kept.
  private func remove(_ row: Int, _ path: Path, in draft: inout FolderRows) {
    guard scan.isSettled else {
      waiting.append(path)
      return freeze(row, in: &draft)
    }
    let record = index.rows[row]
    guard record.isDirectory, kept.hasBelow(path), let name = path.name else {
      draft.isChanged = true
      return
    }
    var inside = FolderRows()
    let number = Int(record.child)
    for child in index.directories[number].rowRange {
      guard let name = index.name(child) else { continue }
      let place = path.appending(name)
      if kept.contains(place) {
        freeze(child, in: &inside)
      } else {
        remove(child, place, in: &inside)
      }
    }
    if inside.rows.count == index.directories[number].rowRange.count, !inside.isChanged {
      return freeze(row, in: &draft)
    }
    draft.isChanged = true
    var directory = index.directories[number]
    directory.flags = 0
    let tree = build(inside)
    draft.rows.append(
      RowDraft(
        name: name, entry: .directory(tree, mode: record.mode),
        child: arena.keep(directory, tree, inside.rows)))
  }

  /// Records a name that the base tree does not have.
  private func add(_ entry: ScannedEntry, at path: Path, to draft: inout FolderRows) {
    let place = path.appending(entry.name)
    switch entry.state {
    case .candidate where !kept.contains(place):
      guard let content = contents(place) else { break }
      draft.isChanged = true
      draft.rows.append(
        RowDraft(name: entry.name, entry: rules.entry(content, over: nil), stat: .new(content.stat))
      )
      return
    case .directory(let position) where !kept.contains(place):
      let count = draft.rows.count
      addDirectory(scan.directories[position], entry.name, to: &draft)
      draft.isChanged = draft.isChanged || draft.rows.count > count
      return
    default: break
    }
    draft.hasUnrecorded = true
  }

  private func addDirectory(_ record: ScannedDirectory, _ name: Name, to draft: inout FolderRows) {
    if record.isLeft, let folder = folders[record.path] {
      draft.rows.append(folder.row(name))
    } else if let child = untracked(record), let stat = record.stat {
      draft.rows.append(
        RowDraft(
          name: name, entry: .directory(child.tree, mode: rules.mode(ofNew: stat)), child: child))
    } else {
      draft.hasUnrecorded = true
    }
  }
}
