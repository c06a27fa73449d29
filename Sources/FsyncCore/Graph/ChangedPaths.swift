/// What the commit-graph cache notes of the paths that commits changed: a number for each, and for
/// each folder above it.
///
/// For each number the cache lists the commits, so what became of one path is found without
/// looking at the commits that did not change it. Two paths may share a number, hence a commit that
/// is listed is only one that may have changed the path; one that is not has certainly not.
package enum ChangedPaths {
  /// A path as it is noted: 32 bits of its hash, or one of a few special numbers.
  package struct Key: Hashable, Sendable {
    /// The number.
    package let value: UInt32

    /// The number of a path; not of the root, which every commit changes.
    package init(_ path: Path) {
      value = max(
        UInt32(truncatingIfNeeded: Checksum.xxh3(path.bytes)), Key.firstPath)
    }

    private init(_ value: UInt32) {
      self.value = value
    }

    /// Notes a commit whose changes nobody has looked at yet.
    package static let unknown = Key(0)
    /// Notes a commit that changed more than is worth noting.
    package static let everything = Key(1)
    /// Notes a commit that has rename records, or was made on a merge that has.
    package static let renames = Key(2)
    private static let firstPath: UInt32 = 16
  }

  /// How many paths are noted of one commit at most.
  static let bound = 512

  /// What is to be noted of one commit.
  package struct Question: Sendable {
    /// The tree that the commit was made on; nil for a first commit.
    package let base: ObjectID?
    /// The commit's tree.
    package let tree: ObjectID
    /// The rename records that a history of one path has to look at here.
    package let renames: [ObjectID]

    /// Asks about a commit.
    package init(base: ObjectID?, tree: ObjectID, renames: [ObjectID]) {
      self.base = base
      self.tree = tree
      self.renames = renames
    }
  }

  /// The numbers that answer a question, in no order.
  package static func keys(
    _ question: Question, _ reader: any ObjectReader
  ) throws(ObjectError) -> [Key] {
    var keys: Set<Key> = []
    do throws(ObjectError) {
      guard try note(from: question.base, to: question.tree, reader, &keys) else {
        return [.everything]
      }
      for id in question.renames {
        for record in try reader.renames(id).records { keys.insert(Key(record.to)) }
      }
    } catch {
      if case .system = error { throw error }
      // A tree that is not here can be asked nothing, now or later.
      return [.everything]
    }
    return keys.count <= bound ? Array(keys) : [.everything]
  }

  /// Notes what differs between two trees; false where it is too much.
  private static func note(
    from old: ObjectID?, to new: ObjectID, _ reader: any ObjectReader, _ keys: inout Set<Key>
  ) throws(ObjectError) -> Bool {
    guard old != new else { return true }
    var folders: Set<Path> = []
    var isFull = false
    do throws(ObjectError) {
      try TreeDiff.forEachChange(from: old, to: new, reader) { change throws(ObjectError) in
        keys.insert(Key(change.path))
        var folder = change.path.parent
        while let above = folder, !above.isRoot, folders.insert(above).inserted {
          keys.insert(Key(above))
          folder = above.parent
        }
        guard keys.count <= bound else {
          isFull = true
          // The only way out of the walk.
          throw .missing(.none)
        }
        return true
      }
    } catch { if !isFull { throw error } }
    return !isFull
  }
}
