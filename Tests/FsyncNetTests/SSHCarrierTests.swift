import FsyncNet
import FsyncSystem
import FsyncWire
import Glibc
import TestSupport
import Testing

/// A shell script in ssh's place, which hands the command to a shell as sshd does.
@Suite struct SSHCarrierTests {
  private static let handOver = "for last; do :; done; exec sh -c \"$last\""

  /// Connects to `text` through a script of this name, whose directory is its variable `here`.
  private static func carrier(
    _ text: String, in here: String, script: String, named name: String = "ssh",
    command: String? = nil, patience: Double = bound
  ) throws -> ProcessCarrier {
    let program = "\(here)/\(name)"
    try writeProgram(program, "here='\(here)'\n\(script)\n")
    guard case .ssh(let place) = try RemoteURL(text, relativeTo: bytes("/")) else {
      throw CarrierError.disconnected
    }
    return try ProcessCarrier(
      place, ssh: [program], command: command, timeout: bound, patience: patience)
  }

  /// Writes a program from another process: one that this process has open for writing, and that a
  /// child of another test inherits for a moment, could not be run.
  private static func writeProgram(_ path: String, _ script: String) throws {
    let words = ["-c", "cat > \"$0\" && chmod 755 \"$0\"", path]
    let ran = try run("/bin/sh", words, input: bytes("#!/bin/sh\n\(script)"))
    #expect(ran.status == 0)
  }

  @Test func sshIsToldWhatToRunAndCarriesTheBytes() async throws {
    let directory = try TemporaryDirectory()
    let here = directory.path
    var random = SplitMix(seed: 3)
    let content = random.bytes(4 << 20)
    let (back, farewells) = try await onThread {
      try Self.writeProgram(
        "\(here)/far fsync", "printf '%s\\0' \"$@\" > '\(here)/far'; exec cat")
      let carrier = try Self.carrier(
        "ssh://ada@host:2222/srv/it's%20a!", in: here,
        script: "printf '%s\\0' \"$@\" > \"$here/near\"; \(Self.handOver)",
        command: "'\(here)/far fsync' -q")
      return (try carrier.exchange(content), [carrier.close(), carrier.close()])
    }
    #expect(back == content)
    #expect(farewells == [nil, nil])
    let command = "'\(here)/far fsync' -q serve --stdio '/srv/it'\\''s a'\\!''"
    let near = ["-p", "2222", "--", "ada@host", command]
    #expect(try directory.read("near") == bytes(near.map { $0 + "\0" }.joined()))
    let far = ["-q", "serve", "--stdio", "/srv/it's a!"]
    #expect(try directory.read("far") == bytes(far.map { $0 + "\0" }.joined()))
  }

  @Test(arguments: [
    ("host:photos", "HOME/photos"),
    ("host:~", "HOME"),
    ("host:~/", "HOME/"),
    ("host:~/$x `y` *", "HOME/$x `y` *"),
    ("ssh://host/~root/a%20b", "ROOT/a b"),
    ("host:/~root", "/~root"),
    ("host:-x", "HOME/-x"),
  ])
  func aFarShellExpandsHomesAndNothingElse(_ text: String, _ path: String) async throws {
    let directory = try TemporaryDirectory()
    let here = directory.path
    let (received, farewell) = try await onThread {
      try Self.writeProgram("\(here)/fsync", "printf '%s' \"$3\"")
      let carrier = try Self.carrier(
        text, in: here, script: "export HOME=/home/ada PATH=\"$here:$PATH\"; \(Self.handOver)")
      return (try carrier.exchange([]), carrier.close())
    }
    let root = try run("sh", ["-c", "printf %s ~root"]).stdout
    let expected = path.replacing("HOME", with: "/home/ada")
      .replacing("ROOT", with: String(decoding: root, as: UTF8.self))
    #expect(String(decoding: received, as: UTF8.self) == expected)
    #expect(farewell == nil)
  }

  /// Only OpenSSH is known to take `--`.
  @Test func anotherProgramIsToldLess() async throws {
    let directory = try TemporaryDirectory()
    let here = directory.path
    let received = try await onThread {
      try Self.carrier(
        "[::1]:/x", in: here, script: "printf '%s,' \"$@\"", named: "dbclient"
      ).exchange([])
    }
    #expect(received == bytes("::1,fsync serve --stdio '/x',"))
  }

  @Test func aFarewellTellsHowItEnded() async throws {
    let directory = try TemporaryDirectory()
    let here = directory.path
    let (received, farewells) = try await onThread {
      let carrier = try Self.carrier(
        "host:x", in: here, script: "echo 'ssh: no route to host' >&2; exit 255")
      return (try carrier.exchange([]), [carrier.close(), carrier.close()])
    }
    #expect(received == [])
    let farewell = Farewell(status: 255, text: bytes("ssh: no route to host\n"))
    #expect(farewells == [farewell, farewell])
  }

