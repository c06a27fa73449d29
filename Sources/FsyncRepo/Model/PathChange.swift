package import FsyncCore

/// How a path differs.
package enum ChangeKind: String, Hashable, Sendable {
  /// It is new.
  case added
  /// Its content changed.
  case modified
  /// It is gone.
  case deleted
  /// It is of another kind.
  case retyped
  /// Its permission bits changed, and nothing else.
  case mode
  /// It was at another path.
  case renamed
}

/// A path that differs.
package struct PathChange: Hashable, Sendable {
  /// The path.
  package var path: Path
  /// How it differs.
  package var kind: ChangeKind
  /// Where it was, for `renamed`.
  package var from: Path?
  /// What it was; nil where it was nothing.
  package var old: Entry?
  /// What it is; nil where it is nothing, or its content is not known yet.
  package var new: Entry?

  /// Makes a change.
  package init(
    path: Path, kind: ChangeKind, from: Path? = nil, old: Entry? = nil, new: Entry? = nil
  ) {
    self.path = path
    self.kind = kind
    self.from = from
    self.old = old
    self.new = new
  }
}
