internal import FsyncCore
internal import FsyncSystem
internal import FsyncWire

/// Moves bytes between an endpoint and a carrier until the session is over.
///
/// Work and waiting alternate: an endpoint works while little waits to be sent, so memory stays
/// bounded, and a long step is accompanied by keep-alives, so the other side knows that somebody
/// is there.
struct SessionDriver<Side: Session> {
  private(set) var endpoint: Endpoint<Side>
  private let carrier: any Carrier
  private let limits: SessionLimits
  private let repository: RepositoryID?
  private let watcher: Progress
  private let incoming = Buffer()
  private var lastSent = Clock.monotonic()
  private var lastReceived = Clock.monotonic()
  private var progress = SessionProgress()
  private var isAtEnd = false

  /// Bytes that may wait to be sent before work pauses.
  private static var outputBound: Int { 256 << 10 }
  /// Bytes that may wait to be taken apart while output is stuck: a whole message, and what may be
  /// read at once.
  private static var inputBound: Int { WireLimits.frame + (1 << 20) }
  /// Seconds of work after which the carrier gets its turn.
  private static var slice: Double { 0.25 }
  /// The longest wait, in seconds: how soon a request to stop is noticed.
  private static var pause: Double { 0.5 }
  /// Seconds that the end of a failed session may take, and of one that somebody asked to stop.
  private static var patience: (failed: Double, stopped: Double) { (5, 1) }

  /// Makes the driver of a session that has not begun.
  /// - Parameters:
  ///   - repository: our own, to be told to a peer of another one.
  ///   - limits: how long the other side is waited for.
  ///   - watcher: told how much has been moved.
  init(
    _ endpoint: Endpoint<Side>, over carrier: any Carrier, repository: RepositoryID?,
    limits: SessionLimits, watcher: Progress = .none
  ) {
    self.watcher = watcher
    self.endpoint = endpoint
    self.carrier = carrier
    self.repository = repository
    self.limits = limits
  }

  /// Runs the session to its end, or tells the other side why not and throws.
  /// - Parameter check: throws when this side is to stop.
  mutating func run(
    checking check: () throws(RepositoryError) -> Void
  ) throws(SessionFailure) -> Outcome {
    do throws(SessionFailure) {
      while true {
        do throws(RepositoryError) { try check() } catch { throw .stopped(error) }
        let isWorking = try work()
        if let outcome = endpoint.outcome, endpoint.outputCount == 0 { return outcome }
        try exchange(waitingAtMost: isWorking ? 0 : Self.pause)
      }
    } catch {
      if let failure = failure(for: error) {
        var patience = Self.patience.failed
        if case .stopped = error { patience = Self.patience.stopped }
        giveUp(failure, waitingAtMost: patience)
      }
      throw error
    }
  }

  /// Works for a while; true where more can be done at once.
  private mutating func work() throws(SessionFailure) -> Bool {
    let began = Clock.monotonic()
    while endpoint.outputCount < Self.outputBound {
      if endpoint.isAboutToWork, endpoint.outputCount > 0 { return false }
      guard try step() else { return false }
      if Clock.monotonic() - began > Self.slice { return true }
    }
    return false
  }

  private mutating func step() throws(SessionFailure) -> Bool {
    guard endpoint.isAboutToWork else {
      do throws(ExchangeError) { return try endpoint.advance() } catch { throw .exchange(error) }
    }
    let company: Company
    do throws(SystemError) {
      company = try Company(endpoint.keepAlives, carrier, every: limits.timeout / 4)
    } catch { throw .carrier(.system(error.code)) }
    let result: Result<Bool, ExchangeError>
    do throws(ExchangeError) { result = .success(try endpoint.advance()) } catch {
      result = .failure(error)
    }
    // Before anything more is said, since messages are numbered.
    endpoint.resume(after: company.end())
    lastSent = Clock.monotonic()
    lastReceived = lastSent
    // It waited for us.
    progress.restart()
    do throws(ExchangeError) { return try result.get() } catch { throw .exchange(error) }
  }

