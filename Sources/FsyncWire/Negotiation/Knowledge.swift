package import FsyncCore

extension Peer {
  /// Returns commits here that the peer holds, so far as its words tell.
  ///
  /// A tip of the peer that is not here is taken to hold our own end of that replica's chain
  /// where its number is at least as large: true unless the replica was copied, and then the
  /// peer finds a commit missing and asks for it by id.
  package func held(
    in graph: CommitGraph, under heads: [ObjectID]
  ) throws(ObjectError) -> [ObjectID] {
    var result = try certain(in: graph)
    var ours: VersionVector?
    for (replica, tips) in standing.beyond.tips {
      for tip in tips where try !graph.contains(tip.commit) {
        if ours == nil { ours = try graph.vector(of: heads) }
        for own in ours?.tips[replica] ?? [] where own.sequence <= tip.sequence {
          result.append(own.commit)
        }
      }
    }
    return result
  }

  /// Returns the commits here of which the peer has said by id that it holds them.
  package func certain(in graph: CommitGraph) throws(ObjectError) -> [ObjectID] {
    var result: [ObjectID] = []
    for id in shared + standing.heads + standing.beyond.commits where try graph.contains(id) {
      result.append(id)
    }
    return result
  }
}

extension CommitGraph {
  /// Returns, for each replica with commits under heads that are not under a shared set, the
  /// ends of its chain among them.
  package func tips(
    of heads: [ObjectID], beyond shared: [ObjectID]
  ) throws(ObjectError) -> VersionVector {
    guard !shared.isEmpty else { return try vector(of: heads) }
    var byReplica: [ReplicaID: [VersionVector.Tip]] = [:]
    for id in try missing(from: heads, having: shared) {
      let commit = try commit(id)
      byReplica[commit.replica, default: []].append(
        VersionVector.Tip(sequence: commit.sequence, commit: id))
    }
    var tips: [ReplicaID: [VersionVector.Tip]] = [:]
    for (replica, commits) in byReplica {
      // Parents first and numbers without a gap: one chain, whose last is its end.
      let isChain = zip(commits, commits.dropFirst()).allSatisfy { $0.sequence + 1 == $1.sequence }
      guard !isChain, let ends = try? maximal(commits.map(\.commit)) else {
        tips[replica] = commits.suffix(1)
        continue
      }
      tips[replica] = commits.filter { ends.contains($0.commit) }
    }
    return VersionVector(tips)
  }
}
