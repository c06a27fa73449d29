internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem

/// A repository's own folder while the repository is being made.
///
/// It becomes a repository by the file `replica`, which is written last. So what a making left that
/// was killed can be told from anything else: it lacks that file, and holds some of what every
/// repository begins with, untouched since, and nothing more. The next making takes its place.
final class RepositoryDraft {
  private let folder: [UInt8]
  private let lock: LockFile

  private static let stage = Array("stage".utf8)
  private static let locks = Array("locks".utf8)
  private static let lockNames = Set(
    ["config", "gc", "packs", "sync", "tree", "writer"].map { Array($0.utf8) })
  private static let names = Store.firstNames.union([
    Replica.fileName + Array(".new".utf8), Configuration.fileName,
    Configuration.fileName + Array(".new".utf8), stage,
  ])

  /// Makes the folders, and keeps others from making a repository of the same folder meanwhile.
  ///
  /// What a making left that was killed is cleared away.
  init(_ place: RepositoryPlace) throws(RepositoryError) {
    folder = place.folder
    do throws(SystemError) {
      if place.root != nil { try Repository.makeIfMissing(folder) }
      try Repository.makeIfMissing(RepositoryPlace.join(folder, RepositoryDraft.locks))
    } catch { throw .system(error, path: folder) }
    let path = RepositoryPlace.join(folder, Array("locks/sync".utf8))
    let lock = try calling(path) { () throws(SystemError) in
      try LockFile.acquire(path, waiting: 10)
    }
    guard let lock else { throw .busy(lock: "sync") }
    self.lock = lock
    // Another making may have come to its end while this one waited.
    guard !RepositoryPlace.isRepository(folder) else {
      throw .alreadyARepository(place.root ?? folder)
    }
    do throws(SystemError) {
      if try RepositoryDraft.isUnfinished(folder) { try Store.removeUntouched(at: folder) }
      // What waits there is nobody else's to see, whatever folder it is for.
      try Repository.makeIfMissing(
        RepositoryPlace.join(folder, RepositoryDraft.stage), mode: 0o700)
      let tree = RepositoryPlace.join(folder, Array("locks/tree".utf8))
      _ = try File(tree, .openOrCreate(mode: 0o644)).stat()
    } catch { throw .system(error, path: folder) }
  }

  /// Says whether a folder holds what the making of a repository left that was killed, or nothing.
  static func isUnfinished(_ folder: [UInt8]) throws(SystemError) -> Bool {
    let directory = try Directory(folder)
    let found = Set(try directory.names())
    guard found.isSubset(of: names) else { return false }
    if found.contains(locks) {
      let held = try directory.directory(locks).names()
      guard Set(held).isSubset(of: lockNames) else { return false }
    }
    if found.contains(stage) {
      let staged = try directory.directory(stage).names()
      guard staged.allSatisfy({ $0.starts(with: IgnoreRules.fileName) }) else { return false }
    }
    if let configuration = try AtomicFile.read(Configuration.fileName, in: directory) {
      guard configuration.starts(with: Configuration.firstLine) else { return false }
    }
    return try Store.isUntouched(at: folder)
  }

  /// Puts the default rules of what is ignored into a working tree that has none, whole or not at all.
  func writeDefaultIgnore(in root: [UInt8]) throws(SystemError) {
    let name = IgnoreRules.fileName
    let target = try Directory(root)
    do throws(SystemError) {
      _ = try target.stat(name)
      return
    } catch { if !error.isAbsent { throw error } }
    let stage = try Directory(RepositoryPlace.join(folder, RepositoryDraft.stage))
    try AtomicFile.write(Array(IgnoreRules.standardFile.utf8), to: name, in: stage)
    do throws(SystemError) {
      try stage.rename(name, to: target, name, replacing: false)
    } catch {
      if error.isPresent { return try stage.unlink(name) }
      guard error.isUnsupported else { throw error }
      try stage.rename(name, to: target, name)
    }
  }

  /// Writes the file that makes the folder a repository.
  func finish(_ replica: Replica) throws(SystemError) {
    defer { withExtendedLifetime(self) {} }
    try AtomicFile.write(replica.encoded, to: Replica.fileName, in: Directory(folder))
  }

  /// Makes an empty repository a draft again, and removes it.
  ///
  /// Whatever is left of it when this is stopped can still be used, or be taken over.
  static func discard(_ place: RepositoryPlace, keepingRoot: Bool) {
    do throws(SystemError) {
      let directory = try Directory(place.folder)
      let present = try directory.names().filter { $0 != Replica.fileName }
      for name in present where !names.contains(name) { try remove(name, in: directory) }
      try directory.unlink(Replica.fileName)
      for name in present where names.contains(name) { try remove(name, in: directory) }
      if let root = place.root {
        try removeFolder(place.folder)
        if !keepingRoot { try removeFolder(root) }
      } else if !keepingRoot {
        try removeFolder(place.folder)
      }
    } catch { return }
  }

  private static func remove(
    _ name: [UInt8], in folder: borrowing Directory
  ) throws(SystemError) {
    guard try folder.stat(name).kind == .directory else { return try folder.unlink(name) }
    let directory = try folder.directory(name)
    for name in try directory.names() { try remove(name, in: directory) }
    try folder.removeDirectory(name)
  }

  private static func removeFolder(_ path: [UInt8]) throws(SystemError) {
    guard let slash = path.lastIndex(of: 0x2f) else { return }
    let parent = try Directory(slash == 0 ? [0x2f] : Array(path[..<slash]))
    try parent.removeDirectory(Array(path[(slash + 1)...]))
  }
}
