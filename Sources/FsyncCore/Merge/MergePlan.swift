/// Where everything that a side moved comes to be: decided before anything is merged.
struct MergePlan {
  /// The final places of each path of the base that some side moved, in rising order.
  private(set) var finals: [Path: [Path]] = [:]
  /// Moves that were dropped: the source of each, and where it would have gone.
  private(set) var dropped: [(from: Path, to: Path)] = []
  /// Where the left side has the base's paths.
  let left: RenameRelation
  /// Where the right side has them.
  let right: RenameRelation

  /// A move that one side made.
  private struct Move {
    let from: Path
    let to: Path
    let isLeft: Bool
    let order: ObjectID
  }

  /// Makes the plan of two sides' renames.
  init(left: RenameRelation, right: RenameRelation) {
    self.left = left
    self.right = right
    var moves: [Move] = []
    for (isLeft, own, other) in [(true, left, right), (false, right, left)] {
      for (from, targets) in own.targets {
        let order = Digest.sha256(from.bytes)
        for to in targets.flatMap({ MergePlan.follow($0, of: from, other) }) {
          moves.append(Move(from: from, to: to, isLeft: isLeft, order: order))
        }
      }
    }
    moves.sort {
      $0.order != $1.order ? $0.order < $1.order : $0.to != $1.to ? $0.to < $1.to : $0.isLeft
    }
    accept(moves)
  }

  /// Whether nothing is moved.
  var isEmpty: Bool { finals.isEmpty }

  /// Where a path of the base comes to be.
  func locate(_ path: Path) -> [Path] {
    guard !finals.isEmpty else { return [path] }
    var ancestor: Path? = path
    while let folder = ancestor {
      if let places = finals[folder], let rest = path.relative(to: folder) {
        return places.map { $0.appending(rest) }
      }
      ancestor = folder.parent
    }
    return [path]
  }

  /// A move inside a folder goes with the folder, where the other side moved that.
  private static func follow(_ to: Path, of from: Path, _ other: RenameRelation) -> [Path] {
    if other.targets[from]?.contains(to) == true { return [to] }
    var ancestor = to.parent
    while let folder = ancestor, !folder.isRoot {
      if other.targets[folder] != nil, from != folder, from.isEqualOrBelow(folder),
        let rest = to.relative(to: folder)
      {
        return other.locate(folder).map { $0.appending(rest) }
      }
      ancestor = folder.parent
    }
    return [to]
  }

  /// Takes moves in order and drops one that would put a folder under itself by way of the
  /// other side's moves.
  private mutating func accept(_ moves: [Move]) {
    // Into which moved folder of the base each accepted move goes, where the other side moved it.
    var inside: [Path: Set<Path>] = [:]
    for move in moves {
      let other = move.isLeft ? right : left
      let own = move.isLeft ? left : right
      var hosts: Set<Path> = []
      var ancestor = move.to.parent
      while let folder = ancestor, !folder.isRoot {
        if other.targets[folder] != nil, own.targets[folder] == nil { hosts.insert(folder) }
        ancestor = folder.parent
      }
      if hosts.contains(where: { reaches(move.from, from: $0, inside) }) {
        dropped.append((move.from, move.to))
        continue
      }
      inside[move.from, default: []].formUnion(hosts)
      var places = finals[move.from] ?? []
      if !places.contains(move.to) { places.append(move.to) }
      finals[move.from] = places.sorted()
    }
    for move in dropped where finals[move.from] == nil { finals[move.from] = [move.from] }
  }

  private func reaches(_ goal: Path, from start: Path, _ inside: [Path: Set<Path>]) -> Bool {
    var stack = [start]
    var seen: Set<Path> = []
    while let next = stack.popLast() {
      if next == goal { return true }
      if seen.insert(next).inserted { stack.append(contentsOf: inside[next] ?? []) }
    }
    return false
  }
}
