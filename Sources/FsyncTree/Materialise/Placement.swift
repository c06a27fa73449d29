internal import FsyncCore
internal import FsyncSystem

extension Applier {
  /// Brings one name in an open folder to its target.
  func place(
    _ change: PathChange, _ name: [UInt8], in folder: OpenFolder, _ staged: [UInt8]?
  ) throws(SystemError) -> Outcome {
    switch try check.look(at: change, in: folder) {
    case .other: return .changedMeanwhile
    case .target(let stat, _): return try adjust(change, name, stat, in: folder)
    case .expected(let stat):
      guard let to = change.to else {
        return try remove(change, name, stat, in: folder)
      }
      guard let stat else { return try create(change, to, name, staged, in: folder) }
      if !change.needsContent, to.kind != .directory {
        return try adjust(change, name, stat, in: folder)
      }
      return try replace(change, to, name, stat, staged, in: folder)
    }
  }

  // MARK: Nothing there

  private func create(
    _ change: PathChange, _ to: Entry, _ name: [UInt8], _ staged: [UInt8]?, in folder: OpenFolder
  ) throws(SystemError) -> Outcome {
    let parent = change.path.parent ?? .root
    do throws(SystemError) {
      if to.kind == .directory {
        try makeDirectory(change.path, name, mode: to.mode, in: folder)
        return .done(nil)
      }
      let outcome = try withContent(change, to, staged, in: folder) {
        source, temporary throws(SystemError) in
        do throws(SystemError) {
          try source.directory.rename(temporary, to: folder.directory, name, replacing: false)
        } catch {
          guard error.isUnsupported, isAbsent(name, in: folder) else { throw error }
          // Without RENAME_NOREPLACE the look that came just before must do.
          try source.directory.rename(temporary, to: folder.directory, name)
        }
        return try done(name, in: folder)
      }
      note(parent)
      return outcome
    } catch {
      guard error.isPresent else { throw error }
      // Either somebody was faster, or the file system takes the name for another.
      let names = try folder.directory.names()
      return names.contains(name) ? .changedMeanwhile : .held(.clash)
    }
  }

  private func isAbsent(_ name: [UInt8], in folder: OpenFolder) -> Bool {
    do throws(SystemError) {
      _ = try folder.directory.stat(name)
      return false
    } catch { return error.isAbsent }
  }

  /// The outcome of a path that is now as it was to be.
  private func done(_ name: [UInt8], in folder: OpenFolder) throws(SystemError) -> Outcome {
    let stat = try folder.directory.stat(name)
    return .done(
      KnownStat(stat, isRacy: !options.stamps.isSafe(stat.ctime, at: Clock.stamps())))
  }

  /// Lends staged content; stages it once more beside its target where that lies on another file
  /// system than the staging area.
  private func withContent(
    _ change: PathChange, _ to: Entry, _ staged: [UInt8]?, in folder: OpenFolder,
    _ body: (OpenFolder, [UInt8]) throws(SystemError) -> Outcome
  ) throws(SystemError) -> Outcome {
    if let staged {
      do throws(SystemError) { return try body(area.folder, staged) } catch {
        guard error.isOtherFileSystem else { throw error }
      }
    }
    let beside = area.newNameBeside()
    defer { area.discard(beside, in: folder) }
    do throws(StagingError) {
      _ = try area.write(to, as: beside, in: folder, durably: true)
    } catch {
      if case .system(let error) = error { throw error }
      return error.outcome
    }
    let outcome = try body(folder, beside)
    note(change.path.parent ?? .root, isElsewhere: true)
    return outcome
  }

  // MARK: Something there

  /// Puts new content where old is, with no moment at which neither is there.
  ///
  /// The two are exchanged, and the old one is then looked at where nobody else has its name: if
  /// it was changed after the check, it is put back.
  private func replace(
    _ change: PathChange, _ to: Entry, _ name: [UInt8], _ stat: Stat, _ staged: [UInt8]?,
    in folder: OpenFolder
  ) throws(SystemError) -> Outcome {
    let parent = change.path.parent ?? .root
    if stat.kind == .directory {
      cursor.leave(change.path)
      let names = try folder.directory.directory(name).names()
      guard names.isEmpty else { return .held(.occupied) }
    }
    let body: (OpenFolder, [UInt8]) throws(SystemError) -> Outcome = {
      [self] source, temporary throws(SystemError) in
      do throws(SystemError) {
        try source.directory.exchange(temporary, with: folder.directory, name)
      } catch {
        guard error.isUnsupported else { throw error }
        try replaceInSteps(source, temporary, name, stat, in: folder)
        note(parent)
        return try done(name, in: folder)
      }
      note(parent)
      let isOld = try self.isOld(temporary, stat, in: source) { () throws(SystemError) in
        try source.directory.exchange(temporary, with: folder.directory, name)
      }
      guard isOld else { return stat.kind == .directory ? .held(.occupied) : .changedMeanwhile }
      return to.kind == .directory ? .done(nil) : try done(name, in: folder)
    }
    guard to.kind == .directory else {
      return try withContent(change, to, staged, in: folder, body)
    }
    let temporary = area.newName()
    defer { area.discard(temporary, in: area.folder) }
    try area.makeDirectory(mode: to.mode, as: temporary)
    if options.hasModes, to.mode & 0o700 != 0o700 { setModeLater(change.path, to.mode) }
    return try body(area.folder, temporary)
  }

