/// Why a carrier cannot carry on.
package enum CarrierError: Error, Hashable, Sendable {
  /// The other end is gone: it takes no more bytes.
  case disconnected
  /// Nothing could be moved in the time given.
  case timeout
  /// The far end could not be reached or started; details for people.
  case unreachable([UInt8])
  /// A system call failed; the number is the system's error code.
  case system(Int32)
}

/// What one step of a carrier moved.
package struct Transfer: Hashable, Sendable {
  /// Bytes of the outgoing buffer that were taken.
  package var sent: Int
  /// Bytes that came, at the start of the incoming buffer.
  package var received: Int
  /// The other side has closed its direction: nothing more will come.
  package var isAtEnd: Bool

  /// Makes a report.
  package init(sent: Int = 0, received: Int = 0, isAtEnd: Bool = false) {
    self.sent = sent
    self.received = received
    self.isAtEnd = isAtEnd
  }
}

/// A stream of bytes in both directions, with somebody at the other end.
///
/// One thread uses it at a time.
package protocol Carrier: AnyObject {
  /// Sends and receives what is possible now, and waits only until something is: so two sides
  /// that both have much to say never wait for each other.
  /// - Parameters:
  ///   - outgoing: bytes to send; empty to receive only.
  ///   - incoming: room for what comes; empty to send only.
  ///   - seconds: the longest wait, after which it throws `.timeout`.
  func transfer(
    _ outgoing: UnsafeRawBufferPointer, into incoming: UnsafeMutableRawBufferPointer,
    waitingAtMost seconds: Double
  ) throws(CarrierError) -> Transfer

  /// Says that nothing more will be sent.
  func finishSending()

  /// Ends the connection, waits a bounded time for the far end, and returns what can be said
  /// about its end; nil where it ended well. Safe to call again.
  func close() -> Farewell?

  /// Ends the connection once both sides have said all: nothing is to be learnt from the far end any
  /// more, so it is not waited for where it needs nobody to end. Safe to call again, or after `close`.
  func leave()
}

extension Carrier {
  /// Ends the connection as `close` does.
  package func leave() {
    finishSending()
    _ = close()
  }
}

/// How a far end went down.
package struct Farewell: Hashable, Sendable {
  /// The exit status of the program that carried the bytes; nil where there was none or it had
  /// to be ended by force.
  package var status: Int32?
  /// What it wrote to its standard error, the last few kilobytes.
  package var text: [UInt8]

  /// Makes a farewell.
  package init(status: Int32?, text: [UInt8]) {
    self.status = status
    self.text = text
  }
}
