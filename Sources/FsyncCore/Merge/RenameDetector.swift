/// Finds what was renamed between two trees.
package enum RenameDetector {
  /// Returns the renames from one tree to another.
  ///
  /// Exact ones are found here: a path that is gone and a path that is new with the same
  /// non-empty content. A name that still exists is a source only if its new occupant was itself
  /// renamed there, and a name that existed is a target only if its old occupant was renamed
  /// away, so swaps and rotations are found and overwriting is none. A folder that was moved
  /// whole is one record.
  /// - Parameter observed: renames that the caller knows by other means, whatever the content.
  package static func detect(
    from old: ObjectID?, to new: ObjectID?, observed: [(from: Path, to: Path)] = [],
    _ reader: any ObjectReader
  ) throws(ObjectError) -> RenameRecords {
    guard old != new, let old, let new else { return RenameRecords([]) }
    var search = RenameSearch(old: old, new: new, reader)
    try search.collect()
    try search.take(observed: observed)
    guard search.isPromising else { return search.records }
    try search.pairFolders()
    try search.pairFiles()
    return search.records
  }
}

/// The state of one search for renames.
private struct RenameSearch {
  private struct Key: Hashable {
    let kind: Entry.Kind
    let content: ObjectID
  }

  private let old: ObjectID
  private let new: ObjectID
  private let reader: any ObjectReader
  private var gone: [Path: Entry] = [:]
  private var fresh: [Path: Entry] = [:]
  private var changed: [Path: (old: Entry, new: Entry)] = [:]
  private var pairs: [Path: Path] = [:]
  private var observedTargets: Set<Path> = []
  private var folders: [(from: Path, to: Path)] = []
  private var exact: Set<Path> = []

  init(old: ObjectID, new: ObjectID, _ reader: any ObjectReader) {
    self.old = old
    self.new = new
    self.reader = reader
  }

  /// Collects what is gone, new and changed, without looking into folders on one side only.
  mutating func collect() throws(ObjectError) {
    var (gone, fresh, changed) = (gone, fresh, changed)
    try TreeDiff.forEachChange(from: old, to: new, reader) { change throws(ObjectError) in
      switch (change.old, change.new) {
      case (let before?, nil): gone[change.path] = before
      case (nil, let after?): fresh[change.path] = after
      case (let before?, let after?):
        if before.kind != after.kind {
          gone[change.path] = before
          fresh[change.path] = after
        } else if before.kind != .directory, !before.hasSameContent(as: after) {
          changed[change.path] = (before, after)
        }
      default: break
      }
      return false
    }
    (self.gone, self.fresh, self.changed) = (gone, fresh, changed)
  }

  /// Whether there can be an exact rename at all.
  var isPromising: Bool {
    (!gone.isEmpty || changed.count > 1) && (!fresh.isEmpty || changed.count > 1)
  }

  /// Takes over the renames that the caller observed, where they are possible.
  mutating func take(observed: [(from: Path, to: Path)]) throws(ObjectError) {
    var candidates: [Path: Path] = [:]
    var taken: Set<Path> = []
    for pair in observed.sorted(by: { ($0.from, $0.to) < ($1.from, $1.to) }) {
      guard pair.from != pair.to, candidates[pair.from] == nil, !taken.contains(pair.to),
        try reader.entry(at: pair.from, in: old) != nil,
        try reader.entry(at: pair.to, in: new) != nil
      else { continue }
      candidates[pair.from] = pair.to
      taken.insert(pair.to)
    }
    var vacated: Set<Path> = []
    for from in candidates.keys where try reader.entry(at: from, in: new) == nil {
      vacated.insert(from)
    }
    while let wrong = candidates.keys.first(where: {
      !vacated.contains($0) && !taken.contains($0)
    }) {
      if let to = candidates.removeValue(forKey: wrong) { taken.remove(to) }
    }
    for (from, to) in candidates {
      let (before, after) = (
        try reader.entry(at: from, in: old), try reader.entry(at: to, in: new)
      )
      if before?.kind == .directory, after?.kind == .directory {
        folders.append((from, to))
      } else if before?.kind != .directory, after?.kind != .directory {
        pairs[from] = to
        if let before, let after, before.hasSameContent(as: after) { exact.insert(from) }
      } else {
        continue
      }
      observedTargets.insert(to)
    }
  }

  /// Pairs folders that are equal to the last byte, then opens all others.
  mutating func pairFolders() throws(ObjectError) {
    let empty = TreeNode.build([]) { Digest.object($0, $1) }
    func candidates(_ side: [Path: Entry], _ isTaken: (Path) -> Bool) -> [Key: [Path]] {
      var result: [Key: [Path]] = [:]
      for (path, entry) in side where entry.kind == .directory && entry.content != empty {
        guard !isTaken(path) else { continue }
        result[Key(kind: .directory, content: entry.content), default: []].append(path)
      }
      return result
    }
    let sources = Set(folders.map(\.from))
    let from = candidates(gone) { sources.contains($0) }
    let to = candidates(fresh) { observedTargets.contains($0) }
    for (key, paths) in from {
      for pair in Twins.pair(paths, to[key] ?? []) {
        folders.append(pair)
        exact.insert(pair.from)
        gone[pair.from] = nil
        fresh[pair.to] = nil
      }
    }
    gone = try opened(gone)
    fresh = try opened(fresh)
  }

