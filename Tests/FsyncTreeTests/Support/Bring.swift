import FsyncCore
import FsyncSystem
import FsyncTree

/// Objects that threads may share.
struct Frozen: ObjectReader, Sendable {
  var objects: [ObjectID: StoredObject] = [:]

  init(_ overlay: ObjectOverlay) {
    for object in overlay.new { objects[object.id] = object }
  }

  func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? { objects[id] }
}

extension Replica {
  /// All entries of a tree, by path.
  func flatten(_ tree: ObjectID, _ path: Path = .root) throws -> [Path: Entry] {
    var result: [Path: Entry] = [:]
    for element in try objects.entries(ofTree: tree) {
      let place = path.appending(element.name)
      result[place] = element.entry
      if element.entry.kind == .directory {
        result.merge(try flatten(element.entry.content, place)) { $1 }
      }
    }
    return result
  }

  /// The changes from one tree to another, worked out the simplest way there is.
  func changes(from old: ObjectID, to new: ObjectID) throws -> [PathChange] {
    let (before, after) = (try flatten(old), try flatten(new))
    return Set(before.keys).union(after.keys).sorted().compactMap { path in
      guard var from = before[path] else {
        return PathChange(path: path, from: nil, to: after[path])
      }
      if let to = after[path], from.kind == .directory, to.kind == .directory {
        from.content = to.content
      }
      return from == after[path] ? nil : PathChange(path: path, from: from, to: after[path])
    }
  }

  /// Brings the folder to a tree and takes over the index that belongs to it.
  @discardableResult
  func bring(
    to tree: ObjectID, stage: borrowing Directory,
    options: MaterialiseOptions = MaterialiseOptions()
  ) throws -> [(PathChange, Outcome)] {
    let changes = try changes(from: index.tree, to: tree)
    let outcomes = try Materialiser.run(
      changes, root: root, stage: stage, index: index, reader: Frozen(objects), options: options)
    var stats: [Path: KnownStat?] = [:]
    for (change, outcome) in zip(changes, outcomes) {
      if case .done(let stat) = outcome {
        stats[change.path] = .some(stat)
      } else {
        stats[change.path] = .some(nil)
      }
    }
    index = try Index.build(tree: tree, objects, borrowing: index, stats: stats)
    return Array(zip(changes, outcomes))
  }
}
