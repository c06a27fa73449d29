/// What a name stands for in a tree.
package struct Entry: Hashable, Sendable {
  /// The kinds that a tree can hold; the raw value is the byte of the encoding.
  package enum Kind: UInt8, Hashable, Sendable {
    /// A regular file.
    case file = 1
    /// A directory.
    case directory = 2
    /// A symbolic link.
    case symlink = 3
  }

  /// What the name is.
  package var kind: Kind
  /// Permission bits (0o777); 0 for a symlink, which has none.
  package var mode: UInt16
  /// When the content was last modified; `.zero` for a directory.
  package var mtime: Timestamp
  /// Bytes of content: of the file, or of the link's target; 0 for a directory.
  package var size: UInt64
  /// The object with the content.
  ///
  /// A file of up to 128 KiB and a symlink's target: a chunk. A larger file: a list.
  /// A directory: a tree.
  package var content: ObjectID
  /// Extended attributes, a chunk, where the repository records them.
  package var attributes: ObjectID?

  /// Makes a file's entry.
  package static func file(
    _ content: ObjectID, size: UInt64, mode: UInt16, mtime: Timestamp
  ) -> Entry {
    Entry(kind: .file, mode: mode & 0o777, mtime: mtime, size: size, content: content)
  }

  /// Makes a directory's entry.
  package static func directory(_ tree: ObjectID, mode: UInt16) -> Entry {
    Entry(kind: .directory, mode: mode & 0o777, mtime: .zero, size: 0, content: tree)
  }

  /// Makes a symlink's entry.
  package static func symlink(_ target: ObjectID, size: UInt64, mtime: Timestamp) -> Entry {
    Entry(kind: .symlink, mode: 0, mtime: mtime, size: size, content: target)
  }

  /// The kind of object that `content` names.
  package var contentKind: ObjectKind {
    switch kind {
    case .directory: .tree
    case .symlink: .chunk
    case .file: size > UInt64(Limits.wholeFile) ? .list : .chunk
    }
  }

  /// Says whether a tree can hold the entry: what its kind does not have is zero, and sizes are
  /// in bounds.
  package var isWellFormed: Bool {
    guard mode <= 0o777 else { return false }
    return switch kind {
    case .file: size <= UInt64(Int64.max)
    case .symlink: mode == 0 && size <= UInt64(Limits.path)
    case .directory: mtime == .zero && size == 0
    }
  }

  /// Says whether two entries hold the same thing, whatever their times and modes.
  package func hasSameContent(as other: Entry) -> Bool {
    kind == other.kind && content == other.content && size == other.size
  }
}

/// A name and what it stands for.
package struct TreeEntry: Hashable, Sendable {
  /// The name.
  package let name: Name
  /// What it stands for.
  package var entry: Entry

  /// Pairs a name with an entry.
  package init(_ name: Name, _ entry: Entry) {
    self.name = name
    self.entry = entry
  }
}
