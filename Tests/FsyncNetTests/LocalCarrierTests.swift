import FsyncNet
import FsyncSystem
import FsyncWire
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite struct LocalCarrierTests {
  private static func connect(
    _ path: String, serve: @escaping @Sendable ([UInt8], any Carrier) -> Void
  ) throws -> any Carrier {
    try RemoteURL(path, relativeTo: bytes("/")).connect(
      ssh: ["false"], command: nil, timeout: bound, serve: serve)
  }

  @Test func aPathIsServedByAThread() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.path
    var random = SplitMix(seed: 1)
    let (there, back) = (random.bytes(1 << 20), random.bytes(1 << 20))
    let (heard, served, farewells) = try await onThread {
      let served = Mutex<(path: [UInt8], bytes: [UInt8])>(([], []))
      let carrier = try Self.connect(path) { path, carrier in
        let bytes = (try? carrier.exchange(back)) ?? []
        served.withLock { $0 = (path, bytes) }
      }
      let heard = try carrier.exchange(there)
      // The close waits until the server has done all of its work.
      let farewell = carrier.close()
      return (heard, served.withLock { $0 }, [farewell, carrier.close()])
    }
    #expect(heard == back)
    #expect(served == (bytes(path), there))
    #expect(farewells == [nil, nil])
  }

  @Test func aServerThatReturnsEndsTheStream() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.path
    let transfer = try await onThread {
      try Self.connect(path) { _, _ in }.transfer([], room: 10).transfer
    }
    #expect(transfer == Transfer(isAtEnd: true))
  }

  /// The client goes away while the server waits for it, and is not waited for in turn.
  @Test func aCloseEndsTheServer() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.path
    let end = try await onThread {
      let end = Mutex<Transfer?>(nil)
      let carrier = try Self.connect(path) { _, carrier in
        let transfer = try? carrier.transfer([], room: 10).transfer
        end.withLock { $0 = transfer }
      }
      _ = carrier.close()
      return end.withLock { $0 }
    }
    #expect(end == Transfer(isAtEnd: true))
  }

  @Test func whatIsNotThereIsUnreachable() throws {
    let directory = try TemporaryDirectory()
    try directory.write("file", [])
    for (name, why) in [
      ("disk/photos", "is not there; is its disk mounted?"),
      ("file/photos", "is not there; is its disk mounted?"),
      ("file", "is not a folder"),
      (String(repeating: "x", count: 300), "File name too long"),
    ] {
      let path = directory.appending(name)
      #expect(throws: CarrierError.unreachable(bytes("\(path) \(why)"))) {
        try Self.connect(path) { _, _ in }
      }
    }
  }

  @Test(arguments: [SystemCall.pipe, .thread])
  func aFailingCallIsAnError(_ call: SystemCall) throws {
    let directory = try TemporaryDirectory()
    let url = try RemoteURL(directory.path, relativeTo: bytes("/"))
    let (error, met) = Faults.injecting(call, after: 0, code: EMFILE) {
      failure { () throws(CarrierError) in
        try url.connect(ssh: ["ssh"], command: nil, timeout: bound) { _, _ in }
      }
    }
    #expect(met)
    #expect(error == .system(EMFILE))
  }
}
