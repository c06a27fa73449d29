internal import FsyncCore
package import FsyncHub
package import FsyncRepo

/// A commit and what it changed.
package struct CommitModel: Sendable {
  /// The repository.
  package var repository: RepositoryName
  /// The commit.
  package var facts: CommitFacts
  /// What it changed, in order of path.
  package var changes: [Change]
  /// Whether it changed more than is listed.
  package var hasMore: Bool
  /// That its content is not kept here any more, in words.
  package var pruned: String?

  /// The most paths that are listed.
  package static let mostChanges = 1000

  /// A path that it changed.
  package struct Change: Sendable {
    /// The path, and how it changed.
    package var change: PathChange
    /// How its content changed.
    package var detail: Detail

    /// Makes a change.
    package init(_ change: PathChange, _ detail: Detail) {
      self.change = change
      self.detail = detail
    }
  }

  /// How a file's content changed.
  package enum Detail: Sendable {
    /// Nothing of it did, or there is none.
    case none
    /// The lines that changed.
    case lines(LineChanges)
    /// It is no text.
    case binary
    /// It is too large to be compared here.
    case large
    /// The page shows enough already.
    case left
    /// It is not here, in words.
    case absent(String)
  }

  /// Makes the model.
  package init(
    repository: RepositoryName, facts: CommitFacts, changes: [Change], hasMore: Bool = false,
    pruned: String? = nil
  ) {
    self.repository = repository
    self.facts = facts
    self.changes = changes
    self.hasMore = hasMore
    self.pruned = pruned
  }
}
