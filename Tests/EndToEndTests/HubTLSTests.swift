import Glibc
import TestSupport
import Testing

/// Hubs with certificates of an authority of one's own.
@Suite struct HubTLSTests {
  /// A hub with a certificate for hosts, and with a token.
  private func hub(for names: String) throws -> (HubMachine, token: String) {
    let hub = try HubMachine()
    try hub.machine.shell(HubTLSTests.certificates(for: names)).expect()
    let token = try hub.token("--write notes")
    try hub.start("--tls-certificate ../tls/hub.pem --tls-key ../tls/hub.key")
    return (hub, token)
  }

  /// A script that makes an authority, `../tls/ca.pem`, and a certificate of it, `../tls/hub.pem`.
  static func certificates(for names: String) -> String {
    """
    set -e
    mkdir ../tls && cd ../tls
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
      -subj '/CN=An authority of tests' -keyout ca.key -out ca.pem 2>/dev/null
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=hub \
      -keyout hub.key -out hub.csr 2>/dev/null
    echo 'subjectAltName=\(names)' >names
    openssl x509 -req -in hub.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
      -extfile names -out hub.pem 2>/dev/null
    """
  }

  /// Syncs, and shows the token.
  private func sync(
    _ hub: HubMachine, _ token: String, _ url: String, trusting: Bool = true
  ) throws -> Ran {
    let authority = "\(hub.machine.path)/tls/ca.pem"
    return try hub.machine.fsync(
      "sync", url,
      environment: ["FSYNC_TOKEN": token].merging(trusting ? ["SSL_CERT_FILE": authority] : [:]) {
        $1
      })
  }

  @Test func itIsTheHubThatItSays() throws {
    let (hub, token) = try hub(for: "DNS:localhost,IP:127.0.0.1")
    for host in ["localhost", "127.0.0.1"] {
      try sync(hub, token, "https://\(host):\(hub.port)/notes").expect()
    }
    let log = try hub.machine.read("hub.log")
    #expect(log.split(separator: "\n").filter { $0.contains("status=200") }.count == 2)
    try hub.machine.fsync("fsck", "-q", at: "hub/notes").expect()
  }

  @Test func nothingIsSaidToAStranger() throws {
    let (hub, token) = try hub(for: "DNS:localhost")
    let url = "https://localhost:\(hub.port)/notes"
    let untrusted = try sync(hub, token, url, trusting: false)
    #expect(untrusted.status == 3, "\(untrusted.errors)")
    #expect(untrusted.errors.contains("its certificate is of nobody who is trusted here"))
    let other = try sync(hub, token, "https://127.0.0.1:\(hub.port)/notes")
    #expect(other.status == 3, "\(other.errors)")
    #expect(other.errors.contains("its certificate is for another host"))
    let plain = try HubMachine()
    try plain.start()
    let deaf = try sync(hub, token, "https://localhost:\(plain.port)/notes")
    #expect(deaf.status == 3 && deaf.errors.contains("does not speak TLS"), "\(deaf.errors)")
    // A request would be in the log, whatever became of it.
    for machine in [hub.machine, plain.machine] {
      #expect(try !machine.read("hub.log").contains("/notes/sync"))
    }
  }

  @Test func aTokenDoesNotGoOverAnOpenNetwork() throws {
    let hub = try HubMachine()
    let gateway = try Gateway { _, _ in .answer("HTTP/1.1 500 Not for you") }
    defer { gateway.stop() }
    let environment = [
      "FSYNC_TOKEN": "fst-secret", "http_proxy": "http://127.0.0.1:\(gateway.port)",
    ]
    let ran = try hub.machine.fsync(
      "sync", "http://hub.example/notes", environment: environment)
    #expect(ran.status == 3 && ran.errors.contains("not encrypted"), "\(ran.errors)")
    #expect(gateway.requests.isEmpty)
  }
}