  /// Removes what was taken out of the tree if it is what the check had seen; puts it back else.
  ///
  /// - Returns: whether it was.
  private func isOld(
    _ temporary: [UInt8], _ stat: Stat, in source: OpenFolder,
    putBack: () throws(SystemError) -> Void
  ) throws(SystemError) -> Bool {
    var failure: SystemError?
    do throws(SystemError) {
      if stat.kind == .directory {
        try source.directory.removeDirectory(temporary)
        return true
      }
      let old = try source.directory.stat(temporary)
      // Its change time is that of the exchange.
      if old.inode == stat.inode, old.size == stat.size, old.mtime == stat.mtime,
        old.mode == stat.mode
      {
        // What cannot be unlinked now is cleared by the next run.
        try? source.directory.unlink(temporary)
        return true
      }
    } catch {
      if stat.kind != .directory || !error.isNotEmpty { failure = error }
    }
    do throws(SystemError) { try putBack() } catch {
      area.rescue(temporary, in: source)
      throw error
    }
    if let failure { throw failure }
    return false
  }

  /// Replaces where the file system cannot exchange names.
  private func replaceInSteps(
    _ source: OpenFolder, _ temporary: [UInt8], _ name: [UInt8], _ stat: Stat,
    in folder: OpenFolder
  ) throws(SystemError) {
    let isFolder = try source.directory.stat(temporary).kind == .directory
    if stat.kind == .directory {
      try folder.directory.removeDirectory(name)
    } else if isFolder {
      try folder.directory.unlink(name)
    }
    try source.directory.rename(temporary, to: folder.directory, name)
  }

  /// Gives content that is right its mode and time.
  private func adjust(
    _ change: PathChange, _ name: [UInt8], _ stat: Stat, in folder: OpenFolder
  ) throws(SystemError) -> Outcome {
    guard let to = change.to else { return .changedMeanwhile }
    let mode = stat.mode & 0o777
    let needsMode = options.hasModes && to.kind != .symlink && mode != to.mode
    if to.kind == .directory {
      // A folder that was there before, or that this very change has made.
      if needsMode, mode == change.from?.mode || mode == to.mode | 0o700 {
        if to.mode & 0o700 == 0o700 {
          try folder.directory.setMode(name, to.mode)
        } else {
          setModeLater(change.path, to.mode)
        }
        note(change.path.parent ?? .root)
      } else if needsMode, change.from != nil {
        return .changedMeanwhile
      }
      return try exactName(name, change, in: folder) ? .done(nil) : .held(.clash)
    }
    guard try exactName(name, change, in: folder) else { return .held(.clash) }
    if needsMode { try folder.directory.setMode(name, to.mode) }
    if stat.mtime != FileTime(to.mtime) {
      try folder.directory.setModified(name, FileTime(to.mtime))
    }
    note(change.path.parent ?? .root)
    return try done(name, in: folder)
  }

  /// Says whether a name that nobody had recorded is really this one, and not another that the
  /// file system takes for it.
  private func exactName(
    _ name: [UInt8], _ change: PathChange, in folder: OpenFolder
  ) throws(SystemError) -> Bool {
    if change.from != nil { return true }
    return try spelled.contains(name, in: folder, at: change.path.parent ?? .root)
  }

  // MARK: Nothing to be there

  private func remove(
    _ change: PathChange, _ name: [UInt8], _ stat: Stat?, in folder: OpenFolder
  ) throws(SystemError) -> Outcome {
    guard let stat else { return .done(nil) }
    let parent = change.path.parent ?? .root
    if stat.kind == .directory {
      cursor.leave(change.path)
      do throws(SystemError) { try folder.directory.removeDirectory(name) } catch {
        if error.isAbsent { return .changedMeanwhile }
        guard error.isNotEmpty else { throw error }
        return .residue
      }
      note(parent)
      return .done(nil)
    }
    let temporary = area.newName()
    do throws(SystemError) {
      try folder.directory.rename(name, to: area.folder.directory, temporary)
    } catch {
      guard error.isOtherFileSystem else {
        if error.isAbsent { return .done(nil) }
        throw error
      }
      try folder.directory.unlink(name)
      note(parent, isElsewhere: true)
      return .done(nil)
    }
    note(parent)
    let isOld = try isOld(temporary, stat, in: area.folder) { () throws(SystemError) in
      try area.folder.directory.rename(
        temporary, to: folder.directory, name, replacing: false)
    }
    return isOld ? .done(nil) : .changedMeanwhile
  }
}
