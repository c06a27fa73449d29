import TestSupport
import Testing

/// `fsync prune` as people meet it: what goes, what stays, and what they are told.
@Suite struct PruneCommandTests {
  /// A machine whose `desk` has a clone `lap` and five commits of one file, all known to both.
  private func machine() throws -> Machine {
    let machine = try Machine.withTwo()
    for number in 1...5 {
      try machine.shell("head -c 200000 /dev/urandom >big && echo \(number) >note").expect()
      try machine.fsync("commit", "-q", "-m", "step \(number)").expect()
    }
    try machine.fsync("sync", "-q", at: "lap").expect()
    return machine
  }

  @Test func withoutARuleItRefusesToGuess() throws {
    let machine = try machine()
    let before = try machine.digest("desk")
    let ran = try machine.fsync("prune").expect(64)
    #expect(ran.errors.contains("no rule says what to keep"))
    for words in [["--keep-last", "0"], ["--keep-daily", "-1"], ["--keep-within", "often"]] {
      let ran = try run(
        Machine.binary, ["prune"] + words, directory: "\(machine.path)/desk")
      #expect(ran.status == 64)
    }
    #expect(try machine.digest("desk") == before)
    try machine.fsync("config", "set", "prune.keep-last", "1").expect()
    let preview = try machine.fsync("prune", "--dry-run").expect().text
    #expect(preview.contains("keep their content (last 1)"))
    // An option goes over all of the configuration's rules.
    let other = try machine.fsync("prune", "--keep-daily", "3", "--dry-run").expect().text
    #expect(other.contains("(daily 3)"))
  }

