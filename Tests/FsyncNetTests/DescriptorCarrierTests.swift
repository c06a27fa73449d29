import FsyncNet
import FsyncSystem
import FsyncWire
import Glibc
import TestSupport
import Testing

@Suite struct DescriptorCarrierTests {
  /// Two ends with as little room between them as the kernel allows.
  private static func narrowSockets() throws -> (Int32, Int32) {
    let ends = try StreamPair.connected()
    var size: Int32 = 1
    for end in [ends.0, ends.1] {
      for option in [SO_SNDBUF, SO_RCVBUF] {
        setsockopt(end, SOL_SOCKET, option, &size, socklen_t(MemoryLayout<Int32>.size))
      }
    }
    return ends
  }

  @Test func bothDirectionsFlowAtOnceThroughASocket() async throws {
    var random = SplitMix(seed: 1)
    let (there, back) = (random.bytes(5 << 20), random.bytes(3 << 20 | 7))
    let (near, far) = try Self.narrowSockets()
    async let first = onThread { try DescriptorCarrier(socket: near).exchange(there) }
    async let second = onThread { try DescriptorCarrier(socket: far).exchange(back) }
    #expect(try await first == back)
    #expect(try await second == there)
  }

  @Test func bothDirectionsFlowAtOnceThroughPipes() async throws {
    var random = SplitMix(seed: 2)
    let (there, back) = (random.bytes(3 << 20 | 1), random.bytes(5 << 20))
    let (one, two) = (try StreamPair.pipe(), try StreamPair.pipe())
    async let first = onThread {
      try DescriptorCarrier(reading: one.read, writing: two.write).exchange(there)
    }
    async let second = onThread {
      try DescriptorCarrier(reading: two.read, writing: one.write).exchange(back)
    }
    #expect(try await first == back)
    #expect(try await second == there)
  }

  @Test func anEndOfOneDirectionLeavesTheOther() throws {
    let ends = try StreamPair.connected()
    let (near, far) = (try DescriptorCarrier(socket: ends.0), try DescriptorCarrier(socket: ends.1))
    far.finishSending()
    #expect(try near.transfer(bytes("more"), room: 10).transfer == Transfer(sent: 4, isAtEnd: true))
    #expect(try near.transfer([], room: 10).transfer == Transfer(isAtEnd: true))
    #expect(try near.transfer(bytes("!"), room: 10).transfer == Transfer(sent: 1, isAtEnd: true))
    #expect(try far.transfer([], room: 10).bytes == bytes("more!"))
    // What is said after the own end is not taken.
    #expect(failure { () throws(CarrierError) in try far.transfer([1], room: 0) } == .disconnected)
  }

  @Test func nothingToDoIsDoneAtOnce() throws {
    let ends = try StreamPair.connected()
    let (near, far) = (try DescriptorCarrier(socket: ends.0), try DescriptorCarrier(socket: ends.1))
    #expect(try near.transfer([], room: 0).transfer == Transfer())
    #expect(far.close() == nil)
  }

  @Test func lastWordsAreHeardBeforeTheDisconnection() throws {
    for useSocket in [true, false] {
      let (near, far): (DescriptorCarrier, DescriptorCarrier)
      if useSocket {
        let ends = try Self.narrowSockets()
        (near, far) = (
          try DescriptorCarrier(socket: ends.0), try DescriptorCarrier(socket: ends.1)
        )
      } else {
        let (one, two) = (try StreamPair.pipe(), try StreamPair.pipe())
        near = try DescriptorCarrier(reading: one.read, writing: two.write)
        far = try DescriptorCarrier(reading: two.read, writing: one.write)
      }
      _ = try far.transfer(bytes("no such repository"), room: 0)
      _ = far.close()
      var heard: [UInt8] = []
      let error = failure { () throws(CarrierError) in
        while true { heard += try near.transfer([UInt8](repeating: 1, count: 9999), room: 5).bytes }
      }
      #expect(error == .disconnected)
      #expect(heard == bytes("no such repository"))
    }
  }

  @Test func aPeerThatGoesAwayMidwayIsNoticed() async throws {
    let (near, far) = try Self.narrowSockets()
    async let sender = onThread {
      let carrier = try DescriptorCarrier(socket: near)
      return failure { () throws(CarrierError) in
        try carrier.exchange([UInt8](repeating: 7, count: 8 << 20))
      }
    }
    async let receiver = onThread {
      let carrier = try DescriptorCarrier(socket: far)
      var count = 0
      while count < 1 << 20 { count += try carrier.transfer([], room: 1 << 16).transfer.received }
      _ = carrier.close()
      return count
    }
    #expect(try await receiver >= 1 << 20)
    #expect(try await sender == .disconnected)
  }

