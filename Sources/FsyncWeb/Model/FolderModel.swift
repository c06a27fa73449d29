package import FsyncCore
package import FsyncHub

/// Which state of which repository a page is about.
package struct Place: Sendable {
  /// The repository.
  package var repository: RepositoryName
  /// The state.
  package var state: Address.State
  /// The commit, where the state is that of a single one.
  package var commit: CommitFacts?
  /// How many heads the state was merged of; 1 for a commit's.
  package var heads: Int

  /// Names a state.
  package init(
    repository: RepositoryName, state: Address.State, commit: CommitFacts?, heads: Int = 1
  ) {
    self.repository = repository
    self.state = state
    self.commit = commit
    self.heads = heads
  }

  /// The address of a folder or file in this state.
  func files(_ path: Path, after name: Name? = nil) -> Address {
    .repository(repository, .files(state, path, after: name))
  }

  /// The address of a file's content.
  func raw(_ path: Path) -> Address { .repository(repository, .raw(state, path)) }

  /// The address of the history of a path.
  func log(_ path: Path) -> Address { .repository(repository, .log(path, after: nil)) }
}

/// A folder of some state.
package struct FolderModel: Sendable {
  /// The state.
  package var place: Place
  /// The folder's path.
  package var path: Path
  /// What is in it, or the part of that which this page shows, in order of name.
  package var entries: [TreeEntry]
  /// How many entries it has altogether.
  package var count: UInt64
  /// The last entry of this page, where there are more.
  package var next: Name?

  /// The most entries that one page shows.
  package static let pageSize = 1000

  /// Makes the model of a folder.
  package init(
    place: Place, path: Path, entries: [TreeEntry], count: UInt64, next: Name? = nil
  ) {
    self.place = place
    self.path = path
    self.entries = entries
    self.count = count
    self.next = next
  }
}

/// A repository as it is now.
package struct OverviewModel: Sendable {
  /// The repository.
  package var repository: RepositoryName
  /// The folder; nil where there was no commit yet, or the view cannot be had.
  package var folder: FolderModel?
  /// Why there is no folder although there are commits, in words.
  package var trouble: String?
  /// The newest commits.
  package var newest: [CommitFacts]
  /// How many heads there are.
  package var heads: [ObjectID]
  /// How many conflicts are open.
  package var conflicts: Int

  /// Makes the model.
  package init(
    repository: RepositoryName, folder: FolderModel?, trouble: String? = nil,
    newest: [CommitFacts], heads: [ObjectID], conflicts: Int
  ) {
    self.repository = repository
    self.folder = folder
    self.trouble = trouble
    self.newest = newest
    self.heads = heads
    self.conflicts = conflicts
  }
}
