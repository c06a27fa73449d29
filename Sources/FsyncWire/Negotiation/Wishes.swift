package import FsyncCore

extension Connectivity {
  /// Returns objects that are missing and that merges of the heads need, now or later: the content
  /// of anchors, and what the view reads.
  ///
  /// Everything that must be here is; this is what only the peer may have, where one of the two
  /// has pruned old content.
  package func wishes(after heads: [ObjectID]) throws(WireError) -> [ObjectID] {
    guard !gaps.isEmpty else { return [] }
    let joined = try reading { () throws(ObjectError) in try graph.join(ours, heads) }
    let anchors = try reading { () throws(ObjectError) in try graph.anchors(of: joined) }
    var contents = ContentWalk(self)
    for id in anchors.sorted() where gaps.contains(id) {
      try contents.check(try commit(id), isPartial: false)
      if contents.isFull { break }
    }
    var missing = contents.missing
    guard missing.isEmpty, joined.count > 1 else { return missing }
    do throws(ViewError) {
      _ = try Views.view(of: joined, graph: graph, objects: ObjectOverlay(over: holdings))
    } catch {
      // Whatever else is wrong with the view is told where it is used.
      guard case .unavailable(.content(let id)) = error else { return [] }
      missing = [id]
    }
    return missing
  }
}
