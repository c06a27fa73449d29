import TestSupport
import Testing

/// `--retry` tries again what may pass, and nothing else.
@Suite struct RetryCommandTests {
  /// A machine with a program in ssh's place that works from its third start on.
  private func machine() throws -> Machine {
    let machine = try Machine.withDesk()
    let script = """
      mkdir ../bin && ln -s "$FSYNC" ../bin/fsync
      cat >../bin/flaky <<'END'
      #!/bin/bash
      here=$(dirname "$0"); PATH=$here:$PATH; host=${@: -2:1}; command=${@: -1}
      echo >>"$here/tries"
      [ "$(wc -l <"$here/tries")" -gt 2 ] && [ "$host" != never ] && exec sh -c "$command"
      case $host in
      cuts) cat | sh -c "$command" | head -c 300000 ;;
      *) echo "ssh: connect to host $host port 22: Connection refused" >&2; exit 255 ;;
      esac
      END
      chmod +x ../bin/flaky
      """
    try machine.shell(script).expect()
    return machine
  }

  private func ssh(_ machine: Machine) -> [String: String] {
    ["FSYNC_SSH_COMMAND": "\(machine.path)/bin/flaky", "FSYNC_TIMEOUT": "12"]
  }

  @Test func aHostThatComesBack() throws {
    let machine = try machine()
    try machine.fsync("clone", "-q", "../desk", "../lap").expect()
    try machine.write("desk/new", "new")
    let place = "gone:\(machine.path)/desk"
    let ran = try machine.fsync(
      "sync", "--retry", "3", place, at: "lap", environment: ssh(machine)
    ).expect()
    let lines = ran.errors.split(separator: "\n")
    #expect(lines.count == 2)
    for (number, line) in lines.enumerated() {
      #expect(line.contains("Connection refused; trying again in "))
      #expect(line.hasSuffix(" s (\(number + 1) of 3)"))
    }
    #expect(try machine.read("lap/new") == "new")
    // The others are not kept waiting for one that is gone.
    try machine.shell("rm ../bin/tries && echo more >more && $FSYNC commit -q").expect()
    let both = try machine.fsync(
      "sync", "--json", "--retry", "3", place, "../desk", at: "lap", environment: ssh(machine)
    ).expect().json()
    #expect(both["remotes"]?.elements.map { $0["error"] } == [.null, .null])
    #expect(both["changes"]?.elements.count == 1)
    #expect(try machine.read("lap/more") == "more\n")
  }

  @Test func withoutItThereIsOneAttempt() throws {
    let machine = try machine()
    let ran = try machine.fsync(
      "sync", "gone:\(machine.path)/desk", environment: ssh(machine)
    ).expect(3)
    #expect(!ran.errors.contains("trying again"))
    #expect(try machine.read("bin/tries") == "\n")
  }

  @Test func aCloneThatIsCutGoesOn() throws {
    let machine = try machine()
    try machine.shell("head -c 2000000 /dev/urandom >big && $FSYNC commit -q").expect()
    let ran = try machine.fsync(
      "clone", "--retry", "3", "cuts:\(machine.path)/desk", "../lap",
      environment: ssh(machine)
    ).expect()
    #expect(ran.errors.split(separator: "\n").count == 2)
    try machine.shell("cmp big ../lap/big && rm ../bin/tries").expect()
    // For cron an outage that passes is no news.
    let quiet = try machine.fsync(
      "sync", "-q", "--retry", "3", "gone:\(machine.path)/desk", at: "lap",
      environment: ssh(machine)
    ).expect()
    #expect(quiet.errors.isEmpty)
  }

  @Test func whatDoesNotPassIsNotTriedAgain() throws {
    let machine = try machine()
    try machine.fsync("init", "-q", "../other").expect()
    try machine.shell("echo x >x && $FSYNC commit -q", at: "other").expect()
    let other = try machine.fsync("sync", "--retry", "5", "../other").expect(1)
    #expect(!other.errors.contains("trying again"))
    let none = try machine.fsync("sync", "--retry", "5", "../home").expect(3)
    #expect(!none.errors.contains("trying again"))
  }

  @Test func theTimeIsABound() throws {
    let machine = try machine()
    let ran = try machine.fsync(
      "sync", "--retry", "1000", "--max-time", "2", "never:\(machine.path)/desk",
      environment: ssh(machine)
    ).expect(3)
    #expect(ran.errors.contains("error: ssh://never/"))
    try machine.fsync("sync", "--retry", "0", "../desk").expect(64)
    try machine.fsync("sync", "--limit-rate", "fast", "../desk").expect(64)
  }

  @Test func aRateIsTakenFromEverywhere() throws {
    let machine = try Machine.withTwo()
    try machine.fsync("config", "set", "sync.limit-rate", "2M", at: "lap").expect()
    try machine.shell("head -c 100000 /dev/urandom >big").expect()
    try machine.fsync("sync", at: "lap").expect()
    try machine.shell("cmp big ../lap/big").expect()
    try machine.fsync("config", "set", "sync.limit-rate", "2T", at: "lap").expect(64)
    for rate in ["0", "1G"] { try machine.fsync("sync", "--limit-rate", rate, at: "lap").expect() }
    let bad = try machine.fsync("sync", at: "lap", environment: ["FSYNC_LIMIT_RATE": "slow"])
    #expect(bad.status == 1 && bad.errors.contains("FSYNC_LIMIT_RATE"))
  }
}