  @Test func aDryRunTellsWhatWouldGoAndChangesNothing() throws {
    let machine = try machine()
    let before = try machine.digest(".")
    let text = try machine.fsync("prune", "--keep-last", "1", "--dry-run").expect().text
    let commits = try machine.log()
    #expect(try machine.digest(".") == before)
    let lines = text.split(separator: "\n")
    #expect(lines.count == commits.count + 2)
    for (line, id) in zip(lines, commits) { #expect(line.contains(id.prefix(12))) }
    #expect(lines[0].hasPrefix("keep ") && lines[0].hasSuffix("last, needed"))
    #expect(lines[5].hasPrefix("prune"))
    let document = try machine.fsync("prune", "--keep-last", "1", "--dry-run", "--json")
      .expect().json()
    #expect(document["pruned"] == .number(4) && document["kept"] == .number(2))
    guard case .number(let bytes)? = document["bytesFreed"] else {
      Issue.record("no bytes")
      return
    }
    #expect(bytes > 590_000)
    #expect(document["commits"]?.elements.map { $0["id"]?.text } == commits)
  }

  @Test func whatIsPrunedIsExplained() throws {
    let machine = try machine()
    let commits = try machine.log()
    let (new, old) = (commits[0], commits[3])
    try machine.fsync("sync", "-q", at: "lap").expect()
    let size = try machine.shell("du -sb .fsync/ | cut -f1", at: "lap").expect().text
    try machine.fsync("prune", "-q", "--keep-last", "1", at: "lap").expect()
    let left = try machine.shell("du -sb .fsync/ | cut -f1", at: "lap").expect().text
    let trimmed = { (text: String) in Int(text.filter(\.isNumber)) ?? 0 }
    #expect(trimmed(left) < trimmed(size) - 500_000)
    let listing = try machine.digest("lap", index: false)
    for words in [
      ["cat", "--at", old, "note"], ["restore", "--at", old, "note"],
      ["restore", "--at", old, "."],
      ["restore", "--at", old, ".", "--to", "../out"], ["diff", old], ["show", old],
    ] {
      let ran = try run(
        Machine.binary, words, directory: "\(machine.path)/lap",
        environment: ["HOME": "\(machine.path)/home"])
      #expect(ran.status == 1, "\(words)")
      #expect(ran.errors.contains("content of commit"), "\(words): \(ran.errors)")
      #expect(ran.errors.contains("was pruned here on"), "\(words): \(ran.errors)")
      #expect(ran.errors.contains("origin (had the commit when last synced)"), "\(words)")
      #expect(ran.errors.contains("fsync -C \(machine.path)/desk cat"), "\(words)")
    }
    #expect(try machine.digest("lap", index: false) == listing)
    // The skeleton tells the rest.
    #expect(try machine.log(at: "lap") == commits)
    #expect(try machine.fsync("ls", "--at", old, at: "lap").expect().text.contains("note"))
    let statistics = try machine.fsync("diff", "--stat", old, new, at: "lap").expect().text
    #expect(statistics.contains("M note | 2 B -> 2 B"))
    #expect(try machine.fsync("log", "note", at: "lap").expect().text.contains("step 3"))
    try machine.fsync("fsck", at: "lap").expect()
    // It is as the hint says.
    #expect(try machine.fsync("cat", "--at", old, "note").expect().text == "2\n")
  }

  @Test func syncsGoOnBothWaysAndAPrunedOneIsCloned() throws {
    let machine = try machine()
    let old = try machine.log()[3]
    try machine.fsync("prune", "-q", "--keep-last", "1", at: "lap").expect()
    try machine.shell("echo lap >mine", at: "lap").expect()
    try machine.shell("echo desk >other").expect()
    try machine.fsync("sync", "-q", at: "lap").expect()
    try machine.fsync("sync", "-q", "../lap").expect()
    try machine.shell("diff -r -x .fsync . ../lap").expect()
    #expect(try machine.fsync("cat", "--at", old, "note").expect().text == "2\n")
    try machine.fsync("cat", "--at", old, "note", at: "lap").expect(1)
    try machine.fsync("clone", "-q", "--name", "third", "../lap", "../third").expect()
    try machine.shell("diff -r -x .fsync . ../third").expect()
    let ran = try machine.fsync("cat", "--at", old, "note", at: "third").expect(1)
    #expect(ran.errors.contains("from lap, where it had been pruned"))
    try machine.shell("echo third >note", at: "third").expect()
    try machine.fsync("sync", "-q", at: "third").expect()
    try machine.fsync("sync", "-q", at: "lap").expect()
    #expect(try machine.read("desk/note") == "third\n")
    for folder in ["desk", "lap", "third"] { try machine.fsync("fsck", at: folder).expect() }
  }

  @Test func contentThatIsLostIsStillDamage() throws {
    let machine = try machine()
    try machine.fsync("prune", "-q", "--keep-last", "1").expect()
    let damage = """
      printf XXXXXXXXXXXXXXXX | dd of=$(ls -S .fsync/packs/* | head -n 1) bs=1 seek=5000 \
        conv=notrunc status=none
      """
    try machine.shell(damage).expect()
    try machine.fsync("fsck").expect(6)
  }

  @Test(
    "a kill at any call leaves all content, or what the next run goes on with", arguments: 0..<20)
  func aKill(step: Int) throws {
    let machine = try machine()
    let old = try machine.log()[3]
    let ran = try machine.fsync(
      "prune", "-q", "--keep-last", "1",
      environment: ["FSYNC_TEST_FAULT": "any:\(5 + step * 9):kill"])
    #expect([0, 137].contains(ran.status))
    try machine.fsync("fsck").expect()
    #expect(try machine.fsync("status", "--exit-code").status == 0)
    let content = try machine.fsync("cat", "--at", old, "note")
    #expect(content.status == 1 || content.text == "2\n")
    #expect(try machine.read("desk/note") == "5\n")
    try machine.fsync("prune", "-q", "--keep-last", "1").expect()
    try machine.fsync("cat", "--at", old, "note").expect(1)
    try machine.fsync("fsck").expect()
    let again = try machine.fsync("prune", "--keep-last", "1", "--json").expect().json()
    #expect(again["objectsDropped"] == .number(0))
  }
}
