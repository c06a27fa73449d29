package import FsyncCore

/// The set of commits whose view the folder shows, with that view.
package struct Base: Hashable, Sendable {
  /// The set, in rising order; empty before the first commit.
  package var commits: [ObjectID]
  /// The view's tree.
  package var tree: ObjectID
  /// The view's conflict table; nil for none.
  package var conflicts: ObjectID?
  /// The renames that the view's merge made; nil for none.
  package var renames: ObjectID?

  /// Makes a base; commits are sorted here.
  package init(
    commits: [ObjectID], tree: ObjectID, conflicts: ObjectID? = nil, renames: ObjectID? = nil
  ) {
    self.commits = Set(commits).sorted()
    self.tree = tree
    self.conflicts = conflicts
    self.renames = renames
  }
}

/// A view that is being written into the folder: what a killed materialise is finished from.
package typealias Intent = Base

/// Why a path of the folder is not what the base has there, without anybody having edited it.
package struct Lag: Hashable, Sendable {
  /// The reasons; the raw value is the byte of the encoding.
  package enum Reason: UInt8, Hashable, Sendable, CaseIterable {
    /// It could not be read.
    case unknown = 1
    /// It cannot exist on this file system.
    case held = 2
    /// It has not been written yet.
    case notWritten = 3
    /// The user dropped it here.
    case dropped = 4
    /// A brake withheld it from a commit.
    case withheld = 5
    /// It lies outside the selection.
    case outside = 6
  }

  /// Why.
  package var reason: Reason
  /// The set of commits that the path was last brought to, in rising order.
  package var since: [ObjectID]
  /// What the path had there; nil for nothing.
  package var entry: Entry?

  /// Makes a record; commits are sorted here.
  package init(reason: Reason, since: [ObjectID], entry: Entry?) {
    self.reason = reason
    self.since = Set(since).sorted()
    self.entry = entry
  }
}
