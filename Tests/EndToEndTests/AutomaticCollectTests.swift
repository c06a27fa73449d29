import TestSupport
import Testing

/// `fsync gc --auto`, by itself and after a commit, once there is work for it.
@Suite struct AutomaticCollectTests {
  private let machine: Machine
  /// The file of each commit, the oldest first: its id and the hash of what it holds.
  private var versions: [(commit: String, sum: String)] = []

  /// Makes commits each of which is a pack of its own: what is in it cannot be made smaller.
  init() throws {
    machine = try Machine.withDesk()
    for _ in 0..<15 { try commit(["FSYNC_GC_AUTO": "false"]) }
  }

  private mutating func commit(_ environment: [String: String] = [:]) throws {
    try machine.shell("head -c 8500000 /dev/urandom >blob; seq 20000 >>list").expect()
    try machine.fsync("commit", "-q", "-m", "blob", environment: environment).expect()
    let sum = try machine.shell("sha256sum <blob").expect().text
    versions.append((try machine.log("-n", "1")[0], sum))
  }

  private func packs() throws -> Int {
    try machine.shell("ls .fsync/packs | grep -c 'pack$' || true").expect().text
      .split(separator: "\n").first.flatMap { Int($0) } ?? 0
  }

  private func verify(_ comment: String) throws {
    let ran = try machine.fsync("fsck")
    #expect(ran.status == 0, "\(comment): \(ran.text)\(ran.errors)")
    for (commit, sum) in versions {
      let text = try machine.shell("$FSYNC cat --at \(commit) blob | sha256sum").expect().text
      #expect(text == sum, "\(comment): commit \(commit)")
    }
  }

  @Test("It waits for sixteen packs, can be killed, and is done after a commit")
  mutating func work() throws {
    #expect(try packs() == 15)
    #expect(try machine.fsync("gc", "--auto").expect().text.contains("nothing to do"))
    #expect(try packs() == 15)
    try commit(["FSYNC_GC_AUTO": "false"])
    #expect(try packs() == 16)
    for seconds in ["0.05", "0.2", "0.4"] {
      let ran = try machine.shell("timeout -s KILL \(seconds) $FSYNC gc --auto -q")
      #expect([0, 137].contains(ran.status), "\(ran.status): \(ran.errors)")
      try verify("killed after \(seconds) s")
    }
    // A commit whose collection is killed is a commit.
    try commit(["FSYNC_GC_AUTO": "false"])
    try machine.shell("echo more >>list").expect()
    let fault = ["FSYNC_TEST_FAULT": "any:150:kill"]
    let killed = try machine.fsync("commit", "-q", "-m", "more", environment: fault)
    #expect([0, 137].contains(killed.status))
    try verify("a commit, killed")
    try commit()
    #expect(try packs() < 16)
    try verify("collected")
    #expect(try machine.fsync("gc", "--auto").expect().text.contains("nothing to do"))
  }
}
