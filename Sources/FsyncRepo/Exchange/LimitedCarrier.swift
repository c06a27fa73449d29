internal import FsyncSystem
package import FsyncWire

/// A carrier over which no more bytes move in a second, in either direction, than somebody allows.
///
/// The far side notices nothing but a slow line: what is not read here waits there.
package final class LimitedCarrier: Carrier {
  private let line: any Carrier
  private var sending: TokenBucket
  private var receiving: TokenBucket
  private let now: () -> Double
  private let sleep: (Double) -> Void

  /// The shortest wait, in seconds.
  private static let shortest = 0.001

  /// Limits a line.
  /// - Parameters:
  ///   - rate: bytes a second, in each direction.
  ///   - now: seconds of a clock that only rises.
  ///   - sleep: waits for so many seconds, or less.
  package init(
    _ line: any Carrier, bytesPerSecond rate: UInt64,
    now: @escaping () -> Double = Clock.monotonic,
    sleep: @escaping (Double) -> Void = {
      _ = try? Poll.wait(reading: -1, writing: -1, seconds: $0)
    }
  ) {
    self.line = line
    self.now = now
    self.sleep = sleep
    sending = TokenBucket(bytesPerSecond: rate)
    receiving = TokenBucket(bytesPerSecond: rate)
  }

  /// Moves bytes; see `Carrier`.
  package func transfer(
    _ outgoing: UnsafeRawBufferPointer, into incoming: UnsafeMutableRawBufferPointer,
    waitingAtMost seconds: Double
  ) throws(CarrierError) -> Transfer {
    let deadline = now() + seconds
    while true {
      let time = now()
      let sent = sending.allowance(for: outgoing.count, at: time)
      let received = receiving.allowance(for: incoming.count, at: time)
      // One direction goes on while the other has to wait.
      var wait = Double.infinity
      if sent == 0, !outgoing.isEmpty { wait = sending.delay(for: outgoing.count) }
      if received == 0, !incoming.isEmpty {
        wait = min(wait, receiving.delay(for: incoming.count))
      }
      let isHeld = wait < .infinity
      // What is too short for the clock to see would be waited for without an end.
      let pause = min(max(0, deadline - time), max(wait, LimitedCarrier.shortest))
      if isHeld, sent == 0, received == 0 {
        guard time < deadline else { throw .timeout }
        sleep(pause)
        continue
      }
      if let moved = try move(outgoing.prefix(sent), incoming.prefix(received), pause, isHeld) {
        return moved
      }
      guard now() < deadline else { throw .timeout }
    }
  }

  /// Moves what may move; nil where that was nothing, and more may in a moment.
  private func move(
    _ outgoing: UnsafeRawBufferPointer.SubSequence,
    _ incoming: UnsafeMutableRawBufferPointer.SubSequence, _ seconds: Double, _ isHeld: Bool
  ) throws(CarrierError) -> Transfer? {
    let moved: Transfer
    do throws(CarrierError) {
      moved = try line.transfer(
        UnsafeRawBufferPointer(rebasing: outgoing),
        into: UnsafeMutableRawBufferPointer(rebasing: incoming), waitingAtMost: seconds)
    } catch {
      if isHeld, error == .timeout { return nil }
      throw error
    }
    sending.take(moved.sent)
    receiving.take(moved.received)
    return moved
  }

  /// Says that nothing more will be sent.
  package func finishSending() { line.finishSending() }

  /// Ends the connection; see `Carrier`.
  package func close() -> Farewell? { line.close() }

  /// Ends a connection over which all has been said; see `Carrier`.
  package func leave() { line.leave() }
}