  /// Sends and receives what is possible.
  private mutating func exchange(waitingAtMost seconds: Double) throws(SessionFailure) {
    let now = Clock.monotonic()
    if endpoint.outputCount == 0, now - lastSent > limits.timeout / 4 { endpoint.keepAlive() }
    // Somebody who only ever says that work goes on must not hold us for ever.
    guard progress.isWithin(limits) else { throw .stalled }
    // Nor may somebody who talks and does not listen fill our memory.
    let isFull = endpoint.outputCount > 0 && endpoint.inputCount > Self.inputBound
    let isDone = endpoint.outcome != nil || isFull
    let room =
      isDone || isAtEnd ? UnsafeMutableRawBufferPointer(start: nil, count: 0) : incoming.all
    let transfer: Transfer
    do throws(CarrierError) {
      transfer = try endpoint.withOutput { output throws(CarrierError) in
        try carrier.transfer(output, into: room, waitingAtMost: seconds)
      }
    } catch {
      guard case .timeout = error else { throw .carrier(error) }
      // Whoever is there says so from time to time; that our own keep-alives leave proves nothing.
      if Clock.monotonic() - lastReceived > limits.timeout { throw .carrier(.timeout) }
      return
    }
    if transfer.sent > 0 {
      endpoint.sent(transfer.sent)
      lastSent = Clock.monotonic()
    }
    if transfer.received > 0 {
      endpoint.feed(UnsafeRawBufferPointer(rebasing: incoming.all[..<transfer.received]))
      lastReceived = Clock.monotonic()
    }
    progress.note(messages: endpoint.messagesReceived, bytes: endpoint.bytesOfWork)
    report()
    if transfer.isAtEnd, !isAtEnd {
      isAtEnd = true
      do throws(ExchangeError) {
        while try endpoint.advance() {}
        if endpoint.outcome == nil { try endpoint.ended() }
      } catch { throw .exchange(error) }
    }
  }

  /// Tells of the direction in which more is to be said: where nothing is sent, something comes.
  private func report() {
    let counts = endpoint.counts
    if let (done, total) = endpoint.sending {
      watcher.report(
        Progress.Step(
          phase: .sending, done: done.objects, total: total.objects, bytes: counts.bytesSent,
          files: (done.files, total.files)))
    } else if counts.objectsReceived > 0 {
      let done = counts.objectsReceived
      let total = endpoint.expected?.objects ?? endpoint.objectsChosen
      var step = Progress.Step(
        phase: .receiving, done: done, total: total >= done ? total : nil,
        bytes: counts.bytesReceived)
      // Which objects are whose shows only in the end: files are taken to come as objects do.
      if let files = endpoint.expected?.files, total >= done {
        step.files = (Int(Double(files) * Double(done) / Double(total)), files)
      }
      watcher.report(step)
    }
  }

  private func failure(for error: SessionFailure) -> Failure? {
    switch error {
    case .stopped: Failure(.interrupted)
    case .exchange(.host(let error)): error.failure
    case .exchange(.wire(let error)): error.failure(repository: repository)
    case .carrier(.timeout), .stalled: Failure(.timeout)
    case .carrier: nil
    }
  }

  /// Tells the other side why, and lets it read that before the connection goes.
  private mutating func giveUp(_ failure: Failure, waitingAtMost patience: Double) {
    endpoint.fail(failure)
    let end = Clock.monotonic() + patience
    var isFinished = false
    while Clock.monotonic() < end, !isAtEnd {
      if endpoint.outputCount == 0, !isFinished {
        carrier.finishSending()
        isFinished = true
      }
      let transfer = endpoint.withOutput { output in
        // What still comes is thrown away: unread bytes would destroy what we say.
        try? carrier.transfer(output, into: incoming.all, waitingAtMost: Self.pause)
      }
      guard let transfer else { if isFinished { continue } else { return } }
      if transfer.sent > 0 { endpoint.sent(transfer.sent) }
      isAtEnd = transfer.isAtEnd
    }
  }
}

/// Memory for what comes.
private final class Buffer {
  let all = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)

  deinit { all.deallocate() }
}
