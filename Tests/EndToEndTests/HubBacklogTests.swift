import Glibc
import TestSupport
import Testing

/// A proxy that loses heart, as nginx does: what it cannot pass on at once, once the answer has begun, it
/// never does.
@Suite struct HubBacklogTests {
  @Test func theHubTakesWhatAClientMaySend() throws {
    let hub = try HubMachine()
    let machine = hub.machine
    try hub.start("--timeout 15")
    let port = hub.port
    let proxy = try Gateway { head, _ in .relay(port: port, head: head, isFragile: true) }
    defer { proxy.stop() }
    let script = """
      head -c 40000000 /dev/urandom >large; $FSYNC commit -q -m large
      $FSYNC sync -q --limit-rate 20M http://127.0.0.1:\(proxy.port)/notes & sync=$!
      for n in 1 2 3; do
        sleep 0.4; kill -STOP \(hub.process); sleep 0.4; kill -CONT \(hub.process)
      done
      wait $sync
      """
    try machine.shell(script).expect()
    #expect(proxy.requests.count == 1)
    #expect(
      try machine.fsync("cat", "large", at: "hub/notes").stdout == machine.bytes("desk/large"))
  }
}