  @Test func waitingEnds() throws {
    let ends = try Self.narrowSockets()
    let (near, far) = (try DescriptorCarrier(socket: ends.0), try DescriptorCarrier(socket: ends.1))
    #expect(
      failure { () throws(CarrierError) in
        try near.transfer([], room: 10, seconds: 0.02)
      } == .timeout)
    // Nobody reads, so there is no room left after a while.
    #expect(
      failure { () throws(CarrierError) in
        try near.exchange([UInt8](repeating: 1, count: 1 << 20), seconds: 0.02)
      } == .timeout)
    // What can be done is done however little time there is.
    #expect(try far.transfer([1], room: 1, seconds: 0).transfer == Transfer(sent: 1, received: 1))
  }

  @Test func afterTheCloseNothingGoes() throws {
    let ends = try StreamPair.connected()
    let (near, far) = (try DescriptorCarrier(socket: ends.0), try DescriptorCarrier(socket: ends.1))
    #expect(near.close() == nil)
    #expect(near.close() == nil)
    #expect(failure { () throws(CarrierError) in try near.transfer([1], room: 1) } == .disconnected)
    #expect(try far.transfer([], room: 1).transfer == Transfer(isAtEnd: true))
  }

  /// Descriptors 0 and 1 may be shared with a terminal, a shell, or a filter that loses bytes where
  /// its writes do not wait.
  @Test(arguments: [false, true])
  func whatIsSharedIsLeftAsItIs(isSocket: Bool) throws {
    let (reading, writing): (Int32, Int32)
    if isSocket {
      let ends = try StreamPair.connected()
      (reading, writing) = (ends.0, ends.1)
    } else {
      (reading, writing) = try StreamPair.pipe()
    }
    let flags = [reading, writing].map { fcntl($0, F_GETFL) }
    let carrier = try DescriptorCarrier(reading: dup(reading), writing: dup(writing))
    // Nothing waits all the same: not for bytes, and not for room.
    let error = failure { () throws(CarrierError) in
      try carrier.transfer([], room: 10, seconds: 0)
    }
    #expect(error == .timeout)
    let many = [UInt8](repeating: 7, count: 1 << 20)
    var sent = 0
    while let step = try? carrier.transfer(many[...], room: 0, seconds: 0) {
      sent += step.transfer.sent
    }
    #expect(sent > 0 && sent < 8 << 20)
    #expect([reading, writing].map { fcntl($0, F_GETFL) } == flags)
    _ = carrier.close()
    #expect([reading, writing].map { fcntl($0, F_GETFL) } == flags)
    for end in [reading, writing] { close(end) }
  }

  @Test(arguments: [SystemCall.read, .write, .poll])
  func aFailingCallIsAnError(_ call: SystemCall) throws {
    let ends = try StreamPair.connected()
    let (near, far) = (try DescriptorCarrier(socket: ends.0), try DescriptorCarrier(socket: ends.1))
    let (error, met) = Faults.injecting(call, after: 0, code: EIO) {
      failure { () throws(CarrierError) in
        while true { _ = try near.transfer([UInt8](repeating: 1, count: 9999), room: 1) }
      }
    }
    #expect(met)
    #expect(error == .system(EIO))
    _ = far.close()
  }

  /// In a process of its own, whose standard streams are replaced.
  @Test func standardStreamsAreTakenOver() async {
    await #expect(processExitsWith: .success) {
      let ends = try StreamPair.connected()
      dup2(ends.1, 0)
      dup2(ends.1, 1)
      close(ends.1)
      let carrier = try DescriptorCarrier.standardStreams()
      let peer = try DescriptorCarrier(reading: ends.0, writing: ends.0)
      // Goes to standard error, not to the peer.
      print("noise")
      fflush(nil)
      let incoming = UnsafeMutableRawBufferPointer.allocate(byteCount: 8, alignment: 1)
      let outgoing = UnsafeMutableRawBufferPointer.allocate(byteCount: 8, alignment: 1)
      outgoing.initializeMemory(as: UInt8.self, repeating: 5)
      var byte: UInt8 = 0
      precondition(read(0, &byte, 1) == 0)
      for (one, other) in [(carrier, peer), (peer, carrier)] {
        let none = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        let sent = try one.transfer(UnsafeRawBufferPointer(outgoing), into: none, waitingAtMost: 9)
        precondition(sent == Transfer(sent: 8))
        let got = try other.transfer(UnsafeRawBufferPointer(none), into: incoming, waitingAtMost: 9)
        precondition(got == Transfer(received: 8) && incoming.elementsEqual(outgoing))
      }
      carrier.finishSending()
      let end = try peer.transfer(
        UnsafeRawBufferPointer(start: nil, count: 0), into: incoming, waitingAtMost: 9)
      precondition(end.isAtEnd)
    }
  }
}
