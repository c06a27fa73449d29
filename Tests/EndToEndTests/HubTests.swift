import Glibc
import TestSupport
import Testing

/// Syncs through a hub over HTTP: the built commands, on the loopback interface.
@Suite struct HubTests {
  @Test func twoMachinesMeetAtAHub() throws {
    let hub = try HubMachine()
    let machine = hub.machine
    try hub.start()
    try machine.fsync("remote", "add", "-q", "hub", hub.url()).expect()
    try machine.fsync("sync", "-q").expect()
    try machine.fsync("clone", "-q", "--name", "lap", hub.url(), "../lap").expect()
    #expect(try machine.read("lap/list") == machine.read("desk/list"))
    try machine.write("desk/a", "a")
    try machine.write("lap/b", "b")
    try machine.write("desk/list", "milk\nbread\neggs\nfrom desk\n")
    try machine.write("lap/list", "from lap\nmilk\nbread\neggs\n")
    try machine.fsync("sync", "-q").expect()
    try machine.fsync("sync", "-q", at: "lap").expect()
    try machine.fsync("sync", "-q").expect()
    try machine.shell("diff -r -x .fsync . ../lap").expect()
    #expect(try machine.read("desk/list") == "from lap\nmilk\nbread\neggs\nfrom desk\n")
    let idle = try machine.fsync("sync", "--json").expect().json()
    #expect(idle["roundTrips"] == .number(1))
    for folder in ["desk", "lap", "hub/notes"] {
      try machine.fsync("fsck", "-q", at: folder).expect()
    }
  }

  @Test func aTokenSaysWhoMayDoWhat() throws {
    let hub = try HubMachine()
    let machine = hub.machine
    try machine.shell("$FSYNC -C ../hub hub create -q secret").expect()
    let (reader, writer) = (try hub.token("--read notes"), try hub.token("--write '*'"))
    try hub.start()
    func sync(_ token: String?, _ name: String = "notes") throws -> Ran {
      try machine.fsync(
        "sync", hub.url(name), environment: token.map { ["FSYNC_TOKEN": $0] } ?? [:])
    }
    let none = try sync(nil)
    #expect(none.status == 3 && none.errors.contains("wants a token"), "\(none.errors)")
    let wrong = try sync("fst-00000000-" + String(repeating: "0", count: 64))
    #expect(wrong.status == 3 && wrong.errors.contains("does not know the token"))
    for name in ["secret", "absent"] {
      let hidden = try sync(reader, name)
      #expect(hidden.status == 3 && hidden.errors.contains("no repository is at"))
    }
    try sync(writer).expect()
    try machine.shell(
      """
      mkdir -p ../home/.config/fsync
      echo '\(hub.url()) \(reader) # a comment' >../home/.config/fsync/tokens
      chmod 644 ../home/.config/fsync/tokens
      """
    ).expect()
    let open = try sync(nil)
    #expect(open.status == 3 && open.errors.contains("chmod 600"))
    try machine.shell("chmod 600 ../home/.config/fsync/tokens").expect()
    try machine.fsync("clone", "-q", "--name", "lap", hub.url(), "../lap").expect()
    // A reader gets what is new, and what is its own stays with it.
    try machine.write("lap/mine", "mine")
    try machine.write("desk/new", "new")
    try sync(writer).expect()
    let report = try machine.fsync("sync", "--json", hub.url(), at: "lap").expect().json()
    #expect(report["remotes"]?.elements.first?["readOnly"] == .boolean(true))
    #expect(report["sent"]?["objects"] == .number(0))
    #expect(try machine.read("lap/new") == "new" && machine.read("lap/mine") == "mine")
    try sync(writer).expect()
    #expect(!machine.exists("desk/mine"))
    let words = try machine.fsync("sync", hub.url(), at: "lap").expect()
    #expect(words.text.contains("we may only read"))
    // From a command, too; and what was taken back is no longer good.
    let command = ["FSYNC_TOKEN_COMMAND": "test $FSYNC_URL = \(hub.url()) && echo '\(writer)'"]
    try machine.fsync("sync", "-q", hub.url(), environment: command).expect()
    let id = writer.split(separator: "-")[1]
    try machine.shell("$FSYNC -C ../hub hub token revoke \(id)").expect()
    #expect(try sync(writer).status == 3)
  }

