internal import FsyncCore
internal import FsyncHub
internal import FsyncRepo
internal import FsyncSystem

/// Reads what pages show from one repository; everything that it reads is bounded.
///
/// Not safe to share between threads, as the repository is not.
struct Browser {
  let name: RepositoryName
  let repository: Repository

  /// About how many bytes of paths one page names.
  static let mostPathBytes = 512 << 10

  /// Opens a repository of a hub.
  init(_ hub: Hub, _ name: RepositoryName) throws(WebError) {
    self.name = name
    repository = try showing { () throws(RepositoryError) in
      try hub.open(name)
    }
  }

  /// A state, with what reads it.
  func resolve(_ state: Address.State) throws(WebError) -> (place: Place, snapshot: Snapshot) {
    try showing { () throws(RepositoryError) in
      switch state {
      case .now:
        let heads = try repository.heads()
        let snapshot = try repository.view(of: heads)
        var commit: CommitFacts?
        if heads.count == 1 { commit = try facts(heads[0]) }
        return (
          Place(repository: name, state: .now, commit: commit, heads: heads.count), snapshot
        )
      case .commit(let digits):
        let id = try self.id(digits)
        let snapshot = try repository.snapshot(at: .commit(id))
        let place = Place(repository: name, state: .commit(id), commit: try facts(id))
        return (place, snapshot)
      }
    }
  }

  /// The only commit under the heads whose id begins with digits.
  func id(_ digits: String) throws(RepositoryError) -> ObjectID {
    guard case .commit(let id) = try repository.moment(digits) else {
      throw .unknownMoment(digits)
    }
    return id
  }

  /// What is to be said of a commit that is here.
  func facts(_ id: ObjectID) throws(RepositoryError) -> CommitFacts {
    do throws(ObjectError) {
      return CommitFacts(id: id, commit: try repository.store.commit(id))
    } catch { throw .object(error) }
  }

  /// Says why content is not here; other errors are thrown on.
  func words(
    _ error: RepositoryError, reading commits: [ObjectID]
  ) throws(WebError) -> String {
    let found: RepositoryError
    do throws(RepositoryError) {
      try repository.explaining(commits) { () throws(RepositoryError) in throw error }
      return Words.missing
    } catch { found = error }
    switch found {
    case .pruned(let content): return Words.pruned(content)
    case .object: return Words.missing
    default: throw WebError(found)
    }
  }
}

extension Browser {
  /// A folder, or the part of it after a name.
  func folder(
    _ path: Path, _ entry: Entry, _ place: Place, _ snapshot: Snapshot, after name: Name?
  ) throws(WebError) -> FolderModel {
    try showingObjects { () throws(ObjectError) in
      // Each row names the whole path.
      let size = min(FolderModel.pageSize, max(20, Self.mostPathBytes / (path.bytes.count + 128)))
      let entries = try snapshot.reader.entries(
        ofTree: entry.content, after: name, atMost: size + 1)
      let hasMore = entries.count > size
      let shown = Array(entries.prefix(size))
      return FolderModel(
        place: place, path: path, entries: shown,
        count: try snapshot.reader.entryCount(ofTree: entry.content),
        next: hasMore ? shown.last?.name : nil)
    }
  }

  /// A file or link.
  func file(
    _ path: Path, _ entry: Entry, _ place: Place, _ snapshot: Snapshot
  ) throws(WebError) -> FileModel {
    func model(_ content: FileModel.Content) -> FileModel {
      FileModel(place: place, path: path, entry: entry, content: content)
    }
    do throws(ObjectError) {
      if entry.kind == .symlink {
        let target = try snapshot.reader.content(of: entry, atMost: Limits.path)
        return model(.target(target ?? []))
      }
      let head = try snapshot.reader.head(of: entry)
      if MediaType(head).isImage { return model(.image) }
      guard let bytes = try snapshot.reader.content(of: entry, atMost: FileModel.largestText)
      else { return model(head.contains(0) ? .binary : .large) }
      return model(bytes.contains(0) ? .binary : .text(bytes))
    } catch { return model(.absent(try words(.object(error), reading: snapshot.commits))) }
  }

  /// A page of a path's history.
  func history(_ path: Path, after digits: String?) throws(WebError) -> HistoryModel {
    try showing { () throws(RepositoryError) in
      var query = LogQuery()
      query.paths = path.isRoot ? [] : [path]
      query.limit = HistoryModel.pageSize + 1
      query.patience = HistoryModel.patience
      query.mostChanges = 5000
      query.after = try digits.map(id)
      var entries: [LogEntry] = []
      let tired = try repository.log(query) { entry throws(ObjectError) in
        entries.append(entry)
        return true
      }
      let hasMore = entries.count > HistoryModel.pageSize
      if hasMore { entries.removeLast() }
      return HistoryModel(
        repository: name, path: path, entries: entries,
        next: hasMore ? entries.last?.id : tired, isFirst: digits == nil)
    }
  }

  /// The conflicts that are open now.
  func conflicts() throws(WebError) -> ConflictsModel {
    let (place, snapshot) = try resolve(.now)
    let open = try showingObjects { () throws(ObjectError) in
      try snapshot.conflicts.map { id throws(ObjectError) in
        try snapshot.reader.conflicts(id).open
      } ?? []
    }
    var bytes = 0
    let listed = open.prefix(ConflictsModel.mostConflicts).prefix { conflict in
      bytes += conflict.sides.prefix(ConflictsModel.mostVersions)
        .reduce(conflict.path.bytes.count) { $0 + $1.path.bytes.count }
      return bytes <= Self.mostPathBytes
    }
    let items = listed.map { conflict in
      let sides =
        conflict.sides.filter { $0.path == conflict.path }
        + conflict.sides.filter { $0.path != conflict.path }
      return ConflictsModel.Item(
        path: conflict.path, kind: conflict.kind,
        versions: sides.prefix(ConflictsModel.mostVersions).map { side in
          // A version without a commit is of the commit that carries the table.
          let id = side.commit ?? place.commit?.id
          return ConflictsModel.Version(
            path: side.path, entry: side.entry, commit: id.flatMap { try? facts($0) })
        }, hasMore: sides.count > ConflictsModel.mostVersions)
    }
    return ConflictsModel(place: place, conflicts: items, hasMore: open.count > items.count)
  }

  /// The repository as it is now.
  func overview() throws(WebError) -> OverviewModel {
    let heads = try showing { () throws(RepositoryError) in try repository.heads() }
    var model = OverviewModel(
      repository: name, folder: nil, newest: [], heads: heads, conflicts: 0)
    guard !heads.isEmpty else { return model }
    try showing { () throws(RepositoryError) in
      var query = LogQuery()
      query.limit = 8
      query.patience = HistoryModel.patience
      try repository.log(query) { entry throws(ObjectError) in
        model.newest.append(CommitFacts(entry))
        return true
      }
    }
    // A view that cannot be had leaves history to be looked at.
    do throws(WebError) {
      let (place, snapshot) = try resolve(.now)
      let open = try showingObjects { () throws(ObjectError) in
        try snapshot.conflicts.map { id throws(ObjectError) in
          try snapshot.reader.conflicts(id).open.count
        } ?? 0
      }
      model.conflicts = open
      if let root = try showingObjects({ () throws(ObjectError) in try snapshot.entry(at: .root) })
      {
        model.folder = try folder(.root, root, place, snapshot, after: nil)
      }
    } catch {
      switch error {
      case .gone(let words): model.trouble = words
      case .repository(.object(.missing)): model.trouble = Words.missing
      default: throw error
      }
    }
    return model
  }
}
