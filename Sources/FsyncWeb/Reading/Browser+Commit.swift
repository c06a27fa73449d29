internal import FsyncCore
internal import FsyncRepo
internal import FsyncSystem

extension Browser {
  /// A commit and what it changed.
  func commit(_ id: ObjectID) throws(WebError) -> CommitModel {
    let facts = try showing { () throws(RepositoryError) in try self.facts(id) }
    let history = try showing { () throws(RepositoryError) in try repository.history() }
    let (changes, hasMore) = try showingObjects { () throws(ObjectError) in
      try self.changes(of: facts.commit, history)
    }
    var budget = Budget()
    var list: [CommitModel.Change] = []
    for change in changes {
      list.append(CommitModel.Change(change, try detail(change, facts, &budget)))
    }
    return CommitModel(repository: name, facts: facts, changes: list, hasMore: hasMore)
  }

  /// What a commit changed, as far as a page lists it, and whether that is all.
  private func changes(
    of commit: Commit, _ history: CommitHistory
  ) throws(ObjectError) -> (list: [PathChange], hasMore: Bool) {
    let most = CommitModel.mostChanges
    let (first, isAll) = try first(most, of: commit, history)
    guard isAll else { return (first, true) }
    // Renames are told where all of it is looked at.
    return (try history.changes(of: commit), false)
  }

  /// The first paths that a commit changed, as they are found, as far as their names weigh little.
  private func first(
    _ bound: Int, of commit: Commit, _ history: CommitHistory
  ) throws(ObjectError) -> (found: [PathChange], isAll: Bool) {
    var found: [PathChange] = []
    var (bytes, isAll) = (0, true)
    try TreeDiff.forEachChange(
      from: try history.baseTree(of: commit), to: commit.tree, history.reader,
      until: { !isAll }
    ) { change throws(ObjectError) in
      if let kind = TreeChanges.kind(old: change.old, new: change.new) {
        bytes += change.path.bytes.count
        guard found.count < bound, bytes <= Self.mostPathBytes else {
          isAll = false
          return false
        }
        found.append(
          PathChange(path: change.path, kind: kind, old: change.old, new: change.new))
      }
      return true
    }
    return (found, isAll)
  }

  /// What a page may still compare.
  private struct Budget {
    /// Lines that may still be shown.
    var lines = 5000
    /// Bytes that may still be read.
    var bytes = 4 << 20
    /// When to stop, by the monotonic clock.
    var deadline = Clock.monotonic() + 4

    var isUsedUp: Bool { lines <= 0 || bytes <= 0 || Clock.monotonic() > deadline }
  }

  /// The largest file whose lines are compared, in bytes.
  private static let largestText = 1 << 20

  private func detail(
    _ change: PathChange, _ facts: CommitFacts, _ budget: inout Budget
  ) throws(WebError) -> CommitModel.Detail {
    let (old, new) = (change.old, change.new)
    let isOfFolder = [old, new].allSatisfy { $0 == nil || $0?.kind == .directory }
    if isOfFolder || change.kind == .mode { return .none }
    if let old, let new, old.hasSameContent(as: new) { return .none }
    if budget.isUsedUp { return .left }
    let size = max(old?.size ?? 0, new?.size ?? 0)
    do throws(ObjectError) {
      if size > UInt64(Self.largestText) {
        let heads = try [old, new].map { entry throws(ObjectError) in
          try entry.map { entry throws(ObjectError) in try repository.store.head(of: entry) } ?? []
        }
        return heads.contains { $0.contains(0) } ? .binary : .large
      }
      guard let before = try text(old, &budget), let after = try text(new, &budget) else {
        return .binary
      }
      let changes = LineChanges(Lines(before), Lines(after), atMost: budget.lines)
      budget.lines -= changes.groups.reduce(0) { $0 + $1.count }
      return .lines(changes)
    } catch {
      return .absent(try words(.object(error), reading: [facts.id] + facts.commit.parents))
    }
  }

  /// A version's content where it is text: no NUL byte; nothing and folders are text too.
  private func text(_ entry: Entry?, _ budget: inout Budget) throws(ObjectError) -> [UInt8]? {
    guard let entry, entry.kind != .directory,
      let bytes = try repository.store.content(of: entry, atMost: Self.largestText)
    else { return [] }
    budget.bytes -= bytes.count
    return bytes.contains(0) ? nil : bytes
  }
}
