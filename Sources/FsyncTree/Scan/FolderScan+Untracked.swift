internal import FsyncCore
internal import FsyncSystem

/// What only the disk has.
extension FolderScan {
  /// Looks at the names of a listing that the index does not have.
  mutating func examineListing(
    _ range: Range<Int>, in folder: OpenFolder, _ context: FolderContext,
    _ record: inout ScannedDirectory
  ) {
    var row = range.lowerBound
    var onlyOurs = true
    for item in listing.items {
      // Rows and listing are in the same order, so one step through both finds what is new.
      let isTracked = listing.withName(item) { name in
        while row < range.upperBound {
          let order = Bytes.compare(index.nameBytes(row), name)
          if order >= 0 { return order == 0 }
          row += 1
        }
        return false
      }
      if isTracked {
        onlyOurs = false
        continue
      }
      if !noteOurs(item, context, &record) {
        onlyOurs = false
        noteUntracked(item, in: folder, context, &record)
      }
    }
    if onlyOurs { record.isEmpty = true }
    record.entries.sort { $0.name < $1.name }
  }

  /// Passes over what fsync itself has put there.
  private mutating func noteOurs(
    _ item: Listing.Item, _ context: FolderContext, _ record: inout ScannedDirectory
  ) -> Bool {
    listing.withName(item) { name in
      if context.path.isRoot, name.elementsEqual(Repository.folder) { return true }
      guard name.starts(with: Name.stagingPrefix) else { return false }
      findings.leftovers.append(Scan.Leftover(folder: context.path, name: Array(name)))
      record.isAccounted = false
      return true
    }
  }

  private mutating func noteUntracked(
    _ item: Listing.Item, in folder: OpenFolder, _ context: FolderContext,
    _ record: inout ScannedDirectory
  ) {
    if context.rulesFailure != nil {
      record.isAccounted = false
      return
    }
    let bytes = listing.withName(item) { Array($0) }
    var kind = item.kind
    do throws(SystemError) {
      if kind == .other { kind = try folder.directory.stat(bytes).kind }
      if context.rules.isIgnored(bytes, isDirectory: kind == .directory, in: context.path) {
        return
      }
      guard let name = try? Name(bytes), context.path.canHold(name) else {
        record.isAccounted = false
        record.unnameable.append(bytes)
        return
      }
      let state: ScannedEntry.State
      switch kind {
      case .directory:
        guard let slot = pushNew(name, context) else { return }
        state = .directory(slot)
      case .file, .symlink:
        let stat = try folder.directory.stat(bytes)
        // The name may stand for something else by now; a directory is met by the next scan.
        switch stat.kind {
        case .file, .symlink: state = .candidate(stat)
        case .directory: state = .obstructed(.unsteady)
        default: state = .obstructed(.special(stat.kind))
        }
      default: state = .obstructed(.special(kind))
      }
      record.entries.append(ScannedEntry(name: name, row: nil, state: state))
    } catch {
      // It was listed and is gone: nothing to record, and nothing to say.
      if error.isAbsent { return }
      record.isAccounted = false
      if let name = try? Name(bytes) {
        record.entries.append(
          ScannedEntry(name: name, row: nil, state: .obstructed(.system(error))))
      }
    }
  }
}
