package import FsyncCore

extension Endpoint where Side == BundleSession {
  /// Makes the end that reads a bundle.
  /// - Parameter isVerifying: whether all of it is looked at, and nothing is joined.
  package init(bundle host: any ExchangeHost, isVerifying: Bool) {
    self.init(BundleSession(repository: host.repository, isVerifying: isVerifying), host)
  }

  /// What the bundle says of itself; nil before that has been read.
  package var hello: Hello? { session.hello }
  /// The commits that it builds on and that are not here.
  package var missing: [ObjectID] { session.missing }
  /// Whether all that it brings was here before.
  package var isKnown: Bool { session.isKnown }
  /// The bytes of all messages that were taken.
  package var taken: UInt64 { parser.taken }
}

extension Endpoint {
  /// Compares what a bundle says of itself with what is here.
  mutating func open(_ hello: Hello) throws(ExchangeError) {
    try own { () throws(HostError) in try host.prepare(for: hello.standing) }
    let ours = try own { () throws(HostError) in try host.heads() }
    let graph = try own { () throws(HostError) in try host.graph(over: host.source) }
    let isWanting = try own { () throws(HostError) in try host.completeness() } == .wanting
    let (missing, isKnown) = try wire { () throws(WireError) in
      try reading { () throws(ObjectError) in
        // A commit that lies about here, under no head, may have holes below it.
        func isOurs(_ id: ObjectID) throws(ObjectError) -> Bool {
          guard try graph.contains(id) else { return false }
          return try graph.isUnder(id, heads: ours)
        }
        var missing: [ObjectID] = []
        for id in hello.shared where try !isOurs(id) { missing.append(id) }
        var isKnown = !isWanting
        for id in hello.standing.heads where isKnown { isKnown = try isOurs(id) }
        return (missing, isKnown)
      }
    }
    queue.append(
      contentsOf: try wire { () throws(WireError) in
        try session.opened(missing: missing, isKnown: isKnown)
      })
  }

  /// Says whether all objects of a frame are here, so that it need not be looked into.
  func holds(_ bytes: [UInt8]) throws(ExchangeError) -> Bool {
    guard let summary = bytes.withUnsafeBytes({ try? Frame.Summary(decoding: $0) }) else {
      return false
    }
    let holdings = host.holdings
    return try wire { () throws(WireError) in
      try reading { () throws(ObjectError) in
        for object in summary.objects where try !holdings.contains(object.id) { return false }
        return true
      }
    }
  }
}
