import FsyncRepo
import FsyncWire
import TestSupport
import Testing

/// A line with a clock of its own, so that hours of it take no time.
@Suite struct LimitedCarrierTests {
  /// A line that is never the bottleneck, with a clock that only sleeping moves.
  private final class Line: Carrier {
    var time = 0.0
    var sent = 0
    var received = 0
    /// Whether the other side has anything to say.
    var isTalking = true
    var isReading = true
    var finished = 0

    func transfer(
      _ outgoing: UnsafeRawBufferPointer, into incoming: UnsafeMutableRawBufferPointer,
      waitingAtMost seconds: Double
    ) throws(CarrierError) -> Transfer {
      let moved = Transfer(
        sent: isReading ? outgoing.count : 0, received: isTalking ? incoming.count : 0)
      sent += moved.sent
      received += moved.received
      if moved.sent + moved.received > 0 { return moved }
      time += seconds
      throw .timeout
    }

    func finishSending() { finished += 1 }
    func close() -> Farewell? { Farewell(status: 7, text: []) }
  }

  private func limited(_ line: Line, _ rate: UInt64) -> LimitedCarrier {
    LimitedCarrier(line, bytesPerSecond: rate, now: { line.time }, sleep: { line.time += $0 })
  }

  /// Moves what is possible until the line's clock shows a time.
  private func run(_ carrier: LimitedCarrier, _ line: Line, until end: Double, sending: Bool = true)
  {
    let bytes = [UInt8](repeating: 1, count: sending ? 300_000 : 0)
    var room = [UInt8](repeating: 0, count: 300_000)
    while line.time < end {
      _ = bytes.withUnsafeBytes { bytes in
        room.withUnsafeMutableBytes { room in
          try? carrier.transfer(bytes, into: room, waitingAtMost: 0.5)
        }
      }
    }
  }

  @Test(arguments: [UInt64(1000), 30_000, 1_000_000, 200_000_000])
  func bothDirectionsKeepToTheRate(rate: UInt64) {
    let line = Line()
    run(limited(line, rate), line, until: 100)
    let most = Double(rate) * (line.time + 0.25) + 4096
    for moved in [line.sent, line.received] {
      #expect(Double(moved) <= most)
      #expect(Double(moved) >= Double(rate) * 95)
    }
  }

  @Test func oneDirectionDoesNotHoldUpTheOther() {
    let line = Line()
    line.isTalking = false
    run(limited(line, 10_000), line, until: 60)
    #expect(line.sent > 570_000 && line.received == 0)
    let other = Line()
    run(limited(other, 10_000), other, until: 60, sending: false)
    #expect(other.received > 570_000 && other.sent == 0)
    let stuck = Line()
    stuck.isReading = false
    run(limited(stuck, 10_000), stuck, until: 60)
    #expect(stuck.received > 570_000 && stuck.sent == 0)
  }

  @Test func aLineOnWhichNothingMovesTimesOut() {
    let line = Line()
    line.isTalking = false
    line.isReading = false
    let carrier = limited(line, 1000)
    var room = [UInt8](repeating: 0, count: 10)
    #expect(throws: CarrierError.timeout) {
      try [UInt8](repeating: 1, count: 10).withUnsafeBytes { bytes in
        try room.withUnsafeMutableBytes { try carrier.transfer(bytes, into: $0, waitingAtMost: 3) }
      }
    }
    #expect(line.time >= 3 && line.time < 4)
    carrier.finishSending()
    #expect(line.finished == 1 && carrier.close()?.status == 7)
  }

  @Test func aSyncOverALimitedLineBringsEverything() throws {
    let directory = try TemporaryDirectory()
    let desk = try Repository.make("desk", in: directory)
    let lap = try desk.clone("lap", in: directory)
    var random = SplitMix(seed: 8)
    try desk.tree.write("big", random.bytes(300_000))
    try lap.tree.write("other", random.bytes(300_000))
    // Fast enough to take no time, slow enough to be held back again and again.
    lap.rateLimit = 4 << 20
    try lap.sync(desk.url)
    #expect(try lap.tree.read("big") == desk.tree.read("big"))
    #expect(try lap.tree.read("other") == desk.tree.read("other"))
  }
}
