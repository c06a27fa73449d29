package import FsyncCore
internal import FsyncStore
internal import FsyncSystem

extension Repository {
  /// Makes a repository of a folder, which is created where it is missing.
  ///
  /// What a making left that was killed is taken over.
  /// - Parameters:
  ///   - path: the folder: a working tree, or for a bare repository its own folder.
  ///   - bare: whether it keeps objects and refs only.
  ///   - name: the replica's name; nil for the host's.
  ///   - compression: how frames are compressed; nil for the standard.
  ///   - adopting: whether the repository takes the identity of the first one it meets, as a
  ///     clone does.
  ///   - settings: what is configured from the beginning.
  package static func initialize(
    at path: [UInt8], bare: Bool = false, name: [UInt8]? = nil, compression: Compression? = nil,
    adopting: Bool = false, settings: [(ConfigurationKey, ConfigurationValue)] = []
  ) throws(RepositoryError) -> Repository {
    try checkInitialize(at: path, bare: bare, empty: bare)
    let root = try makeFolder(path)
    let place = placeAfterInitialize(root, bare: bare)
    let draft = try RepositoryDraft(place)
    let identity = bare || adopting ? nil : RepositoryID(Host.randomBytes(16))
    let options = StoreOptions(
      compression: compression ?? .standard, repositoryID: identity, isBare: bare)
    do { _ = try Store.create(at: place.folder, options) } catch { throw RepositoryError(error) }
    try calling(place.folder) { () throws(SystemError) in
      try Configuration.writeTemplate(in: Directory(place.folder))
    }
    if !settings.isEmpty {
      try Configuration.edit(Configuration.repositoryPath(place.folder)) {
        (file) throws(RepositoryError) in
        var file = file
        for (key, value) in settings { file = try file.setting(key, to: value) }
        return file
      }
    }
    do throws(SystemError) {
      if let root = place.root, !adopting { try draft.writeDefaultIgnore(in: root) }
      let replica = Replica(
        id: Replica.randomID(), name: Replica.cleanName(name ?? Host.name()),
        place: try place.root.map { root throws(SystemError) in
          try Replica.Place(root: root, folder: place.folder)
        })
      try draft.finish(replica)
    } catch { throw .system(error, path: place.folder) }
    return try open(at: root)
  }

  /// Says why no repository can be made at a path, where none can; changes nothing.
  /// - Parameter empty: whether the folder must be empty, if it is there.
  package static func checkInitialize(
    at path: [UInt8], bare: Bool, empty: Bool
  ) throws(RepositoryError) {
    guard (try? Stat(following: path)) != nil else {
      let (parent, name) = split(path)
      if let outer = try RepositoryPlace.find(from: parent) {
        let root = RepositoryPlace.join(
          try calling(parent) { () throws(SystemError) in
            try Host.realPath(parent)
          }, name)
        throw .insideARepository(root, outer: outer.root ?? outer.folder)
      }
      return
    }
    let root = try calling(path) { () throws(SystemError) in try Host.realPath(path) }
    if let outer = try RepositoryPlace.find(from: root) {
      if outer == placeAfterInitialize(root, bare: bare) { throw .alreadyARepository(root) }
      throw .insideARepository(root, outer: outer.root ?? outer.folder)
    }
    if empty, try !isEmpty(root, bare: bare) { throw .notEmpty(root) }
  }

  private static func placeAfterInitialize(_ root: [UInt8], bare: Bool) -> RepositoryPlace {
    bare
      ? RepositoryPlace(root: nil, folder: root)
      : RepositoryPlace(root: root, folder: RepositoryPlace.join(root, RepositoryPlace.folderName))
  }

  private static func makeFolder(_ path: [UInt8]) throws(RepositoryError) -> [UInt8] {
    do throws(SystemError) {
      try makeIfMissing(path)
      return try Host.realPath(path)
    } catch { throw .system(error, path: path) }
  }

  static func makeIfMissing(_ path: [UInt8], mode: UInt16 = 0o777) throws(SystemError) {
    let (parent, name) = split(path)
    guard !name.isEmpty else { return }
    do throws(SystemError) {
      try Directory(parent).makeDirectory(name, mode: mode)
    } catch {
      if error.isPresent, try Stat(following: path).kind == .directory { return }
      throw error
    }
  }

  /// A path's folder, and its last name.
  private static func split(_ path: [UInt8]) -> (parent: [UInt8], name: [UInt8]) {
    var trimmed = path
    while trimmed.count > 1, trimmed.last == 0x2f { trimmed.removeLast() }
    let slash = trimmed.lastIndex(of: 0x2f)
    let parent = slash.map { $0 == 0 ? [0x2f] : Array(trimmed[..<$0]) } ?? [0x2e]
    return (parent, Array(trimmed[(slash.map { $0 + 1 } ?? 0)...]))
  }

  /// Says whether nothing is in a folder but what a making left that was killed.
  private static func isEmpty(_ root: [UInt8], bare: Bool) throws(RepositoryError) -> Bool {
    let names = try calling(root) { () throws(SystemError) in try Directory(root).names() }
    if names.isEmpty { return true }
    guard bare || names == [RepositoryPlace.folderName] else { return false }
    let folder = placeAfterInitialize(root, bare: bare).folder
    return (try? RepositoryDraft.isUnfinished(folder)) ?? false
  }
}