  /// More than a pipe holds, so that ssh would wait for ever if nobody read.
  @Test func theLastOfManyWordsAreKept() async throws {
    let directory = try TemporaryDirectory()
    let here = directory.path
    let (received, farewell) = try await onThread {
      let carrier = try Self.carrier(
        "host:x", in: here, script: "yes abcdefg | head -c 1000000 >&2; echo done; exit 3")
      return (try carrier.exchange([]), carrier.close())
    }
    #expect(received == bytes("done\n"))
    let text = (0..<1024).flatMap { _ in bytes("abcdefg\n") }
    #expect(farewell == Farewell(status: 3, text: text))
  }

  /// A master connection, for instance, outlives ssh and has its standard error.
  @Test func whatOutlivesSSHIsNotWaitedFor() async throws {
    let directory = try TemporaryDirectory()
    let here = directory.path
    let (received, farewell) = try await onThread {
      let carrier = try Self.carrier(
        "host:x", in: here,
        script: "sleep 600 <&- >&- & echo $! > \"$here/pid\"; echo bye >&2; exit 4")
      return (try carrier.exchange([]), carrier.close())
    }
    #expect(received == [])
    #expect(farewell == Farewell(status: 4, text: bytes("bye\n")))
    // It was not ended: this is what ends it.
    #expect(kill(try Self.process(here), SIGKILL) == 0)
  }

  @Test(arguments: ["exec sleep 600", "trap '' TERM; while :; do sleep 0.1; done"])
  func whatHangsIsEnded(_ script: String) async throws {
    let directory = try TemporaryDirectory()
    let here = directory.path
    let (received, farewell, isAlive) = try await onThread {
      let carrier = try Self.carrier(
        "host:x", in: here, script: "echo $$ > \"$here/pid\"; echo up; \(script)", patience: 0.05)
      let received = try carrier.transfer([], room: 9).bytes
      let farewell = carrier.close()
      let process = try Self.process(here)
      let end = Clock.monotonic() + bound
      while kill(process, 0) == 0, Clock.monotonic() < end { usleep(10_000) }
      return (received, farewell, kill(process, 0) == 0)
    }
    #expect(received == bytes("up\n"))
    #expect(farewell == Farewell(status: nil, text: []))
    #expect(!isAlive)
  }

  private static func process(_ here: String) throws -> pid_t {
    let text = try File(bytes("\(here)/pid"), .read).readAll(atMost: 100)
    return try #require(pid_t(String(decoding: text.dropLast(), as: UTF8.self)))
  }

  @Test func sshThatCannotBeRunIsUnreachable() async throws {
    let directory = try TemporaryDirectory()
    try directory.write("text", bytes("no program"))
    let text = directory.appending("text")
    let url = try RemoteURL("host:x", relativeTo: bytes("/"))
    for (words, why) in [
      ([], "no ssh command is configured"),
      ([""], "no ssh command is configured"),
      (["fsync-no-such-program"], "fsync-no-such-program cannot be run: there is no such program"),
      ([text], "\(text) cannot be run: there is no such program"),
    ] as [([String], String)] {
      let error = try await onThread {
        failure { () throws(CarrierError) in
          try url.connect(ssh: words, command: nil, timeout: bound) { _, _ in }
        }
      }
      #expect(error == .unreachable(bytes(why)))
    }
  }

  /// Somebody who blocks all threads of the concurrency runtime must not block ssh too.
  @Test func othersTasksAreNotWaitedFor() async throws {
    let gate = BoundedQueue<Int>(capacity: 1)
    for _ in 0..<(4 * Workers.processors) { Task.detached { _ = gate.pop() } }
    let farewell = try await onThread {
      defer { gate.close() }
      return try RemoteURL("host:x", relativeTo: bytes("/")).connect(
        ssh: ["sh", "-c", "exit 3"], command: nil, timeout: bound
      ) { _, _ in }.close()
    }
    #expect(farewell == Farewell(status: 3, text: []))
  }

  /// In a process of its own, where nobody else opens anything.
  @Test func nothingIsLeftOpen() async {
    await #expect(processExitsWith: .success) {
      try await onThread {
        var counts: [Int] = []
        for round in 0..<20 {
          let words = round % 2 == 0 ? ["sh", "-c", "exit 1"] : ["fsync-no-such-program"]
          let url = try RemoteURL("host:x", relativeTo: bytes("/"))
          let carrier = try? url.connect(ssh: words, command: nil, timeout: bound) { _, _ in }
          _ = carrier?.close()
          var open = 0
          for number in Int32(0)..<200 where fcntl(number, F_GETFD) >= 0 { open += 1 }
          counts.append(open)
        }
        // The first rounds start what all later ones share.
        precondition(counts[2...].allSatisfy { $0 == counts[2] }, "\(counts)")
      }
    }
  }
}
