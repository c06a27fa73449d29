import FsyncCore

/// One end of an exchange: a session, its repository, and the bytes in both directions.
///
/// It does no input or output of its own: bytes are fed in and taken out, and `advance` does one
/// bounded step of work at a time, so that whoever drives it decides when to wait.
package struct Endpoint<Side: Session> {
  var session: Side
  let host: any ExchangeHost
  var writer = MessageWriter()
  var parser = MessageParser()
  var queue: [Instruction] = []
  var production: Production?
  var announced: [ObjectID] = []
  /// Commits that the peer sends without all of their content.
  var declared: Set<ObjectID> = []
  /// Objects that merges to come would be glad of, and that have been asked for.
  var wished: Set<ObjectID> = []
  var peer: Peer?
  /// The frames that were compressed against objects which are not here.
  package internal(set) var unverified = 0
  /// What is not here of the objects that the production was asked for by their ids.
  var lacking: [ObjectID]?
  var output: [UInt8] = []
  private var outputStart = 0
  /// Messages that came, but for keep-alives.
  package private(set) var messagesReceived = 0
  /// Keep-alives in both directions.
  private var keepAliveCount = 0
  /// How the session ended; nil while it goes on.
  package private(set) var outcome: Outcome?
  /// The objects that were chosen of what the other side offered; 0 where it offered nothing.
  package internal(set) var objectsChosen = 0
  /// What is being sent, and how much of it has been; nil where nothing is.
  package var sending: (done: Outline, total: Outline)? { production?.progress }
  /// What the other side says that it sends; nil where it says nothing.
  package private(set) var expected: Outline?
  /// Whether the other side is still to be told how much it is sent.
  var tellsOutline = false
  /// What has been exchanged.
  package internal(set) var counts = ExchangeCounts()

  init(_ session: Side, _ host: any ExchangeHost) {
    self.session = session
    self.host = host
  }

  /// Says whether the next step may take long: whoever drives this keeps the connection alive.
  package var isAboutToWork: Bool {
    switch queue.first {
    case .prepare, .check, .join, .answer: true
    default: false
    }
  }

  /// The number of bytes that have come and wait to be taken apart.
  package var inputCount: Int { parser.count }

  /// Bytes that went in both directions, but for keep-alives; all of one at once, when it is whole.
  package var bytesOfWork: Int {
    Int(clamping: counts.bytesSent) + Int(clamping: counts.bytesReceived)
      - KeepAlives.length * keepAliveCount
  }

  /// Takes bytes of the other side.
  package mutating func feed(_ bytes: UnsafeRawBufferPointer) {
    counts.bytesReceived += UInt64(bytes.count)
    parser.feed(bytes)
  }

  /// Takes the end of the other side's stream.
  package mutating func ended() throws(ExchangeError) {
    guard parser.isBetweenMessages else { throw .wire(.truncated) }
    queue.append(contentsOf: try wire { () throws(WireError) in try session.ended() })
  }

  /// The number of bytes that wait to be sent.
  package var outputCount: Int { output.count - outputStart }

  /// Lends the bytes that wait to be sent.
  package func withOutput<Value, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let result: Result<Value, Failure> = output.withUnsafeBytes { buffer in
      do throws(Failure) {
        return .success(try body(UnsafeRawBufferPointer(rebasing: buffer[outputStart...])))
      } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// Forgets bytes that have been sent.
  package mutating func sent(_ count: Int) {
    counts.bytesSent += UInt64(count)
    outputStart += count
    if outputStart == output.count {
      output.removeAll(keepingCapacity: output.capacity <= 1 << 20)
      outputStart = 0
    } else if outputStart >= 1 << 18 {
      // While there is always something left, it would grow for ever.
      output.removeFirst(outputStart)
      outputStart = 0
    }
  }

  /// Appends a keep-alive; not between a message's bytes, since messages are whole in `output`.
  package mutating func keepAlive() {
    writer.append(.keepAlive, to: &output)
    keepAliveCount += 1
  }

  /// What keeps the connection alive while a long step keeps this endpoint busy; all output must
  /// have been sent.
  package var keepAlives: KeepAlives { KeepAlives(writer) }

  /// Goes on after keep-alives that were sent meanwhile.
  package mutating func resume(after keepAlives: KeepAlives) {
    counts.bytesSent += keepAlives.bytes
    keepAliveCount += Int(clamping: keepAlives.bytes) / KeepAlives.length
    writer = keepAlives.writer
  }

  /// Tells the other side why this one gives up.
  package mutating func fail(_ failure: Failure) { writer.append(.failure(failure), to: &output) }

  /// Does one step; false where nothing can be done before more bytes come.
  package mutating func advance() throws(ExchangeError) -> Bool {
    if !queue.isEmpty {
      try perform(queue.removeFirst())
      return true
    }
    if outcome != nil { return false }
    if let message = try wire({ () throws(WireError) in try parser.next() }) {
      counts.note(message)
      if case .outline(let outline) = message { expected = outline }
      if case .keepAlive = message { keepAliveCount += 1 } else { messagesReceived += 1 }
      if case .hello(let hello) = message {
        writer.answering(hello.standing.heads)
        parser.answering(hello.standing.heads)
      }
      queue.append(contentsOf: try wire { () throws(WireError) in try session.receive(message) })
      return true
    }
    return try produce()
  }

  private mutating func produce() throws(ExchangeError) -> Bool {
    guard var current = production else { return false }
    production = nil
    let step = try wire { () throws(WireError) in
      try current.step(host.source, host.compression)
    }
    switch step {
    case .busy: production = current
    case .outline(let outline):
      production = current
      if tellsOutline { writer.append(.outline(outline), to: &output) }
      tellsOutline = false
    case .blocked:
      production = current
      return false
    case .offer(let ids):
      production = current
      queue.append(contentsOf: session.offer(ids))
    case .frame(let bytes):
      production = current
      if lacking != nil {
        writer.append(.frame(bytes), to: &output)
      } else {
        queue.append(contentsOf: session.send(frame: bytes))
      }
    case .done(let objects):
      counts.objectsSent += objects
      if let ids = lacking {
        lacking = nil
        writer.append(.lacking(ids), to: &output)
      } else {
        queue.append(contentsOf: session.produced())
      }
    }
    return true
  }

  private mutating func perform(_ instruction: Instruction) throws(ExchangeError) {
    switch instruction {
    case .send(let message):
      if case .need = message { counts.noteNeed() }
      writer.append(message, to: &output)
    case .prepare(let hello): try prepare(hello)
    case .open(let hello): try open(hello)
    case .meet(let standing): try own { () throws(HostError) in try host.met(standing) }
    case .produce(let peer): try begin(peer)
    case .narrow(let selection): production?.narrow(selection)
    case .supply(let need): try supply(need)
    case .answer(let ids): try answer(ids)
    case .choose(let ids): queue.append(contentsOf: session.chose(try choose(ids)))
    case .lack(let commits):
      declared.formUnion(commits)
      guard declared.count <= WireLimits.absentInAll else { throw .wire(.unexpected(.absent)) }
    case .keep(let bytes): try keep(bytes)
    case .check(let heads):
      let missing = try check(heads)
      queue.append(contentsOf: try wire { () throws(WireError) in try session.checked(missing) })
    case .join(let heads, let repository):
      let joined = try own { () throws(HostError) in
        try host.join(heads, repository: repository, absent: declared)
      }
      queue.append(contentsOf: session.joined(joined))
    case .finish(let outcome): self.outcome = outcome
    }
  }
}
