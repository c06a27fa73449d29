import FsyncCore

extension Endpoint {
  /// Verifies a frame, and keeps it.
  mutating func keep(_ bytes: [UInt8]) throws(ExchangeError) {
    let host = host
    if session.skipsHeld, try holds(bytes) { return }
    let result = try wire { () throws(WireError) in
      try FrameVerifier.verify(bytes, reader: host.holdings)
    }
    // Objects of a frame whose prefix is not here are found missing in the end, and asked for.
    if case .verified(let frame) = result {
      try own { () throws(HostError) in try host.keep(frame, encoded: bytes) }
      counts.objectsReceived += frame.frame.objects.count
    } else {
      unverified += 1
    }
    queue.append(contentsOf: session.kept(bytes.count))
  }

  /// Says which of the objects that are offered are not here.
  mutating func choose(_ ids: [ObjectID]) throws(ExchangeError) -> Selection {
    var selection = Selection(count: ids.count)
    let holdings = host.holdings
    try wire { () throws(WireError) in
      try reading { () throws(ObjectError) in
        for (index, id) in ids.enumerated() where try !holdings.contains(id) {
          selection[index] = true
        }
      }
    }
    for index in ids.indices where selection[index] { objectsChosen += 1 }
    return selection
  }

  /// Looks whether everything is here that heads need.
  mutating func check(_ heads: [ObjectID]) throws(ExchangeError) -> Need? {
    let holdings = host.holdings
    let ours = try own { () throws(HostError) in try host.heads() }
    let graph = try own { () throws(HostError) in try host.graph(over: holdings) }
    let gaps = Connectivity.Gaps(
      own: try own { () throws(HostError) in try host.absent() }, declared: declared)
    let check = Connectivity(graph: graph, holdings: holdings, ours: ours, gaps: gaps)
    let missing = try wire { () throws(WireError) in try check.missing(under: heads) }
    if missing != nil || !session.canAsk { return missing }
    let wishes = try wire { () throws(WireError) in try check.wishes(after: heads) }
    // Asked for once: where the peer does not have it either, the heads are joined all the same.
    let new = wishes.filter { wished.insert($0).inserted }.prefix(WireLimits.need)
    return new.isEmpty ? nil : Need(commits: [], objects: Array(new))
  }
}
