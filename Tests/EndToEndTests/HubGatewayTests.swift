import Glibc
import TestSupport
import Testing

/// What may stand between a client and a hub: proxies, redirects, refusals that pass.
@Suite struct HubGatewayTests {
  /// A proxy that lets requests for one host through, to a port of this machine.
  private func proxy(for host: String, to port: Int) throws -> Gateway {
    try Gateway { head, _ in
      head.hasPrefix("CONNECT \(host) ")
        ? .relay(port: port, head: nil, first: "HTTP/1.1 200 Connected\r\n\r\n")
        : .answer("HTTP/1.1 405 No")
    }
  }

  @Test func aProxyOfTheEnvironmentIsUsed() throws {
    let hub = try HubMachine()
    let token = try hub.token("--write notes")
    try hub.start()
    let proxy = try proxy(for: "hub.example:80", to: hub.port)
    defer { proxy.stop() }
    let place = "http://127.0.0.1:\(proxy.port)"
    let environment = ["FSYNC_TOKEN": token, "FSYNC_PLAIN_HTTP": "1", "http_proxy": place]
    let url = "http://hub.example/notes"
    try hub.machine.fsync("sync", url, environment: environment).expect()
    #expect(proxy.requests.count == 1)
    // This machine is reached without it, and so is what no_proxy names.
    try hub.machine.fsync("sync", hub.url(), environment: environment).expect()
    let exempt = environment.merging(["no_proxy": "other.test, .example"]) { $1 }
    try hub.machine.fsync("sync", url, environment: exempt).expect(3)
    #expect(proxy.requests.count == 1)
  }

  @Test func aProxyTunnelsTLSAndSeesNoToken() throws {
    let hub = try HubMachine()
    try hub.machine.shell(HubTLSTests.certificates(for: "DNS:hub.example")).expect()
    let token = try hub.token("--write notes")
    try hub.start("--tls-certificate ../tls/hub.pem --tls-key ../tls/hub.key")
    let proxy = try proxy(for: "hub.example:443", to: hub.port)
    defer { proxy.stop() }
    let environment = [
      "FSYNC_TOKEN": token, "SSL_CERT_FILE": "\(hub.machine.path)/tls/ca.pem",
      "https_proxy": "http://ada:secret@127.0.0.1:\(proxy.port)/",
    ]
    try hub.machine.fsync("sync", "https://hub.example/notes", environment: environment).expect()
    let head = try #require(proxy.requests.first)
    #expect(proxy.requests.count == 1 && !head.contains(token))
    #expect(head.contains("Basic YWRhOnNlY3JldA==\r\n"))
  }

  @Test func aRedirectOfTheSameHubIsFollowed() throws {
    let hub = try HubMachine()
    let token = try hub.token("--write notes")
    try hub.start()
    let port = hub.port
    let moved = try Gateway { head, _ in
      head.hasPrefix("POST /old/sync ")
        ? .answer("HTTP/1.1 307 Moved\r\nLocation: /notes/sync")
        : .relay(port: port, head: head)
    }
    defer { moved.stop() }
    let url = "http://127.0.0.1:\(moved.port)/old"
    try hub.machine.shell("head -c 3000000 /dev/urandom >large").expect()
    try hub.machine.fsync("sync", url, environment: ["FSYNC_TOKEN": token]).expect()
    #expect(moved.requests.count == 2)
    #expect(moved.requests.allSatisfy { $0.contains("Bearer \(token)\r\n") })
    #expect(
      try hub.machine.fsync("cat", "large", at: "hub/notes").stdout
        == hub.machine.bytes("desk/large"))
  }

  @Test func anotherHubIsNotToldTheToken() throws {
    let hub = try HubMachine()
    let token = try hub.token("--write notes")
    try hub.start()
    for target in [hub.url() + "/sync", "//127.0.0.1:\(hub.port)/notes/sync"] {
      let moved = try Gateway { _, _ in .answer("HTTP/1.1 308 Moved\r\nLocation: \(target)") }
      defer { moved.stop() }
      let ran = try hub.machine.fsync(
        "sync", "http://127.0.0.1:\(moved.port)/notes", environment: ["FSYNC_TOKEN": token])
      #expect(ran.status == 3 && ran.errors.contains("another hub"), "\(ran.errors)")
      #expect(ran.errors.contains(target))
    }
    #expect(try !hub.machine.read("hub.log").contains("/notes/sync"))
    let round = try Gateway { _, _ in .answer("HTTP/1.1 302 Found\r\nLocation: /notes/sync") }
    defer { round.stop() }
    let ran = try hub.machine.fsync("sync", "http://127.0.0.1:\(round.port)/notes")
    #expect(ran.status == 3 && ran.errors.contains("in circles") && round.requests.count == 6)
  }

  @Test func whatMayPassIsTriedAgain() throws {
    let hub = try HubMachine()
    try hub.start()
    let port = hub.port
    let answers = ["503 Busy\r\nRetry-After: 1", "502 Bad Gateway", "504 Gateway Timeout"]
    let busy = try Gateway { head, number in
      number < answers.count
        ? .answer("HTTP/1.1 \(answers[number])") : .relay(port: port, head: head)
    }
    defer { busy.stop() }
    let ran = try hub.machine.fsync(
      "sync", "--retry", "4", "http://127.0.0.1:\(busy.port)/notes"
    ).expect()
    #expect(ran.errors.split(separator: "\n").filter { $0.contains("trying again") }.count == 3)
    #expect(ran.errors.contains("busy") && ran.errors.contains("the hub behind it does not"))
    #expect(busy.requests.count == answers.count + 1)
  }

  @Test func aHubThatStartsLaterIsWaitedFor() throws {
    let hub = try HubMachine()
    try hub.start()
    try hub.stop(SIGTERM)
    let place = hub.url()
    // Nobody listens: that is known at once.
    let script = """
      began=$EPOCHREALTIME
      $FSYNC sync \(place) 2>&1; echo $?
      echo $EPOCHREALTIME $began | awk '{exit $1 - $2 > 20}'
      """
    let refused = try hub.machine.shell(script).expect()
    #expect(refused.text.contains("refused") && refused.text.contains("\n3\n"), "\(refused.text)")
    try hub.machine.shell(
      "($FSYNC sync -q --retry 9 \(place); echo $? >../status) >../sync.log 2>&1 &"
    ).expect()
    try hub.start()
    try hub.machine.shell("while ! test -s ../status; do sleep 0.05; done").expect()
    let log = try hub.machine.read("sync.log")
    #expect(try hub.machine.read("status") == "0\n", "\(log)")
  }

  @Test func aProxyThatWaitsForTheEndIsNamed() throws {
    let machine = try Machine.withDesk()
    let proxy = try Gateway { _, _ in .swallow }
    defer { proxy.stop() }
    let ran = try machine.fsync(
      "sync", "http://127.0.0.1:\(proxy.port)/notes", environment: ["FSYNC_TIMEOUT": "4"])
    #expect(ran.status == 3 && ran.errors.contains("proxy_request_buffering off"), "\(ran.errors)")
    let strict = try Gateway { _, _ in .answer("HTTP/1.1 413 Too Large") }
    defer { strict.stop() }
    let refused = try machine.fsync("sync", "http://127.0.0.1:\(strict.port)/notes")
    #expect(refused.status == 3 && refused.errors.contains("requests of any length"))
  }
}
