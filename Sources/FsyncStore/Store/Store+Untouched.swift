package import FsyncSystem

extension Store {
  /// The longest journal that a creation writes, in bytes.
  private static let longestBeginning: UInt64 = 4096

  /// The names of the files and folders that a creation makes in a store's folder.
  package static let firstNames: Set<[UInt8]> = [
    Layout.pointer, Layout.pointer + Array(".new".utf8), Layout.journal(1), Layout.packs,
    Layout.quarantine, Layout.locks,
  ]

  /// Says whether a folder holds a store that nothing was ever put into, or part of one, because
  /// its creation was killed.
  package static func isUntouched(at folder: [UInt8]) throws(SystemError) -> Bool {
    let directory = try Directory(folder)
    for name in [Layout.packs, Layout.quarantine] where try !isEmpty(name, in: directory) {
      return false
    }
    guard try AtomicFile.read(Layout.pointer, in: directory, atMost: 4096) == nil else {
      guard let state = try? Store.open(at: folder).state() else { return false }
      return state.heads.isEmpty && state.base == nil && state.sequence == 0 && state.refs.isEmpty
        && state.packs.isEmpty
    }
    let file: File
    do throws(SystemError) { file = try directory.file(Layout.journal(1), .read) } catch {
      if error.isAbsent { return true }
      throw error
    }
    guard try file.stat().size <= longestBeginning else { return false }
    let magic = FileHeader.Kind.journal.magic
    return magic.starts(with: try file.read(magic.count, at: 0))
  }

  private static func isEmpty(
    _ name: [UInt8], in folder: borrowing Directory
  ) throws(SystemError) -> Bool {
    do throws(SystemError) { return try folder.directory(name).names().isEmpty } catch {
      if error.isAbsent { return true }
      throw error
    }
  }

  /// Takes away the journal of a store that is untouched, so that another one can be created.
  ///
  /// Nobody else may use the folder meanwhile.
  package static func removeUntouched(at folder: [UInt8]) throws(SystemError) {
    let directory = try Directory(folder)
    for name in [Layout.pointer, Layout.journal(1)] {
      do throws(SystemError) { try directory.unlink(name) } catch {
        if !error.isAbsent { throw error }
      }
    }
  }
}
