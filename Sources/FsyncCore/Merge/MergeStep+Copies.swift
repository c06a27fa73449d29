extension MergeStep {
  /// Puts the versions of every clash into the tree: one keeps the plain name, each other
  /// becomes a copy beside it.
  /// - Returns: the conflicts of the table.
  func placeGroups() throws(ObjectError) -> [Conflict] {
    // A clash may need a folder whose name another one has: all folders first, until no clash
    // is new.
    var seen: Set<Path> = []
    while true {
      let fresh = merge.groups.keys.filter { !seen.contains($0) }.sorted()
      guard !fresh.isEmpty else { break }
      for path in fresh {
        seen.insert(path)
        try makeFolder(path.parent ?? .root)
      }
    }
    var placed: [(path: Path, group: ConflictGroup, places: [Path])] = []
    for (path, group) in merge.groups.sorted(by: { $0.key < $1.key }) {
      placed.append((path, group, try place(group, at: path)))
    }
    var conflicts: [Conflict] = []
    for (path, group, places) in placed {
      if let conflict = try conflict(group, at: path, places) { conflicts.append(conflict) }
    }
    return conflicts
  }

  /// Places one group's versions and returns where each is, in the order of the versions.
  private func place(_ group: ConflictGroup, at path: Path) throws(ObjectError) -> [Path] {
    let versions = group.versions
    var places = [Path?](repeating: nil, count: versions.count)
    let isFolder = try result.entry(at: path)?.kind == .directory
    if !isFolder {
      if let plain = plainVersion(of: versions, at: path) {
        places[plain] = path
        try result.put(versions[plain].entry, at: path)
      } else if try result.entry(at: path) != nil {
        _ = try result.remove(path)
      }
    }
    let rest = versions.indices.filter { places[$0] == nil }.sorted {
      versions[$0].entry.content < versions[$1].entry.content
    }
    // Those that stay where they are come first, so that no other takes their names.
    for index in rest {
      guard let place = versions[index].place, place != path,
        try isFree(place, for: versions[index].entry, of: path)
      else { continue }
      try makeFolder(place.parent ?? .root)
      places[index] = place
      try result.put(versions[index].entry, at: place)
    }
    for index in rest where places[index] == nil {
      let place = try copyPlace(of: versions[index], beside: path)
      places[index] = place
      if try result.entry(at: place) == nil { try result.put(versions[index].entry, at: place) }
    }
    return places.compactMap { $0 }
  }

  /// The version that keeps the plain name: the one that both sides have there, else the latest
  /// of those that have no place yet.
  private func plainVersion(of versions: [Version], at path: Path) -> Int? {
    if let kept = versions.firstIndex(where: { $0.place == path }) { return kept }
    return versions.indices.filter { versions[$0].place == nil }.max {
      Version.keepsName(versions[$1].entry, over: versions[$0].entry)
    }
  }

  /// Says whether a copy can be at a path: nothing is there, or the same content, and no other
  /// clash is.
  private func isFree(
    _ path: Path, for entry: Entry, of clash: Path
  ) throws(ObjectError) -> Bool {
    guard merge.groups[path] == nil || path == clash else { return false }
    guard let occupant = try result.entry(at: path) else { return true }
    return occupant.hasSameContent(as: entry)
  }

  /// The path of a version's copy: free, or taken by the same content.
  private func copyPlace(
    of version: Version, beside path: Path
  ) throws(ObjectError) -> Path {
    guard let folder = path.parent, let name = path.name else { return path }
    let replica = try order.replicaName(of: version.commit)
    var content = version.entry.content
    while true {
      for digits in ConflictNames.digits {
        guard
          let copy = ConflictNames.copy(
            of: name, replica: replica, content: content, digits: digits)
        else { continue }
        let place = folder.appending(copy)
        if try isFree(place, for: version.entry, of: path) { return place }
      }
      // Even the longest name is taken by other content: somebody made it by hand.
      content = Digest.sha256(content.bytes)
    }
  }

  /// The table's conflict of a placed group; nil where fewer than two versions came of it.
  private func conflict(
    _ group: ConflictGroup, at path: Path, _ places: [Path]
  ) throws(ObjectError) -> Conflict? {
    var sides: [Conflict.Side] = []
    for (version, place) in zip(group.versions, places) {
      sides.append(
        Conflict.Side(
          path: place, entry: version.entry, commit: version.commit,
          supersedes: version.supersedes))
    }
    if let folder = try result.entry(at: path), folder.kind == .directory {
      sides.append(
        Conflict.Side(
          path: path, entry: folder, commit: try order.introducer(of: folder.content)))
    }
    guard sides.count > 1 else { return nil }
    return Conflict(path: path, kind: group.kind, base: group.base, sides: sides)
  }
}
