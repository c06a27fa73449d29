/// One version of a path's content, as a merge keeps and compares it.
struct Version: Hashable, Sendable {
  /// What it is.
  var entry: Entry
  /// The commit that introduced it.
  var commit: ObjectID
  /// Contents of which it is a later edit, newest first.
  var supersedes: [ObjectID] = []
  /// Where it is to stay: the place in the merged tree on which both sides agree.
  var place: Path?

  /// Says whether this is another version, or a later edit of it.
  func descends(from other: Version) -> Bool {
    entry.hasSameContent(as: other.entry)
      || (entry.kind == other.entry.kind && supersedes.contains(other.entry.content))
  }
}

extension Version {
  /// Says which of two versions keeps the plain name: the later; at one time the one with the
  /// larger content id.
  static func keepsName(_ left: Entry, over right: Entry) -> Bool {
    left.mtime != right.mtime ? left.mtime > right.mtime : left.content > right.content
  }
}

/// A text that a merge made, and the versions that went into it.
struct MergedText: Hashable, Sendable {
  /// The content that was made.
  let content: ObjectID
  /// What commits introduced, and was merged.
  let versions: [Version]
}

/// The versions that a merge found at one path and could not make one of.
struct ConflictGroup: Sendable {
  /// What all started from; nil for additions.
  var base: Entry?
  /// Files and links, no two with the same content.
  var versions: [Version] = []
  /// Whether a directory keeps the name.
  var hasDirectory = false

  /// How they clash.
  var kind: Conflict.Kind {
    if hasDirectory { return .kinds }
    return base == nil ? .additions : .edits
  }

  /// Adds a version; one with the same content becomes one with it.
  mutating func add(_ version: Version, order: CommitOrder) throws(ObjectError) {
    guard version.entry.kind != .directory else {
      hasDirectory = true
      return
    }
    guard let index = versions.firstIndex(where: { $0.entry.hasSameContent(as: version.entry) })
    else {
      versions.append(version)
      return
    }
    versions[index] = try order.unite(versions[index], version)
  }
}

/// Orders commits by (replica, number), and finds out which commits introduced a content.
///
/// Both are the same for every replica, whatever it learned first.
final class CommitOrder {
  private let graph: CommitGraph
  private let objects: ObjectOverlay
  /// The heads of both sides and the merge bases between which versions are looked for.
  private let heads: [ObjectID]
  private let bases: [ObjectID]
  private let memory: MergeMemory
  private var introduced: [ObjectID: [ObjectID]]?

  /// Prepares to look between merge bases and heads.
  init(
    _ graph: CommitGraph, _ objects: ObjectOverlay, heads: [ObjectID], bases: [ObjectID],
    memory: MergeMemory
  ) {
    self.graph = graph
    self.objects = objects
    self.heads = heads
    self.bases = bases
    self.memory = memory
  }

  /// Returns the commit whose (replica, number) is smaller.
  func smaller(_ left: ObjectID, _ right: ObjectID) throws(ObjectError) -> ObjectID {
    guard left != right else { return left }
    let (l, r) = (try graph.commit(left), try graph.commit(right))
    if l.replica != r.replica { return l.replica < r.replica ? left : right }
    if l.sequence != r.sequence { return l.sequence < r.sequence ? left : right }
    return min(left, right)
  }

  /// Returns the name of the replica that made a commit.
  func replicaName(of commit: ObjectID) throws(ObjectError) -> [UInt8] {
    try graph.commit(commit).replicaName
  }

  /// Makes one of two versions with the same content.
  func unite(_ left: Version, _ right: Version) throws(ObjectError) -> Version {
    Version(
      entry: EntryMerge.merge(base: nil, left.entry, right.entry),
      commit: try smaller(left.commit, right.commit),
      supersedes: CommitOrder.unite(left.supersedes, right.supersedes),
      place: left.place == right.place ? left.place : nil)
  }

  private static func unite(_ left: [ObjectID], _ right: [ObjectID]) -> [ObjectID] {
    if left == right { return left }
    // The longer history first, so that what only one side has replaced is not forgotten.
    let isLeftFirst =
      left.count != right.count
      ? left.count > right.count : left.lexicographicallyPrecedes(right)
    let (first, second) = isLeftFirst ? (left, right) : (right, left)
    return Array(
      (first + second.filter { !first.contains($0) }).prefix(Conflict.Side.maximumSuperseded))
  }

  /// Returns the commit that introduced a content: of several the one with the smallest
  /// (replica, number); where none did, the smallest head.
  func introducer(of content: ObjectID) throws(ObjectError) -> ObjectID {
    let index = try index()
    var first: [ObjectID] = []
    for commit in index[content] ?? [] {
      // Parents come first: a commit after one that has the content did not introduce it.
      var isLater = false
      for earlier in first where try graph.isAncestor(earlier, of: commit) { isLater = true }
      if !isLater { first.append(commit) }
    }
    if first.isEmpty { first = heads }
    guard var result = first.first else { throw .missing(content) }
    for commit in first.dropFirst() { result = try smaller(result, commit) }
    return result
  }

  /// The commits that have a content none of their parents has at that path, parents first.
  private func index() throws(ObjectError) -> [ObjectID: [ObjectID]] {
    if let introduced { return introduced }
    var result: [ObjectID: [ObjectID]] = [:]
    for id in try graph.missing(from: heads, having: bases) {
      for content in try contents(introducedBy: id) { result[content, default: []].append(id) }
    }
    introduced = result
    return result
  }

  /// What a commit has that none of its parents has at that path.
  private func contents(introducedBy id: ObjectID) throws(ObjectError) -> Set<ObjectID> {
    if let known = memory.introduced[id] { return known }
    let commit = try graph.commit(id)
    var fresh: Set<ObjectID>?
    let parents: [ObjectID?] = commit.parents.isEmpty ? [nil] : commit.parents
    for parent in parents {
      // What the parents before have need not be looked for in the others.
      if fresh?.isEmpty == true { break }
      var tree: ObjectID?
      if let parent { tree = try graph.commit(parent).tree }
      let contents = try newContents(from: tree, to: commit.tree)
      fresh = fresh.map { $0.intersection(contents) } ?? contents
    }
    let result = fresh ?? []
    memory.introduced[id] = result
    return result
  }

  private func newContents(
    from old: ObjectID?, to new: ObjectID
  ) throws(ObjectError) -> Set<ObjectID> {
    var result: Set<ObjectID> = []
    try TreeDiff.forEachChange(from: old, to: new, objects) { change throws(ObjectError) in
      if let entry = change.new, entry.kind != .directory {
        if change.old?.hasSameContent(as: entry) != true { result.insert(entry.content) }
      }
      return change.new?.kind == .directory
    }
    return result
  }
}
