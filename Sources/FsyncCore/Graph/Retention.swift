/// What a policy decides about a history: which commits keep their content, and why.
package struct Retention: Sendable {
  /// Why a commit keeps its content.
  package enum Reason: Hashable, Sendable {
    /// A rule of the policy chose it.
    case rule(RetentionPolicy.Rule)
    /// No other commit had followed it when one that a rule chose was made: only together are
    /// they what the folder was then.
    case beside(ObjectID)
    /// Heads, the folder or merges to come need it.
    case needed
  }

  /// A commit and what was decided about it.
  package struct Decision: Hashable, Sendable {
    /// The commit.
    package let commit: ObjectID
    /// When it was made.
    package let time: Timestamp
    /// Why it keeps its content; empty where it does not.
    package var reasons: [Reason]

    /// Says whether it keeps its content.
    package var isKept: Bool { !reasons.isEmpty }
  }

  /// What is to be known of a commit.
  package struct Node: Hashable, Sendable {
    /// The commit.
    package let id: ObjectID
    /// What it follows.
    package let parents: [ObjectID]
    /// When it was made.
    package let time: Timestamp
  }

  /// Every commit that was whole, from the newest to the oldest.
  package private(set) var decisions: [Decision]

  /// Decides.
  ///
  /// All replicas' commits are one line in the order of their times: the history of one folder.
  /// - Parameters:
  ///   - nodes: the whole history, parents first.
  ///   - absent: commits whose content is not all here; they are not chosen any more.
  ///   - needed: commits that keep their content whatever the policy says.
  ///   - minutes: minutes east of UTC at seconds since 1970, by the local zone.
  package init(
    _ nodes: [Node], absent: Set<ObjectID>, needed: Set<ObjectID>,
    policy: RetentionPolicy, minutesEast minutes: (Int64) -> Int16
  ) {
    // Of several at one time a child is newer than its parents.
    let order = nodes.indices.reversed().filter { !absent.contains(nodes[$0].id) }
      .enumerated().sorted {
        let (left, right) = (nodes[$0.element].time, nodes[$1.element].time)
        return left != right ? left > right : $0.offset < $1.offset
      }
      .map(\.element)
    let rules = policy.rules(for: order.map { nodes[$0].time }, minutesEast: minutes)
    decisions = zip(order, rules).map { index, rules in
      Decision(commit: nodes[index].id, time: nodes[index].time, reasons: rules.map { .rule($0) })
    }
    let places = Dictionary(
      uniqueKeysWithValues: decisions.enumerated().map { ($1.commit, $0) })
    let chosen = Set(decisions.lazy.filter(\.isKept).map(\.commit))
    for (commit, company) in Retention.company(of: chosen, in: nodes) {
      for id in company {
        guard let place = places[id], !decisions[place].isKept else { continue }
        decisions[place].reasons.append(.beside(commit))
      }
    }
    for id in needed {
      if let place = places[id] { decisions[place].reasons.append(.needed) }
    }
  }

  /// The commits that lose their content.
  package var pruned: [ObjectID] { decisions.filter { !$0.isKept }.map(\.commit) }

  /// For each chosen commit, from the oldest on, the other commits that were known when it was
  /// made, by the clocks of those who made them, and that none of these followed.
  private static func company(
    of chosen: Set<ObjectID>, in nodes: [Node]
  ) -> [(commit: ObjectID, company: [ObjectID])] {
    let order = nodes.enumerated().sorted {
      let (left, right) = ($0.element.time, $1.element.time)
      return left != right ? left < right : $0.offset < $1.offset
    }
    var result: [(commit: ObjectID, company: [ObjectID])] = []
    var current: Set<ObjectID> = []
    var followed: Set<ObjectID> = []
    for (_, node) in order {
      for parent in node.parents {
        current.remove(parent)
        // Where clocks are wrong a parent may come later than its child.
        followed.insert(parent)
      }
      if !followed.contains(node.id) { current.insert(node.id) }
      if chosen.contains(node.id) {
        result.append((node.id, current.filter { $0 != node.id }.sorted()))
      }
    }
    return result
  }
}

extension CommitGraph {
  /// Returns the whole history under heads, parents first.
  package func retentionNodes(from heads: [ObjectID]) throws(ObjectError) -> [Retention.Node] {
    try guarded { () throws(ObjectError) in
      try reachable(from: heads).sorted().map { slot in
        Retention.Node(
          id: id(of: slot), parents: parents(of: slot).map { id(of: $0) }, time: time(of: slot))
      }
    }
  }

  /// Returns the commits whose content every replica that has these heads keeps, so that what
  /// any two replicas have can always be merged.
  ///
  /// They are, for each head by itself, the last commit of each replica under it, and each commit
  /// on several parents of which one is such; and the merge bases among the heads. For of two
  /// heads, wherever they are, the newest common commits are each the end of a replica's chain
  /// under one of the two: so one of the two sides has its content. And where several common
  /// commits are the newest, the side on which one of them ends a chain also has the record of
  /// what they merged to.
  package func anchors(of heads: [ObjectID]) throws(ObjectError) -> Set<ObjectID> {
    var result: Set<ObjectID> = []
    for head in heads {
      let tips = Set(try vector(of: [head]).commits)
      result.formUnion(tips)
      for node in try retentionNodes(from: [head]) where node.parents.count > 1 {
        if node.parents.contains(where: tips.contains) { result.insert(node.id) }
      }
    }
    let sorted = heads.sorted()
    for index in sorted.indices.dropFirst() {
      result.formUnion(try mergeBases(Array(sorted[..<index]), [sorted[index]]))
    }
    return result
  }
}