  @Test func thereIsNoTellingWhatIsThere() throws {
    let hub = try HubMachine()
    _ = try hub.token("--read notes")
    try hub.start()
    func told(_ path: String, _ headers: [String] = []) throws -> String {
      try hub.answer("GET", path, headers).split(separator: "\r\n")
        .filter { !$0.lowercased().hasPrefix("date:") }.joined(separator: "\n")
    }
    let known = try told("/notes/heads")
    #expect(known.hasPrefix("HTTP/1.1 401"))
    #expect(try told("/absent/heads") == known)
    let other = try hub.token("--write '*'")
    try hub.machine.shell("$FSYNC -C ../hub hub create -q secret").expect()
    let reader = try hub.token("--read notes")
    let header = "Authorization: Bearer \(reader)"
    #expect(try told("/secret/heads", [header]) == told("/absent/heads", [header]))
    #expect(try told("/secret/heads", ["Authorization: Bearer \(other)"]).hasPrefix("HTTP/1.1 200"))
    // The paths of the file system are out of reach.
    for path in [
      "/../notes/heads", "/.hub/heads", "/%2e%2e/heads", "/notes%2f..%2f.hub/heads", "//heads",
    ] {
      let text = try told(path, [header])
      #expect(text.hasPrefix("HTTP/1.1 404"), "\(path): \(text)")
    }
  }

  @Test func failuresAreLimited() throws {
    let hub = try HubMachine()
    let token = try hub.token("--read notes")
    try hub.start()
    let wrong = "Authorization: Bearer fst-00000000-" + String(repeating: "0", count: 64)
    for _ in 0..<10 { #expect(try hub.answer("GET", "/notes/heads", [wrong]).contains(" 401 ")) }
    let limited = try hub.answer("GET", "/notes/heads", ["Authorization: Bearer \(token)"])
    #expect(limited.hasPrefix("HTTP/1.1 429") && limited.lowercased().contains("retry-after: "))
    #expect(try hub.answer("GET", "/healthz").hasPrefix("HTTP/1.1 200"))
  }

  @Test func withoutATokenOnlyThisMachineIsServed() throws {
    let hub = try HubMachine()
    for option in ["--listen 0.0.0.0:0", "--listen '[::]:0'", "--behind-proxy"] {
      let ran = try hub.machine.shell("timeout 20 $FSYNC serve ../hub \(option)")
      #expect(
        ran.status == 1 && ran.errors.contains("fsync hub token add"), "\(option): \(ran.errors)")
    }
  }

