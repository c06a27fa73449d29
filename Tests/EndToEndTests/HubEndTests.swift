import TestSupport
import Testing

/// The end of a sync over HTTP.
@Suite struct HubEndTests {
  /// A client may drop what it has not read yet when the answer and the connection end in the midst
  /// of what it sends.
  @Test func theAnswerEndsAfterTheRequest() throws {
    let hub = try HubMachine()
    let machine = hub.machine
    try hub.start("--timeout 3")
    // What a client says that has no news is said to the hub by hand, but for the request's end.
    let script = """
      set -e
      $FSYNC sync -q \(hub.url())
      printf '%s\\n' '#!/bin/sh' "tee $PWD/../said | $FSYNC serve --stdio $PWD/../hub/notes" >../line
      chmod +x ../line
      FSYNC_SSH_COMMAND="$PWD/../line" $FSYNC sync -q ssh://host/notes
      say() {
        exec 3<>/dev/tcp/127.0.0.1/\(hub.port)
        printf '%s\\r\\n' 'POST /notes/sync HTTP/1.1' 'Host: localhost' 'Connection: close' \
          'Transfer-Encoding: chunked' 'Content-Type: application/x-fsync-session' '' >&3
        printf '%x\\r\\n' $(stat -c %s ../said) >&3; cat ../said >&3; printf '\\r\\n' >&3
      }
      end() { printf '0\\r\\n\\r\\n'; }
      say; timeout 1 cat <&3 >../before || [ $? = 124 ]
      end >&3; timeout 20 cat <&3 >../after
      grep -q '^HTTP/1.1 200' ../before
      if tail -c 5 ../before | cmp -s - <(end); then echo 'it ended before' >&2; exit 1; fi
      tail -c 5 ../after | cmp - <(end)
      # Who never ends is not waited for without end.
      say; timeout 20 cat <&3 | tail -c 5 | cmp - <(end)
      """
    try machine.shell(script).expect()
  }

  /// The answer's end takes a round trip after all has been said: a command does not wait for it,
  /// and the request ends properly nevertheless.
  @Test func aSyncIsOverBeforeTheAnswerEnds() throws {
    let hub = try HubMachine()
    try hub.start()
    let port = hub.port
    let proxy = try Gateway { head, _ in .relay(port: port, head: head, keepsEnd: true) }
    defer {
      proxy.release()
      proxy.stop()
    }
    for _ in 0..<2 {
      try hub.machine.fsync("sync", "-q", "http://127.0.0.1:\(proxy.port)/notes").expect()
    }
    #expect(proxy.keptEnds == (0, 0))
    proxy.release()
    var metrics = ""
    for _ in 0..<200 where proxy.keptEnds.delivered < 2 || !metrics.contains("_active 0\n") {
      metrics = try hub.answer("GET", "/metrics")
    }
    #expect(proxy.keptEnds == (2, 0))
    #expect(metrics.contains("fsync_hub_sessions_active 0\n"))
  }
}
