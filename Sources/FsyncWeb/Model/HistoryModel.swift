package import FsyncCore
package import FsyncHub
package import FsyncRepo

/// A page of a path's history.
package struct HistoryModel: Sendable {
  /// The repository.
  package var repository: RepositoryName
  /// The path; the root for everything.
  package var path: Path
  /// Commits, the newest first, with what they changed at the path where it is not the root.
  package var entries: [LogEntry]
  /// The commit after which the next page begins; nil on the last one.
  package var next: ObjectID?
  /// Whether this is the first page.
  package var isFirst: Bool

  /// The most commits of one page.
  package static let pageSize = 50
  /// The most commits that are looked at for one page.
  package static let patience = 20_000

  /// Makes the model.
  package init(
    repository: RepositoryName, path: Path, entries: [LogEntry], next: ObjectID?, isFirst: Bool
  ) {
    self.repository = repository
    self.path = path
    self.entries = entries
    self.next = next
    self.isFirst = isFirst
  }
}
