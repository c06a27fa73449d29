internal import FsyncCore
package import FsyncHub

/// The repositories that somebody may read.
package struct HubModel: Sendable {
  /// In order of name.
  package var lines: [Line]
  /// The last one of this page, where there are more.
  package var next: RepositoryName?

  /// A repository.
  package struct Line: Sendable {
    /// Its name.
    package var name: RepositoryName
    /// What is known of it; nil where it cannot be read.
    package var facts: Facts?

    /// Makes a line.
    package init(name: RepositoryName, facts: Facts?) {
      self.name = name
      self.facts = facts
    }
  }

  /// What is known of a repository.
  package struct Facts: Sendable {
    /// Its newest head; nil where there was no commit yet.
    package var newest: CommitFacts?
    /// How many heads it has.
    package var heads: Int
    /// How many conflicts are open; nil where that would take too long to find out.
    package var conflicts: Int?

    /// Makes the facts.
    package init(newest: CommitFacts?, heads: Int, conflicts: Int?) {
      self.newest = newest
      self.heads = heads
      self.conflicts = conflicts
    }
  }

  /// Makes a list.
  package init(lines: [Line], next: RepositoryName? = nil) {
    self.lines = lines
    self.next = next
  }
}
