import TestSupport
import Testing

/// Syncs through a program in ssh's place, which runs the far command here, or misbehaves.
@Suite struct SSHTests {
  /// A machine with a `desk`, and `ssh` and `fsync` in a folder of programs.
  private func machine() throws -> Machine {
    let machine = try Machine.withDesk()
    let script = """
      mkdir ../bin && ln -s "$FSYNC" ../bin/fsync
      cat >../bin/fake <<'END'
      #!/bin/bash
      # The last word is the command, the one before the host.
      host=${@: -2:1}; host=${host#*@}; command=${@: -1}
      PATH=$(dirname "$0"):$PATH
      # Passes bytes on: at most so many, and one of them spoiled. The far end has pipes of its
      # own, as with ssh.
      pass() {
        perl -e '($rest, $spoil) = @ARGV;
          while ($rest > 0 && ($n = sysread STDIN, $_, 65536)) {
            $at = $spoil - $seen;
            substr($_, $at, 1) ^= "\\x01" if $at >= 0 && $at < $n;
            $n = $rest if $n > $rest;
            for ($done = 0; $done < $n; $done += $m) {
              $m = syswrite STDOUT, $_, $n - $done, $done or exit 1;
            }
            $seen += $n; $rest -= $n;
          }' "$1" "${2:--1}"
      }
      case $host in
      good) cat | sh -c "$command" | cat ;;
      gone) echo 'ssh: connect to host gone port 22: No route to host' >&2; exit 255 ;;
      lacks) echo 'sh: 1: fsync: not found' >&2; exit 127 ;;
      talks) echo 'Welcome to talks!'; cat | sh -c "$command" | cat ;;
      cuts) cat | sh -c "$command" | pass 1500 ;;
      spoils) cat | sh -c "$command" | pass 9999999 100000 ;;
      esac
      END
      chmod +x ../bin/fake
      """
    try machine.shell(script).expect()
    return machine
  }

  private func ssh(_ machine: Machine) -> [String: String] {
    ["FSYNC_SSH_COMMAND": "\(machine.path)/bin/fake", "FSYNC_TIMEOUT": "12"]
  }

  @Test func clonesAndSyncs() throws {
    let machine = try machine()
    let ssh = ssh(machine)
    try machine.fsync(
      "clone", "--name", "lap", "ssh://ada@good:2222\(machine.path)/desk", "../lap",
      environment: ssh
    ).expect()
    try machine.write("desk/a", "a")
    try machine.write("lap/b", "b")
    try machine.fsync("sync", at: "lap", environment: ssh).expect()
    #expect(try machine.read("lap/a") == "a" && machine.read("desk/b") == "b")
    #expect(try machine.log(at: "lap") == machine.log())
    let again = try machine.fsync("sync", at: "lap", environment: ssh).expect()
    #expect(again.text == "origin: nothing to exchange\n")
  }

  @Test(arguments: [
    ("gone", "No route to host"), ("lacks", "fsync: not found"), ("talks", "Welcome to talks!"),
  ])
  func aHostThatCannotBeUsedIsQuoted(host: String, words: String) throws {
    let machine = try machine()
    let before = try machine.log()
    let place = "\(host):\(machine.path)/desk"
    let sync = try machine.fsync("sync", place, environment: ssh(machine)).expect(3)
    #expect(sync.errors.contains("the remote cannot be reached: "))
    #expect(sync.errors.contains(words) && sync.errors.contains("\nfsync: hint: "))
    let clone = try machine.fsync("clone", place, "../lap", environment: ssh(machine)).expect(3)
    #expect(clone.errors.contains(words))
    #expect(!machine.exists("lap"))
    #expect(try machine.log() == before)
  }

  @Test(arguments: ["cuts", "spoils"])
  func aConnectionThatFailsInTheMiddleLosesNothing(host: String) throws {
    let machine = try machine()
    try machine.fsync("clone", "-q", "../desk", "../lap").expect()
    try machine.shell("head -c 300000 /dev/urandom >big && $FSYNC commit -q").expect()
    try machine.write("lap/mine", "mine")
    let place = "\(host):\(machine.path)/desk"
    let ran = try machine.fsync("sync", place, at: "lap", environment: ssh(machine))
    #expect(ran.status == (host == "cuts" ? 3 : 1), "\(ran.errors)")
    #expect(ran.errors.contains("fsync: error: ") && ran.errors.contains("\nfsync: hint: "))
    #expect(!machine.exists("lap/big") && machine.exists("lap/mine"))
    #expect(try machine.fsync("fsck", at: "lap").status == 0)
    try machine.fsync("sync", at: "lap").expect()
    #expect(try machine.bytes("lap/big") == machine.bytes("desk/big"))
    #expect(try machine.read("desk/mine") == "mine")
  }
}
