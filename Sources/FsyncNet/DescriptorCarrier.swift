internal import FsyncSystem
package import FsyncWire

/// A carrier over descriptors that it owns: one socket, or one to read and one to write.
///
/// Both directions flow at once. What the other side sent before it went away is received before
/// its going is reported, so that its last words are heard.
package final class DescriptorCarrier: Carrier {
  private var input: Unblocked?
  // Nil where `input` is a socket that serves both directions, and once nothing more is sent.
  private var output: Unblocked?
  private let isSocket: Bool
  private var canSend = true
  private var hasEnded = false

  /// Takes over descriptors, which are closed where this fails.
  ///
  /// From now on a broken pipe is an error in this process and not its end.
  /// - Parameters:
  ///   - reading: what is read.
  ///   - writing: what is written; the same for a socket.
  package init(reading: Int32, writing: Int32) throws(CarrierError) {
    Interruption.ignoreBrokenPipes()
    isSocket = reading == writing
    let first = File(owning: reading)
    if isSocket {
      input = try Unblocked(first)
    } else {
      let second = File(owning: writing)
      input = try Unblocked(first)
      output = try Unblocked(second)
    }
  }

  /// Makes the carrier of a program that is talked to over its standard input and output.
  ///
  /// What is printed from now on goes to standard error.
  package static func standardStreams() throws(CarrierError) -> DescriptorCarrier {
    let streams = try calling { () throws(SystemError) in try StandardStreams.take() }
    return try DescriptorCarrier(reading: streams.read, writing: streams.write)
  }

  deinit { _ = close() }

  /// Moves bytes; see `Carrier`.
  package func transfer(
    _ outgoing: UnsafeRawBufferPointer, into incoming: UnsafeMutableRawBufferPointer,
    waitingAtMost seconds: Double
  ) throws(CarrierError) -> Transfer {
    let deadline = Clock.monotonic() + seconds
    while true {
      if let moved = try move(outgoing, incoming) { return moved }
      let left = deadline - Clock.monotonic()
      guard left > 0 else { throw .timeout }
      let reading = incoming.isEmpty || hasEnded ? -1 : source
      let writing = outgoing.isEmpty || !canSend ? -1 : sink
      _ = try calling { () throws(SystemError) in
        try Poll.wait(reading: reading, writing: writing, seconds: left)
      }
    }
  }

  /// Says that nothing more will be sent.
  package func finishSending() {
    canSend = false
    // Also where there are two descriptors: they may be two names of one socket.
    Stream.endWriting(sink)
    output = nil
  }

  /// Closes both descriptors; nothing can be said about the far end.
  package func close() -> Farewell? {
    // The later one first: it may have found what the earlier one had changed.
    output = nil
    input = nil
    return nil
  }

  private var source: Int32 { input?.descriptor ?? -1 }
  private var sink: Int32 { isSocket ? source : output?.descriptor ?? -1 }

  /// Moves what can be moved now; nil where that is nothing and something may come.
  private func move(
    _ outgoing: UnsafeRawBufferPointer, _ incoming: UnsafeMutableRawBufferPointer
  ) throws(CarrierError) -> Transfer? {
    guard source >= 0 else { throw .disconnected }
    let knewEnd = hasEnded
    var moved = Transfer()
    if !incoming.isEmpty, !hasEnded { moved.received = try receive(incoming) }
    if !outgoing.isEmpty, canSend { moved.sent = try send(outgoing) }
    moved.isAtEnd = hasEnded
    if moved.received > 0 || moved.sent > 0 { return moved }
    let canReceive = !incoming.isEmpty && !hasEnded
    if !outgoing.isEmpty, !canSend, !canReceive { throw .disconnected }
    return hasEnded != knewEnd || outgoing.isEmpty && !canReceive ? moved : nil
  }

  private func receive(_ room: UnsafeMutableRawBufferPointer) throws(CarrierError) -> Int {
    let source = source
    let count = try calling { () throws(SystemError) in try Stream.read(source, into: room) }
    if count == 0 { hasEnded = true }
    return count ?? 0
  }

  private func send(_ bytes: UnsafeRawBufferPointer) throws(CarrierError) -> Int {
    let sink = sink
    do throws(CarrierError) {
      return try calling { () throws(SystemError) in try Stream.write(sink, bytes) } ?? 0
    } catch .disconnected {
      canSend = false
      return 0
    }
  }
}

/// Owns a descriptor whose reads and writes return at once, as long as it is owned: others may
/// share what it is open on.
private struct Unblocked: ~Copyable {
  private let file: File
  private let returnedAtOnce: Bool

  init(_ file: consuming File) throws(CarrierError) {
    let descriptor = file.descriptor
    returnedAtOnce = try calling { () throws(SystemError) in
      try Poll.setNonBlocking(descriptor, true)
    }
    self.file = file
  }

  deinit { _ = try? Poll.setNonBlocking(file.descriptor, returnedAtOnce) }

  var descriptor: Int32 { file.descriptor }
}

/// Makes a system call's error a carrier's.
func calling<Value>(
  _ body: () throws(SystemError) -> Value
) throws(CarrierError) -> Value {
  do throws(SystemError) { return try body() } catch {
    throw error.isDisconnected ? .disconnected : .system(error.code)
  }
}
