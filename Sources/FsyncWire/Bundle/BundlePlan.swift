package import FsyncCore

/// What a bundle is to hold: some commits, and what it says of them before anything else.
package struct BundlePlan: Sendable {
  /// The commits that it carries, parents first.
  package let commits: [ObjectID]
  /// Who makes it; its shared set is what the receiver must have: commits that those in the bundle
  /// were made on, and heads that it does not carry itself.
  package let hello: Hello
  /// The commits that it carries without all of their content.
  package let absent: [ObjectID]

  /// Plans a bundle of what the heads of a repository have and some commits have not.
  /// - Parameter known: commits that the receiver has; those that are not here are passed over.
  package init(
    beyond known: [ObjectID], in host: any ExchangeHost
  ) throws(ExchangeError) {
    let heads = try own { () throws(HostError) in try host.heads() }
    let graph = try own { () throws(HostError) in try host.graph(over: host.source) }
    let completeness = try own { () throws(HostError) in try host.completeness() }
    let gaps = try own { () throws(HostError) in try host.absent() }
    let (commits, base, beyond) = try wire { () throws(WireError) in
      try reading { () throws(ObjectError) in
        let commits = try graph.missing(from: heads, having: known)
        let base = try BundlePlan.base(of: commits, under: heads, beyond: known, graph)
        return (commits, base, try graph.tips(of: heads, beyond: base))
      }
    }
    self.commits = commits
    absent = commits.filter(gaps.contains).sorted()
    hello = Hello(
      repository: host.repository, shared: base,
      standing: Standing(
        replica: host.replica.id, name: host.replica.name, heads: heads.sorted(), beyond: beyond,
        completeness: completeness))
  }

  private static func base(
    of commits: [ObjectID], under heads: [ObjectID], beyond known: [ObjectID],
    _ graph: CommitGraph
  ) throws(ObjectError) -> [ObjectID] {
    let carried = Set(commits)
    var base = Set(heads).subtracting(carried)
    for id in commits {
      for parent in try graph.commit(id).parents where !carried.contains(parent) {
        base.insert(parent)
      }
    }
    let least = try graph.maximal(Array(base)).sorted()
    guard least.count > Limits.heads else { return least }
    // Everything that was left out lies under what is known, of which there are never so many.
    var here: [ObjectID] = []
    for id in known where try graph.contains(id) { here.append(id) }
    return try graph.maximal(here).sorted()
  }
}
