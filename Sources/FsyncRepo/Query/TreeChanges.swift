package import FsyncCore

/// Changes between two trees as people see them: renames named, folders told by their files.
package enum TreeChanges {
  /// Returns the changes at or below some paths, in order of path.
  /// - Parameters:
  ///   - paths: what is looked at; empty for everything.
  ///   - renames: renames that are known between the two trees.
  ///   - bound: how many entries that differ are enough, folders among them.
  package static func between(
    _ old: ObjectID?, _ new: ObjectID?, paths: [Path] = [], renames: RenameRecords? = nil,
    atMost bound: Int = .max, reader: any ObjectReader
  ) throws(ObjectError) -> [PathChange] {
    guard old != new else { return [] }
    var raw: [TreeDiff.Change] = []
    for path in outermost(paths) {
      try collect(old, new, at: path, bound, reader, into: &raw)
    }
    let origins = RenameOrigins(renames)
    var result: [PathChange] = []
    var sources: Set<Path> = []
    var wholeFolders: Set<Path> = []
    for change in raw {
      guard let entry = change.new, let source = origins.source(of: change.path), let old else {
        continue
      }
      if wholeFolders.covers(change.path) { continue }
      guard let before = try reader.entry(at: source, in: old), before.kind == entry.kind else {
        continue
      }
      if entry.kind == .directory {
        // A folder that moved as it was is one change; else its files tell.
        guard before.content == entry.content, change.old == nil else { continue }
        wholeFolders.insert(change.path)
      }
      sources.insert(source)
      result.append(
        PathChange(path: change.path, kind: .renamed, from: source, old: before, new: entry))
    }
    let renamed = Set(result.map(\.path))
    let rest = raw.lazy.filter { change in
      !renamed.contains(change.path) && !wholeFolders.covers(change.path)
        && (change.new != nil || !sources.covers(change.path))
    }
    result += rest.compactMap(told)
    return result.sorted { $0.path < $1.path }
  }

  /// Returns what people see of changes between which no renames are known, in order of path.
  static func told(_ changes: [TreeDiff.Change]) -> [PathChange] {
    var result: [PathChange] = []
    result.reserveCapacity(changes.count)
    for change in changes {
      if let told = told(change) { result.append(told) }
    }
    result.sort { $0.path < $1.path }
    return result
  }

  /// Calls back for each change of the whole tree; without renames in no more memory than the way
  /// to one change takes.
  package static func forEach(
    _ old: ObjectID?, _ new: ObjectID?, renames: RenameRecords, reader: any ObjectReader,
    _ body: (PathChange) -> Void
  ) throws(ObjectError) {
    guard renames.records.isEmpty else {
      return try between(old, new, renames: renames, reader: reader).forEach(body)
    }
    try TreeDiff.forEachChange(from: old, to: new, reader) { change throws(ObjectError) in
      if let told = told(change) { body(told) }
      return true
    }
  }

  /// Says how two entries of a path differ; nil for what people need not see: a time alone, and
  /// a folder whose files tell.
  package static func kind(old: Entry?, new: Entry?) -> ChangeKind? {
    switch (old, new) {
    case (nil, nil): return nil
    case (nil, .some(let new)): return isTold(new) ? nil : .added
    case (.some(let old), nil): return isTold(old) ? nil : .deleted
    case (.some(let old), .some(let new)):
      if old.kind != new.kind { return .retyped }
      if old.kind != .directory, !old.hasSameContent(as: new) { return .modified }
      if old.mode != new.mode { return .mode }
      return old.attributes != new.attributes ? .modified : nil
    }
  }

  private static func told(_ change: TreeDiff.Change) -> PathChange? {
    guard let kind = kind(old: change.old, new: change.new) else { return nil }
    return PathChange(path: change.path, kind: kind, old: change.old, new: change.new)
  }

  /// Says whether an entry is a folder that holds something, which then tells of it.
  private static func isTold(_ entry: Entry) -> Bool {
    entry.kind == .directory && entry.content != emptyTree
  }

  private static let emptyTree = Digest.object(.tree, TreeNode.leaf([]).encoded)

  private static func collect(
    _ old: ObjectID?, _ new: ObjectID?, at path: Path, _ bound: Int, _ reader: any ObjectReader,
    into changes: inout [TreeDiff.Change]
  ) throws(ObjectError) {
    var folders = (old, new)
    if !path.isRoot {
      let before = try old.flatMapTyped { tree throws(ObjectError) in
        try reader.entry(at: path, in: tree)
      }
      let after = try new.flatMapTyped { tree throws(ObjectError) in
        try reader.entry(at: path, in: tree)
      }
      guard before != after else { return }
      changes.append(TreeDiff.Change(path: path, old: before, new: after))
      folders = (
        before?.kind == .directory ? before?.content : nil,
        after?.kind == .directory ? after?.content : nil
      )
    }
    var found: [TreeDiff.Change] = []
    try TreeDiff.forEachChange(
      from: folders.0, to: folders.1, reader, until: { found.count >= bound }
    ) { change throws(ObjectError) in
      found.append(
        TreeDiff.Change(path: path.appending(change.path), old: change.old, new: change.new))
      return true
    }
    changes += found
  }

  /// The paths that lie below no other; the root where there are none.
  private static func outermost(_ paths: [Path]) -> [Path] {
    guard !paths.isEmpty else { return [.root] }
    var result: [Path] = []
    for path in paths.sorted() where !result.contains(where: { path.isEqualOrBelow($0) }) {
      result.append(path)
    }
    return result
  }
}

/// Where paths were before, by rename records: a record of a folder speaks for all below it.
struct RenameOrigins {
  private var sources: [Path: Path] = [:]

  init(_ renames: RenameRecords?) {
    for record in renames?.records ?? [] { sources[record.to] = record.from }
  }

  /// Where a path was: by the record of itself, or of the nearest folder above it.
  func source(of path: Path) -> Path? {
    guard !sources.isEmpty else { return nil }
    var folder = path
    while true {
      if let source = sources[folder], let rest = path.relative(to: folder) {
        return source.appending(rest)
      }
      guard let parent = folder.parent, !parent.isRoot else { return nil }
      folder = parent
    }
  }
}

extension Set<Path> {
  /// Says whether the set holds a path or a folder above it.
  fileprivate func covers(_ path: Path) -> Bool {
    guard !isEmpty else { return false }
    var folder = path
    while true {
      if contains(folder) { return true }
      guard let parent = folder.parent else { return false }
      folder = parent
    }
  }
}

extension Optional {
  /// `flatMap` for a body with a typed error.
  func flatMapTyped<Value, Failure: Error>(
    _ body: (Wrapped) throws(Failure) -> Value?
  ) throws(Failure) -> Value? {
    guard let self else { return nil }
    return try body(self)
  }
}
