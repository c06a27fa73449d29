import FsyncCore
import FsyncWire
import TestSupport

/// What a session over a link did.
struct LinkResult {
  var client: Outcome?
  var server: Outcome?
  var counts = ExchangeCounts()
  var serverCounts = ExchangeCounts()
  var steps = 0
  /// What the client was told that it would be sent.
  var expected: Outline?
}

/// How a link between two ends behaves.
struct Link {
  /// The most bytes that are moved at once.
  var piece = Int.max
  /// After so many bytes towards the client, in both directions, nothing more gets through.
  var cutTowardsClient = Int.max
  var cutTowardsServer = Int.max
  /// Changes bytes on their way.
  var tamper: ((_ towardsServer: Bool, _ offset: Int, inout [UInt8]) -> Void)?
  /// Whether somebody watches how far the client is.
  var isWatched = false
  /// Moves one direction before the other, by chance.
  var random = SplitMix(seed: 1)

  /// Runs a session to its end; throws what either end throws.
  mutating func run(
    _ client: MemoryHost, _ server: MemoryHost, shared: [ObjectID] = []
  ) throws -> LinkResult {
    var left = try Endpoint(client: client, shared: shared, isWatched: isWatched)
    var right = Endpoint(server: server)
    var result = LinkResult()
    var (toServer, toClient) = (0, 0)
    while left.outcome == nil || right.outcome == nil {
      result.steps += 1
      var moved = false
      while left.outputCount < 65536, try left.advance() { moved = true }
      while right.outputCount < 65536, try right.advance() { moved = true }
      let first = random.once(in: 2)
      for direction in first ? [true, false] : [false, true] {
        if direction {
          moved =
            try move(
              &left, &right, &toServer, limit: cutTowardsServer, towardsServer: true) || moved
        } else {
          moved =
            try move(
              &right, &left, &toClient, limit: cutTowardsClient, towardsServer: false) || moved
        }
      }
      guard moved else {
        // The line is dead, or an end has gone: both learn it.
        if left.outcome == nil {
          try left.ended()
        }
        try right.ended()
        while try right.advance() {}
        break
      }
    }
    result.client = left.outcome
    result.server = right.outcome
    result.counts = left.counts
    result.serverCounts = right.counts
    result.expected = left.expected
    return result
  }

  private mutating func move<A: Session, B: Session>(
    _ from: inout Endpoint<A>, _ to: inout Endpoint<B>, _ done: inout Int, limit: Int,
    towardsServer: Bool
  ) throws -> Bool {
    let count = min(from.outputCount, piece, limit - done)
    guard count > 0 else { return false }
    var bytes = from.withOutput { Array($0.prefix(count)) }
    tamper?(towardsServer, done, &bytes)
    from.sent(count)
    done += count
    bytes.withUnsafeBytes { to.feed($0) }
    return true
  }
}
