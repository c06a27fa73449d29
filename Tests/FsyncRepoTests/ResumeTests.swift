import FsyncCore
import FsyncNet
import FsyncRepo
import FsyncWire
import Synchronization
import TestSupport
import Testing

/// Counts what both ends of a line send.
private final class Meter: Sendable {
  private let bytes = Atomic<Int>(0)

  var sent: Int { bytes.load(ordering: .relaxed) }
  func add(_ count: Int) { bytes.add(count, ordering: .relaxed) }
}

/// One end of a line, which may be cut after so many bytes in either direction.
private final class MeteredCarrier: Carrier {
  private let line: any Carrier
  private let meter: Meter
  private var left: (sent: Int, received: Int)

  init(_ line: any Carrier, _ meter: Meter, sent: Int = .max, received: Int = .max) {
    self.line = line
    self.meter = meter
    left = (sent, received)
  }

  func transfer(
    _ outgoing: UnsafeRawBufferPointer, into incoming: UnsafeMutableRawBufferPointer,
    waitingAtMost seconds: Double
  ) throws(CarrierError) -> Transfer {
    guard left.sent > 0, left.received > 0 else { throw .disconnected }
    let transfer = try line.transfer(
      UnsafeRawBufferPointer(rebasing: outgoing.prefix(left.sent)),
      into: UnsafeMutableRawBufferPointer(rebasing: incoming.prefix(left.received)),
      waitingAtMost: seconds)
    left.sent -= transfer.sent
    left.received -= transfer.received
    meter.add(transfer.sent)
    return transfer
  }

  func finishSending() { line.finishSending() }
  func close() -> Farewell? { line.close() }
}

extension Connector {
  /// Reaches paths of this machine over a line that is counted at both ends, and cut at this one.
  fileprivate static func metered(
    _ meter: Meter, sent: Int = .max, received: Int = .max
  ) -> Connector {
    Connector { (request) throws(CarrierError) in
      guard let url = try? RemoteURL(request.url, relativeTo: [0x2f]) else {
        throw .unreachable(Array(request.url.utf8))
      }
      let line = try url.connect(
        ssh: request.ssh, command: request.command, timeout: request.timeout
      ) { path, carrier in
        try? Repository.serve(path, over: MeteredCarrier(carrier, meter), ServeOptions(timeout: 20))
      }
      return MeteredCarrier(line, meter, sent: sent, received: received)
    }
  }
}

@Suite struct ResumeTests {
  /// Which side asks.
  enum Direction: CaseIterable { case pull, push }

  /// What is to be sent: 12 MB in files of every size, most of which does not compress.
  private func fill(_ folder: Folder, _ random: inout SplitMix) throws {
    try folder.write("large", random.bytes(5_000_000))
    for number in 0..<40 { try folder.write("middle/\(number)", random.bytes(60_000)) }
    for number in 0..<400 { try folder.write("small/\(number)", random.bytes(8_000)) }
    let words = (0..<50).map { _ in random.bytes(4 + random.below(9)) + [0x20] }
    let text = (0..<8_000).flatMap { _ in random.pick(words) }
    for number in 0..<30 { try folder.write("text/\(number)", text + random.bytes(20)) }
  }

  @Test(
    "a connection cut at any byte costs a megabyte at most",
    arguments: zip(Direction.allCases, [true, false]))
  func cuts(_ direction: Direction, isCold: Bool) throws {
    let seed: UInt64 = isCold ? 17 : 18
    var random = SplitMix(seed: seed)
    let directory = try TemporaryDirectory(inMemory: true)
    let desk = try Repository.make("desk", in: directory)
    try desk.tree.write("a", "one")
    try desk.commit("a")
    let whole = try desk.clone("whole", in: directory)
    let other = try desk.clone("other", in: directory)
    try fill(desk.tree, &random)
    try desk.commit("much")
    if isCold { _ = try desk.collect(dryRun: false) }

    func attempt(
      _ target: Repository, _ meter: Meter, limit: Int = .max
    ) throws(RepositoryError) {
      switch direction {
      case .pull: try target.sync(desk.url, over: .metered(meter, received: limit))
      case .push: try desk.sync(target.url, over: .metered(meter, sent: limit))
      }
    }
    let (uncut, cut) = (Meter(), Meter())
    try attempt(whole, uncut)
    #expect(uncut.sent > 8_000_000)

    var (cuts, attempts) = (0, 0)
    while attempts < 100 {
      attempts += 1
      let limit = 1 + random.below(random.once(in: 3) ? 20_000 : 1_700_000)
      do throws(RepositoryError) {
        try attempt(other, cut, limit: limit)
        break
      } catch {
        switch error {
        case .exchange(.disconnected): cuts += 1
        // A program that another test starts holds a copy of our lock for a moment.
        case .busy: break
        default: throw error
        }
      }
    }
    let lost = cut.sent - uncut.sent
    #expect(cuts > 5 && attempts < 100, "seed \(seed)")
    #expect(lost <= cuts << 20, "seed \(seed): \(lost) bytes more for \(cuts) cuts")
    #expect(try other.tree.listing() == desk.tree.listing())
    #expect(try other.check(quick: false).isSound)
  }
}
