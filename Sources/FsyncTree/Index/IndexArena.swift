internal import FsyncCore

/// A directory whose own rows wait in an arena, to be copied into one index.
///
/// What waits is let go of as it is copied there, so that a large tree is not held twice.
final class IndexPart: @unchecked Sendable {
  // @unchecked: one thread at a time owns it, from the one that builds it to the one that copies.

  /// The directory's tree object.
  let tree: ObjectID
  /// What it takes, with all below it.
  let size: IndexSize
  /// The directories in it, by the numbers of their rows among its own.
  private var children: [(row: Int, draft: DirectoryDraft?)]
  private var place: (arena: IndexBuilder, number: Int)?

  fileprivate init(
    _ tree: ObjectID, _ size: IndexSize, _ place: (IndexBuilder, Int),
    _ children: [(row: Int, draft: DirectoryDraft?)]
  ) {
    self.tree = tree
    self.size = size
    self.place = place
    self.children = children
  }

  /// Lends the arena and the directory's number there, once.
  func copied(_ body: (IndexBuilder, Int) -> Void) {
    guard let place else { preconditionFailure("a directory is copied twice") }
    body(place.arena, place.number)
    self.place = nil
  }

  /// Hands over the directories in it one after the other, once.
  func takeChildren(_ body: (_ row: Int, DirectoryDraft) -> Void) {
    for index in children.indices {
      guard let child = children[index].draft else { continue }
      children[index].draft = nil
      body(children[index].row, child)
    }
  }
}

/// Where the rows of finished directories wait for the index that they will be in: 110 bytes a
/// row, where a draft takes several times that.
///
/// An arena is reserved whole and never moves, so that one thread adds to it while others read
/// what they were given; it goes when the last directory in it has been copied on.
struct IndexArena: Sendable {
  private var builder: IndexBuilder?

  private static let capacity = IndexSize(directories: 2 << 10, rows: 16 << 10, names: 512 << 10)

  /// Takes over a directory.
  /// - Parameters:
  ///   - record: stat, rules and flags; numbers are filled in.
  ///   - tree: the tree object of the rows.
  ///   - rows: in order of name.
  mutating func keep(
    _ record: IndexDirectory, _ tree: ObjectID, _ rows: [RowDraft]
  ) -> DirectoryDraft {
    var size = IndexSize(of: rows)
    let arena: IndexBuilder
    if let builder, builder.hasRoom(for: size) {
      arena = builder
    } else {
      let least = IndexArena.capacity
      arena = IndexBuilder(
        reserving: IndexSize(
          directories: least.directories, rows: max(least.rows, size.rows),
          names: max(least.names, size.names)))
      builder = arena
    }
    let number = arena.append(record, tree, rows)
    var children: [(row: Int, draft: DirectoryDraft?)] = []
    for (row, draft) in rows.enumerated() {
      guard let child = draft.child else { continue }
      children.append((row, child))
      size.add(child.size)
    }
    return .part(IndexPart(tree, size, (arena, number), children))
  }
}