  @Test func withoutATokenAPageOfTheWebGetsNothing() throws {
    let hub = try HubMachine()
    try hub.start()
    for host in ["localhost", "127.0.0.1:\(hub.port)", "[::1]"] {
      #expect(try hub.answer("GET", "/notes/heads", host: host).hasPrefix("HTTP/1.1 200"))
    }
    for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"] {
      #expect(try hub.answer("GET", "/notes/heads", host: host).hasPrefix("HTTP/1.1 404"))
    }
    let refusal = try hub.answer("GET", "/absent/heads").lowercased()
    #expect(refusal.contains("\r\nx-content-type-options: nosniff\r\n"))
  }

  @Test func whatBothSidesPushAtOnceIsJoined() throws {
    let hub = try HubMachine()
    let machine = hub.machine
    try hub.start()
    try machine.fsync("sync", "-q", hub.url()).expect()
    let script = """
      set -e
      for n in {1..8}; do $FSYNC clone -q --name c$n \(hub.url()) ../c$n; done
      for n in {1..8}; do
        (cd ../c$n; for k in 1 2 3; do echo $n $k >f$n-$k; $FSYNC sync -q; done) & all="$all $!"
      done
      for p in $all; do wait $p; done
      for n in {1..8}; do (cd ../c$n; $FSYNC sync -q); done
      for n in {1..8}; do (cd ../c$n; $FSYNC sync -q); diff -r -x .fsync ../c1 ../c$n; done
      ls ../c1 | grep -c '^f'
      """
    #expect(try machine.shell(script).expect().text == "24\n")
    try machine.fsync("fsck", "-q", at: "hub/notes").expect()
  }

  @Test(arguments: 0..<3 as Range<UInt64>)
  func aKilledHubLosesNothing(seed: UInt64) throws {
    let hub = try HubMachine()
    let machine = hub.machine
    try hub.start()
    var random = SplitMix(seed: seed)
    try machine.shell("head -c 30000000 /dev/urandom >large").expect()
    for _ in 0..<3 {
      let seconds = Double(50 + random.below(300)) / 1000
      let ran = try machine.shell(
        """
        $FSYNC sync -q \(hub.url()) & sync=$!
        sleep \(seconds); kill -KILL \(hub.process)
        wait $sync
        """)
      #expect([0, 3].contains(ran.status), "seed \(seed): \(ran.status) \(ran.errors)")
      try hub.stop(SIGKILL)
      try hub.start()
      try machine.fsync("fsck", "-q", at: "hub/notes").expect()
    }
    try machine.fsync("sync", "-q", hub.url()).expect()
    try machine.fsync("clone", "-q", hub.url(), "../lap").expect()
    try machine.shell("cmp large ../lap/large").expect()
  }

  @Test func aHubThatIsToldToStopFinishesWhatIsInFlight() throws {
    let hub = try HubMachine()
    let machine = hub.machine
    try hub.start()
    try machine.shell("head -c 12000000 /dev/urandom >large").expect()
    let sync = "$FSYNC sync -q --limit-rate 6M \(hub.url()); echo $? >../status"
    try machine.shell("$FSYNC commit -q -m large; (\(sync)) >/dev/null 2>&1 &").expect()
    var isInFlight = false
    while !isInFlight, !machine.exists("status") {
      isInFlight = try hub.answer("GET", "/metrics").contains("\nfsync_hub_sessions_active 1\n")
    }
    #expect(isInFlight)
    try hub.stop(SIGTERM)
    try machine.shell("while ! test -s ../status; do sleep 0.05; done").expect()
    #expect(try machine.read("status") == "0\n")
    try machine.fsync("fsck", "-q", at: "hub/notes").expect()
    #expect(
      try machine.fsync("cat", "large", at: "hub/notes").stdout == machine.bytes("desk/large"))
  }

  @Test func aQuotaIsKept() throws {
    let hub = try HubMachine()
    let machine = hub.machine
    try machine.shell("$FSYNC -C ../hub hub create -q --quota 1M small").expect()
    try hub.start()
    try machine.fsync("sync", "-q", hub.url("small")).expect()
    try machine.shell("head -c 3000000 /dev/urandom >large").expect()
    let ran = try machine.fsync("sync", hub.url("small"))
    #expect(ran.status == 3 && ran.errors.contains("quota"), "\(ran.errors)")
    try machine.shell("test $(du -sk ../hub/small | cut -f1) -lt 2500").expect()
    try machine.fsync("fsck", "-q", at: "hub/small").expect()
  }

  @Test func newHeadsAreHeardOfAtOnce() throws {
    let hub = try HubMachine()
    let machine = hub.machine
    try hub.start()
    try machine.fsync("sync", "-q", hub.url()).expect()
    let first = try hub.answer("GET", "/notes/heads")
    let line = try #require(
      first.split(separator: "\r\n").first { $0.lowercased().hasPrefix("etag: ") })
    let tag = "If-None-Match: \(line.dropFirst(6))"
    #expect(first.contains("{\"heads\":[\"\(try machine.log("-n", "1")[0])\"]}"))
    #expect(try hub.answer("GET", "/notes/heads", [tag]).hasPrefix("HTTP/1.1 304"))
    #expect(try hub.answer("GET", "/notes/heads?wait=0.5", [tag]).hasPrefix("HTTP/1.1 304"))
    try machine.shell("(sleep 0.3; echo new >new; $FSYNC sync -q \(hub.url())) >/dev/null 2>&1 &")
      .expect()
    let second = try hub.answer("GET", "/notes/heads?wait=15", [tag])
    #expect(second.hasPrefix("HTTP/1.1 200") && !second.contains(line))
  }

  @Test func itTellsHowItIs() throws {
    let hub = try HubMachine()
    try hub.start()
    try hub.machine.fsync("sync", "-q", hub.url()).expect()
    let text = try hub.answer("GET", "/metrics")
    #expect(text.contains("\nfsync_hub_sessions_total{result=\"done\"} 1\n"))
    #expect(text.contains("\nfsync_hub_sessions_active 0\n"))
    #expect(text.contains("\nfsync_hub_requests_total{status=\"200\"} "))
    let log = try hub.machine.read("hub.log")
    #expect(log.contains("path=/notes/sync") && log.contains("status=200"))
  }
}
