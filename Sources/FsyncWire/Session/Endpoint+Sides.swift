package import FsyncCore

extension Endpoint {
  static func holds(
    _ shared: [ObjectID], _ graph: CommitGraph
  ) throws(ExchangeError) -> Bool {
    try wire { () throws(WireError) in
      try reading { () throws(ObjectError) in
        for id in shared where try !graph.contains(id) { return false }
        return true
      }
    }
  }

  static func standing(
    of host: any ExchangeHost, beyond shared: [ObjectID], _ graph: CommitGraph
  ) throws(ExchangeError) -> Standing {
    let heads = try own { () throws(HostError) in try host.heads() }
    let beyond = try wire { () throws(WireError) in
      try reading { () throws(ObjectError) in try graph.tips(of: heads, beyond: shared) }
    }
    return Standing(
      replica: host.replica.id, name: host.replica.name, heads: heads, beyond: beyond,
      completeness: try own { () throws(HostError) in try host.completeness() },
      delivered: host.delivered)
  }
}

extension Standing {
  /// Says whether what the commits to be sent were made on is whole at this side, so that it may
  /// serve as a prefix.
  func hasWhole(
    boundaryOf commits: [ObjectID], held: [ObjectID], _ graph: CommitGraph
  ) throws(ObjectError) -> Bool {
    if completeness == .whole { return true }
    let sent = Set(commits)
    let whole = Set(heads)
    for id in commits {
      let parents = try graph.commit(id).parents
      for parent in parents.isEmpty ? held : parents
      where !sent.contains(parent) && !whole.contains(parent) { return false }
    }
    return true
  }
}

extension Endpoint where Side == ClientSession {
  /// Makes the client's end; it is ready to say hello.
  /// - Parameters:
  ///   - shared: what both sides had after their last session; of no use, and left out,
  ///   where it is not here.
  ///   - isWatched: whether somebody watches how far it is.
  package init(
    client host: any ExchangeHost, shared: [ObjectID], isWatched: Bool = false
  ) throws(ExchangeError) {
    let graph = try own { () throws(HostError) in try host.graph(over: host.source) }
    let common = try Self.holds(shared, graph) ? Set(shared).sorted() : []
    let standing = try Self.standing(of: host, beyond: common, graph)
    var hello = Hello(repository: host.repository, shared: common, standing: standing)
    hello.isWatched = isWatched
    self.init(ClientSession(hello), host)
    announced = standing.heads
    parser.answering(standing.heads)
    writer.answering(standing.heads)
    queue = session.start()
  }
}

extension Endpoint where Side == FetchSession {
  /// Makes the end of a client that asks for objects by their ids.
  package init(fetching ids: [ObjectID], of repository: RepositoryID, host: any ExchangeHost) {
    self.init(FetchSession(repository: repository, ids: ids), host)
    queue = session.start()
  }

  /// The ids that the server does not have whole either.
  package var notThere: [ObjectID] { session.lacking }
}

extension Endpoint where Side == ServerSession {
  /// Makes the server's end.
  /// - Parameter isReadOnly: whether the client may only read.
  package init(server host: any ExchangeHost, isReadOnly: Bool = false) {
    self.init(ServerSession(repository: host.repository, isReadOnly: isReadOnly), host)
  }
}

func wire<Value>(
  _ body: () throws(WireError) -> Value
) throws(ExchangeError) -> Value {
  do throws(WireError) { return try body() } catch { throw .wire(error) }
}

func own<Value>(
  _ body: () throws(HostError) -> Value
) throws(ExchangeError) -> Value {
  do throws(HostError) { return try body() } catch { throw .host(error) }
}
