/// What a set of heads merges to.
package struct View: Hashable, Sendable {
  /// The folder.
  package let tree: ObjectID
  /// Open conflicts and notices; nil where there are none.
  package let conflicts: ObjectID?
  /// The renames that the merge made of the heads' paths; nil where it made none.
  package let renames: ObjectID?

  /// Makes the record.
  package init(tree: ObjectID, conflicts: ObjectID? = nil, renames: ObjectID? = nil) {
    self.tree = tree
    self.conflicts = conflicts
    self.renames = renames
  }
}

/// Why a set of heads has no view here.
package enum ViewError: Error, Hashable, Sendable {
  /// An object could not be had or understood.
  case object(ObjectError)
  /// The view needs what this replica does not have, and may have later.
  case unavailable(Unavailable)
  /// The merge would have lost a content: it is not used.
  case assertion(ObjectID)

  /// What is wanting.
  package enum Unavailable: Hashable, Sendable {
    /// The content of a file that must be merged by lines.
    case content(ObjectID)
    /// A newer program, since a newer one made this head.
    case engine(commit: ObjectID, version: UInt64)
  }
}

/// The view: a pure function from a set of heads to a tree, conflicts and renames.
///
/// It reads commits and what they name, and nothing else: no clock, no configuration, no
/// randomness, and no side that is "ours".
package enum Views {
  /// Returns the view of a set of heads; its new objects are put into the overlay.
  package static func view(
    of heads: [ObjectID], graph: CommitGraph, objects: ObjectOverlay
  ) throws(ViewError) -> View {
    let computation = ViewComputation(graph, objects)
    return try computation.view(of: heads)
  }
}

/// One computation of a view, with what it has found on the way.
private final class ViewComputation {
  private let graph: CommitGraph
  private let objects: ObjectOverlay
  private var heads: [ObjectID] = []
  private var known: [[ObjectID]: MergeSide] = [:]
  /// What the first commits of sets merge to.
  private var folded: [[ObjectID]: MergeSide] = [:]
  private let memory = MergeMemory()

  init(_ graph: CommitGraph, _ objects: ObjectOverlay) {
    self.graph = graph
    self.objects = objects
  }

  func view(of set: [ObjectID]) throws(ViewError) -> View {
    heads = try reading { () throws(ObjectError) in try graph.maximal(set) }.sorted()
    for head in heads {
      let version = try reading { () throws(ObjectError) in try graph.commit(head) }.engine
      guard version <= Commit.currentEngine else {
        throw .unavailable(.engine(commit: head, version: version))
      }
    }
    if heads.count == 1 {
      let commit = try reading { () throws(ObjectError) in try graph.commit(heads[0]) }
      return View(tree: commit.tree, conflicts: commit.conflicts)
    }
    let side = try fold(heads)
    let tree = side.tree ?? TreeNode.build([]) { objects.put($0, $1) }
    // Notices of every place a great change touched would only bury what matters.
    let notices = ConflictTable(side.notices).notices.prefix(Views.maximumNotices)
    let table = ConflictTable(Array(side.open.values) + notices)
    var moves = RenameRelation.identity
    for head in heads { moves = moves.union(side.moves[head] ?? .identity) }
    let renames = RenameRecords(
      moves.pairs.filter { $0.from != $0.to }.map {
        RenameRecords.Record(from: $0.from, to: $0.to, isExact: false)
      })
    return View(
      tree: tree,
      conflicts: table.conflicts.isEmpty ? nil : objects.put(.conflicts, table.encoded),
      renames: renames.records.isEmpty ? nil : objects.put(.renames, renames.encoded))
  }

  /// Merges commits, in rising order of id, one after the other.
  private func fold(_ set: [ObjectID]) throws(ViewError) -> MergeSide {
    guard let first = set.first else { return .empty }
    var side = try side(of: first)
    for index in set.indices.dropFirst() {
      let (before, head) = (Array(set[..<index]), set[index])
      // Sets that begin alike are merged alike: the bases of one step are mostly those of the last.
      let merged = Array(set[...index])
      if let known = folded[merged] {
        side = known
        continue
      }
      let bases = try reading { () throws(ObjectError) in try graph.mergeBases(before, [head]) }
      side = try step(base: try base(bases), side, try self.side(of: head))
      folded[merged] = side
    }
    return side
  }

  private func step(
    base: MergeSide, _ left: MergeSide, _ right: MergeSide
  ) throws(ViewError) -> MergeSide {
    memory.trim()
    var missing: Set<ObjectID> = []
    var lost: ObjectID?
    let result: MergeSide
    do throws(ObjectError) {
      let step = try MergeStep(
        graph, objects, base: base, left: left, right: right, memory: memory)
      defer { missing = step.merge.missingContents }
      result = try step.run()
      let assertion = MergeAssertion(
        objects: objects, base: base, result: result, inputs: step.merge.inputs)
      lost = try assertion.firstLost(of: left)
      if lost == nil { lost = try assertion.firstLost(of: right) }
    } catch {
      if case .missing(let id) = error, missing.contains(id) {
        throw .unavailable(.content(id))
      }
      throw .object(error)
    }
    if let lost { throw .assertion(lost) }
    return result
  }

  /// What a single commit looks like.
  private func side(of id: ObjectID) throws(ViewError) -> MergeSide {
    try reading { () throws(ObjectError) in
      let commit = try graph.commit(id)
      let table = try commit.conflicts.map { id throws(ObjectError) in
        try objects.conflicts(id)
      }
      var side = MergeSide(
        tree: commit.tree, table: table?.resolved(by: id) ?? .empty, heads: [id])
      side.moves[id] = .identity
      return side
    }
  }

  /// The view of merge bases: recorded by a commit that was made on exactly them, else computed.
  ///
  /// Without recorded views, replicas whose syncs cross would nest merges ever deeper.
  private func base(_ set: [ObjectID]) throws(ViewError) -> MergeSide {
    if set.isEmpty { return .empty }
    if set.count == 1 { return try side(of: set[0]) }
    if let side = known[set] { return side }
    var side = try reading { () throws(ObjectError) in try recordedView(of: set) }
    if side == nil { side = try fold(set) }
    known[set] = side
    return side ?? .empty
  }

  private func recordedView(of set: [ObjectID]) throws(ObjectError) -> MergeSide? {
    var best: (engine: UInt64, view: Commit.BaseView)?
    for id in try graph.commits(withParents: set, under: heads) {
      let commit = try graph.commit(id)
      guard let view = commit.baseView, best.map({ commit.engine > $0.engine }) ?? true else {
        continue
      }
      best = (commit.engine, view)
    }
    guard let view = best?.view else { return nil }
    let table = try view.conflicts.map { id throws(ObjectError) in try objects.conflicts(id) }
    return MergeSide(tree: view.tree, table: table ?? .empty, heads: set)
  }

  private func reading<Value>(
    _ body: () throws(ObjectError) -> Value
  ) throws(ViewError) -> Value {
    do throws(ObjectError) { return try body() } catch { throw .object(error) }
  }
}

extension Views {
  /// The most notices of one view.
  package static let maximumNotices = 1000
}