  private func opened(_ side: [Path: Entry]) throws(ObjectError) -> [Path: Entry] {
    var result = side
    for (path, entry) in side where entry.kind == .directory {
      try TreeDiff.forEachChange(from: nil, to: entry.content, reader) {
        change throws(ObjectError) in
        if let inner = change.new { result[path.appending(change.path)] = inner }
        return true
      }
    }
    return result
  }

  /// Pairs files and links by content, then gathers what moved with its folder.
  mutating func pairFiles() throws(ObjectError) {
    var from: [Key: [Path]] = [:]
    var to: [Key: [Path]] = [:]
    let moved = RenameRelation(folders)
    func add(_ path: Path, _ entry: Entry, _ side: inout [Key: [Path]]) {
      guard entry.kind != .directory, entry.size > 0 else { return }
      side[Key(kind: entry.kind, content: entry.content), default: []].append(path)
    }
    for (path, entry) in gone where pairs[path] == nil && !follows(path, moved) {
      add(path, entry, &from)
    }
    for (path, entry) in fresh where !observedTargets.contains(path) {
      if let origin = moved.origin(path), origin != path, follows(origin, moved) { continue }
      add(path, entry, &to)
    }
    for (path, change) in changed {
      if pairs[path] == nil { add(path, change.old, &from) }
      if !observedTargets.contains(path) { add(path, change.new, &to) }
    }
    var found: [Path: Path] = [:]
    for (key, paths) in from {
      for pair in Twins.pair(paths, to[key] ?? []) { found[pair.from] = pair.to }
    }
    prune(&found)
    for (source, target) in found {
      pairs[source] = target
      exact.insert(source)
    }
    gather()
  }

  /// Whether a path that is gone is at its place below the folder that was moved.
  private func follows(_ path: Path, _ moved: RenameRelation) -> Bool {
    guard !moved.isIdentity else { return false }
    return moved.locate(path).contains { $0 != path && fresh[$0] != nil }
  }

  /// Drops pairs whose source still has its old kind of life, or whose target had one before.
  private func prune(_ found: inout [Path: Path]) {
    var targets = Set(found.values).union(observedTargets)
    while true {
      let wrong = found.filter { from, to in
        (changed[from] != nil && !targets.contains(from))
          || (changed[to] != nil && found[to] == nil && pairs[to] == nil)
      }
      guard !wrong.isEmpty else { return }
      for (from, to) in wrong {
        found[from] = nil
        targets.remove(to)
      }
    }
  }

  /// Makes one record of a folder that is gone with all its files at their places below a new one.
  private mutating func gather() {
    var byFolder: [Path: [Path]] = [:]
    for (path, entry) in gone where entry.kind != .directory {
      var folder = path.parent
      while let ancestor = folder, gone[ancestor] != nil {
        byFolder[ancestor, default: []].append(path)
        folder = ancestor.parent
      }
    }
    for folder in byFolder.keys.sorted() {
      guard let files = byFolder[folder], let first = files.min(), pairs[first] != nil,
        let rest = first.relative(to: folder), let place = pairs[first],
        let target = place.removingSuffix(rest), fresh[target]?.kind == .directory
      else { continue }
      let isWhole = files.allSatisfy { file in
        file.relative(to: folder).map { pairs[file] == target.appending($0) } ?? false
      }
      guard isWhole else { continue }
      folders.append((folder, target))
      if files.allSatisfy(exact.contains) { exact.insert(folder) }
      for file in files { pairs[file] = nil }
    }
  }

  /// What was found.
  var records: RenameRecords {
    RenameRecords(
      (folders + pairs.map { ($0.key, $0.value) }).map {
        RenameRecords.Record(from: $0.from, to: $0.to, isExact: exact.contains($0.from))
      })
  }
}

/// Pairs paths that have one content: by same name, then same folder, then byte order.
enum Twins {
  /// Returns as many pairs as the shorter list has paths.
  static func pair(_ from: [Path], _ to: [Path]) -> [(from: Path, to: Path)] {
    var result: [(from: Path, to: Path)] = []
    var sources = from.sorted()
    var targets = to.sorted()
    guard !sources.isEmpty, !targets.isEmpty else { return [] }
    pairEqual(by: \.name, &sources, &targets, &result)
    pairEqual(by: \.parent, &sources, &targets, &result)
    for pair in zip(sources, targets) { result.append(pair) }
    return result
  }

  private static func pairEqual<Key: Hashable>(
    by key: (Path) -> Key?, _ sources: inout [Path], _ targets: inout [Path],
    _ result: inout [(from: Path, to: Path)]
  ) {
    var waiting: [Key?: [Path]] = [:]
    for target in targets.reversed() { waiting[key(target), default: []].append(target) }
    var used: Set<Path> = []
    sources.removeAll { source in
      guard let target = waiting[key(source)]?.popLast() else { return false }
      result.append((source, target))
      used.insert(target)
      return true
    }
    targets.removeAll { used.contains($0) }
  }
}

extension Path {
  /// The path without a tail of components; nil where it does not end in it.
  func removingSuffix(_ tail: Path) -> Path? {
    guard bytes.count > tail.bytes.count, bytes.suffix(tail.bytes.count).elementsEqual(tail.bytes),
      bytes[bytes.count - tail.bytes.count - 1] == 0x2f
    else { return nil }
    return try? Path(Array(bytes.dropLast(tail.bytes.count + 1)))
  }
}
