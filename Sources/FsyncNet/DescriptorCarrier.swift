internal import FsyncSystem
package import FsyncWire

/// A carrier over descriptors that it owns: one socket, or one to read and one to write.
///
/// Both directions flow at once. What the other side sent before it went away is received before
/// its going is reported, so that its last words are heard.
package final class DescriptorCarrier: Carrier {
  private var input: StreamEnd?
  // Nil where `input` is a socket that serves both directions, and once nothing more is sent.
  private var output: StreamEnd?
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
      input = try Self.end(first)
    } else {
      let second = File(owning: writing)
      input = try Self.end(first)
      output = try Self.end(second)
    }
  }

  /// Makes the carrier of a program that is talked to over its standard input and output.
  ///
  /// What is printed from now on goes to standard error.
  package static func standardStreams() throws(CarrierError) -> DescriptorCarrier {
    let streams = try calling { () throws(SystemError) in try StandardStreams.take() }
    return try DescriptorCarrier(reading: streams.read, writing: streams.write)
  }

  private static func end(_ file: consuming File) throws(CarrierError) -> StreamEnd {
    do throws(SystemError) { return try StreamEnd(file) } catch { throw CarrierError(error) }
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
    if isSocket { input?.endWriting() } else { output?.endWriting() }
    output = nil
  }

  /// Closes both descriptors; nothing can be said about the far end.
  package func close() -> Farewell? {
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
    let count: Int??
    do throws(SystemError) { count = try input?.read(into: room) } catch {
      throw CarrierError(error)
    }
    if count == .some(0) { hasEnded = true }
    return (count ?? nil) ?? 0
  }

  private func send(_ bytes: UnsafeRawBufferPointer) throws(CarrierError) -> Int {
    let count: Int??
    do throws(SystemError) {
      count = isSocket ? try input?.write(bytes) : try output?.write(bytes)
    } catch {
      guard error.isDisconnected else { throw CarrierError(error) }
      canSend = false
      return 0
    }
    return (count ?? nil) ?? 0
  }
}

extension CarrierError {
  /// A system call's error as a carrier's.
  init(_ error: SystemError) {
    self = error.isDisconnected ? .disconnected : .system(error.code)
  }
}

/// Makes a system call's error a carrier's.
func calling<Value>(
  _ body: () throws(SystemError) -> Value
) throws(CarrierError) -> Value {
  do throws(SystemError) { return try body() } catch {
    throw CarrierError(error)
  }
}
