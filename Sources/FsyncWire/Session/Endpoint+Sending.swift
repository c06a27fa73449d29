import FsyncCore

extension Endpoint {
  /// Answers a client's hello.
  mutating func prepare(_ hello: Hello) throws(ExchangeError) {
    tellsOutline = hello.isWatched
    try own { () throws(HostError) in try host.prepare(for: hello.standing) }
    let graph = try own { () throws(HostError) in try host.graph(over: host.source) }
    let knows = try Self.holds(hello.shared, graph)
    let standing = try Self.standing(of: host, beyond: knows ? hello.shared : [], graph)
    announced = standing.heads
    queue.append(contentsOf: session.prepared(standing, knowsShared: knows))
  }

  /// Begins to send what the peer lacks.
  mutating func begin(_ peer: Peer) throws(ExchangeError) {
    self.peer = peer
    let heads = announced
    let graph = try own { () throws(HostError) in try host.graph(over: host.source) }
    try own { () throws(HostError) in try host.met(peer.standing) }
    guard peer.isTaking else {
      production = Production(
        Lister([], held: [], graph: graph, source: host.source, absent: []), mayOffer: false,
        useLikes: false)
      return
    }
    let (held, missing) = try wire { () throws(WireError) in
      try reading { () throws(ObjectError) in
        let held = try peer.held(in: graph, under: heads)
        return (held, try graph.missing(from: heads, having: held))
      }
    }
    let isEmpty = peer.standing.heads.isEmpty && peer.standing.delivered == 0
    let absent = try own { () throws(HostError) in try host.absent() }
    tell(absent, of: missing)
    let useLikes = try wire { () throws(WireError) in
      try reading { () throws(ObjectError) in
        try peer.standing.hasWhole(boundaryOf: missing, held: held, graph)
      }
    }
    production = Production(
      Lister(missing, held: held, graph: graph, source: host.source, absent: absent),
      mayOffer: !isEmpty, useLikes: useLikes)
  }

  /// Says which of the commits that are sent come without all of their content.
  private mutating func tell(_ absent: Set<ObjectID>, of commits: [ObjectID]) {
    guard !absent.isEmpty else { return }
    let named = commits.filter(absent.contains).sorted()
    for start in stride(from: 0, to: named.count, by: WireLimits.absent) {
      let part = named[start..<min(start + WireLimits.absent, named.count)]
      writer.append(.absent(Array(part)), to: &output)
    }
  }

  /// Begins to send what the peer asks for.
  mutating func supply(_ need: Need) throws(ExchangeError) {
    guard let peer else { return }
    let graph = try own { () throws(HostError) in try host.graph(over: host.source) }
    let source = host.source
    let absent = try own { () throws(HostError) in try host.absent() }
    let (missing, held) = try wire { () throws(WireError) in
      try reading { () throws(ObjectError) in
        let held = try peer.certain(in: graph)
        return (try graph.missing(from: need.commits, having: held), held)
      }
    }
    tell(absent, of: missing)
    var lister = Lister(missing, held: held, graph: graph, source: source, absent: absent)
    try wire { () throws(WireError) in
      for id in need.objects {
        // What was pruned here may be had from another replica: the peer knows what it needs.
        let mayLack = !absent.isEmpty
        if mayLack, try !reading({ () throws(ObjectError) in try source.contains(id) }) { continue }
        lister.listing.add(id)
      }
    }
    production = Production(lister, mayOffer: false, useLikes: false)
  }
}
