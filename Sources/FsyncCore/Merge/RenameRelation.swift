/// Where the paths of one tree are in another, as a relation: a path may be at several.
///
/// A record of a folder speaks for everything below it that has no record of its own.
struct RenameRelation: Hashable, Sendable {
  /// The targets of each moved path, in rising order; no list is empty.
  private(set) var targets: [Path: [Path]] = [:]
  /// The source of each target.
  ///
  /// Of several the smallest: a path has come from one place.
  private(set) var sources: [Path: Path] = [:]
  /// A hash of the sources, which is asked for far more often than they change.
  private var fingerprint = 0

  /// Nothing is moved.
  static let identity = RenameRelation()

  private init() {}

  /// Makes the relation of records; of several sources of one target the smallest is kept.
  init(_ pairs: some Sequence<(from: Path, to: Path)>) {
    var fixed: [Path] = []
    for pair in pairs {
      if pair.from == pair.to {
        fixed.append(pair.from)
      } else if let other = sources[pair.to], other <= pair.from {
        continue
      } else {
        sources[pair.to] = pair.from
      }
    }
    if sources.isEmpty { return }
    // That a path stays needs saying only where its folder moves.
    let movers = Set(sources.values)
    for path in fixed where sources[path] == nil && path.hasAncestor(in: movers) {
      sources[path] = path
    }
    for (to, from) in sources {
      targets[from, default: []].append(to)
      var hasher = Hasher()
      hasher.combine(to)
      hasher.combine(from)
      fingerprint ^= hasher.finalize()
    }
    targets = targets.mapValues { $0.sorted() }
  }

  /// Makes the relation of stored records.
  init(_ records: RenameRecords) {
    self.init(records.records.map { ($0.from, $0.to) })
  }

  /// Says whether nothing is moved.
  var isIdentity: Bool { targets.isEmpty }

  /// The number of pairs.
  var count: Int { sources.count }

  // The targets follow from the sources.
  static func == (left: RenameRelation, right: RenameRelation) -> Bool {
    left.fingerprint == right.fingerprint && left.sources == right.sources
  }

  func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }

  /// All pairs, in no order.
  var pairs: [(from: Path, to: Path)] { sources.map { ($0.value, $0.key) } }

  /// Returns where a path is: the path itself where nothing moved it.
  func locate(_ path: Path) -> [Path] {
    guard !targets.isEmpty else { return [path] }
    var ancestor: Path? = path
    while let folder = ancestor {
      if let moved = targets[folder], let rest = path.relative(to: folder) {
        return moved.map { $0.appending(rest) }
      }
      ancestor = folder.parent
    }
    return [path]
  }

  /// Returns where a path has come from; nil where its name was vacated and then taken anew.
  func origin(_ path: Path) -> Path? {
    guard !targets.isEmpty else { return path }
    var ancestor: Path? = path
    while let folder = ancestor {
      if let source = sources[folder], let rest = path.relative(to: folder) {
        let candidate = source.appending(rest)
        return locate(candidate).contains(path) ? candidate : nil
      }
      ancestor = folder.parent
    }
    return locate(path) == [path] ? path : nil
  }

  /// Returns this relation followed by another.
  func composed(with next: RenameRelation) -> RenameRelation {
    if next.isIdentity { return self }
    if isIdentity { return next }
    var result: [(from: Path, to: Path)] = []
    for (to, from) in sources {
      for target in next.locate(to) { result.append((from, target)) }
    }
    for (to, from) in next.sources {
      if let origin = origin(from), targets[origin] == nil { result.append((origin, to)) }
    }
    return RenameRelation(result)
  }

  /// Returns the pairs of both.
  func union(_ other: RenameRelation) -> RenameRelation {
    if other.isIdentity { return self }
    if isIdentity { return other }
    return RenameRelation(pairs + other.pairs)
  }

  /// Returns the pairs for which a test holds.
  func filter(
    _ isKept: (_ from: Path, _ to: Path) throws(ObjectError) -> Bool
  ) throws(ObjectError) -> RenameRelation {
    if isIdentity { return self }
    var result: [(from: Path, to: Path)] = []
    for (to, from) in sources where try isKept(from, to) { result.append((from, to)) }
    return RenameRelation(result)
  }
}

extension Path {
  /// Says whether a folder above this path is in a set.
  func hasAncestor(in set: Set<Path>) -> Bool {
    guard !set.isEmpty else { return false }
    var ancestor = parent
    while let folder = ancestor {
      if set.contains(folder) { return true }
      ancestor = folder.parent
    }
    return false
  }
}
