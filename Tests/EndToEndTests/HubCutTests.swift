import TestSupport
import Testing

/// Clients that go away in the midst of what they say.
@Suite struct HubCutTests {
  @Test func theHubOutlivesClientsThatAreCutInTheMidst() throws {
    let hub = try HubMachine()
    let machine = hub.machine
    try hub.start()
    let process = hub.process
    // The response runs while the request's body is not at its end, and then the connection is gone:
    // at once, after a while, and with words in the midst of which it ends.
    let script = """
      head='POST /notes/sync HTTP/1.1\\r\\nHost: localhost\\r\\nTransfer-Encoding: chunked\\r\\n'
      head="${head}Content-Type: application/x-fsync-session\\r\\n\\r\\n"
      for n in {1..60}; do
        (
          exec 3<>/dev/tcp/127.0.0.1/\(hub.port)
          printf "$head" >&3
          case $((n % 4)) in
          0) printf '5\\r\\nfsync\\r\\n' >&3 ;;
          1) printf 'fff\\r\\nfsync and no more' >&3 ;;
          2) printf '10\\r\\nsomething other!\\r\\n' >&3; sleep 0.0$((n % 7)) ;;
          esac
          [ $((n % 3)) != 0 ] || sleep 0.0$((n % 10))
        ) &
      done 2>/dev/null
      wait
      head -c 6000000 /dev/urandom >large; $FSYNC commit -q -m large
      for n in {1..12}; do
        $FSYNC sync -q \(hub.url()) >/dev/null 2>&1 &
        sleep 0.0$((n % 10))$((n * 7 % 10))
        kill -KILL $(cat /proc/$!/task/*/children) $! 2>/dev/null
        wait
      done 2>/dev/null
      kill -0 \(process)
      """
    try machine.shell(script).expect()
    try machine.fsync("sync", "-q", hub.url()).expect()
    #expect(
      try machine.fsync("cat", "large", at: "hub/notes").stdout == machine.bytes("desk/large"))
    var metrics = ""
    // What was cut is found out about, and holds no place any more.
    for _ in 0..<200 where !metrics.contains("\nfsync_hub_sessions_active 0\n") {
      metrics = try hub.answer("GET", "/metrics")
    }
    #expect(metrics.contains("\nfsync_hub_sessions_active 0\n"))
    // Whoever runs it reads why in words.
    let log = try machine.read("hub.log")
    #expect(log.contains("a sync failed"))
    let others = log.split(separator: "\n").map { $0.replacing("[FsyncHubServer]", with: "") }
    #expect(others.first { $0.contains("Fsync") } == nil)
    // What a session kept for a client that came back before the session noticed is not kept for ever.
    try machine.shell(
      """
      set -e
      kill -0 \(process); cd ../hub/notes
      find quarantine -type f -exec touch -d '60 days ago' {} +
      $FSYNC gc; ! ls quarantine | grep .
      """
    ).expect()
  }
}
