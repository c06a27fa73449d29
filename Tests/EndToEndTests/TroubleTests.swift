import Glibc
import TestSupport
import Testing

/// Bad input and trouble: a clear error with a hint, the right status, and nothing lost.
@Suite struct TroubleTests {
  @Test func outsideOfARepository() throws {
    let machine = try Machine()
    for command in ["status", "commit", "sync", "log", "diff", "show", "ls", "fsck", "gc"] {
      let ran = try machine.fsync(command).expect(1)
      #expect(ran.errors.hasPrefix("fsync: error: no fsync repository here or above: "))
      #expect(ran.errors.contains("\nfsync: hint: "))
    }
    try machine.fsync("-C", "nowhere", "status").expect(1)
  }

  @Test func aRepositoryInsideARepository() throws {
    let machine = try Machine.withDesk()
    let before = try machine.digest("desk")
    try machine.fsync("init").expect(1)
    for words in [["init", "inner"], ["init", "--bare", "inner"], ["clone", "../desk", "inner"]] {
      let ran = try run(Machine.binary, words, directory: "\(machine.path)/desk")
      #expect(ran.status == 1)
      #expect(ran.errors.contains("lies inside the repository"))
    }
    #expect(try machine.digest("desk") == before)
  }

  @Test func aCloneIntoAFolderThatIsNotEmpty() throws {
    let machine = try Machine.withDesk()
    try machine.write("lap/mine", "mine")
    let ran = try machine.fsync("clone", "../desk", "../lap").expect(1)
    #expect(ran.errors.contains("the folder is not empty"))
    #expect(try machine.shell("ls -A", at: "lap").text == "mine\n")
  }

  @Test func aCloneOfNothingLeavesNothing() throws {
    let machine = try Machine()
    try machine.fsync("clone", "../nowhere", "../lap").expect(3)
    try machine.fsync("clone", "../home", "../lap").expect(3)
    #expect(!machine.exists("lap"))
  }

  @Test func anotherRepository() throws {
    let machine = try Machine.withDesk()
    try machine.fsync("init", "-q", "../other").expect()
    try machine.shell("echo x >x && $FSYNC commit -q", at: "other").expect()
    let ran = try machine.fsync("sync", "../other").expect(1)
    #expect(ran.errors.contains("the remote is another repository"))
    #expect(!machine.exists("desk/x") && !machine.exists("other/list"))
  }

  @Test func aTornJournalTailIsCutOff() throws {
    let machine = try Machine.withDesk()
    try machine.shell("printf 'garbage after a crash' >>.fsync/journal-00000001").expect()
    #expect(try machine.fsync("status").status == 0)
    try machine.write("desk/new", "new")
    #expect(try machine.fsync("commit").expect().text.contains("1 added"))
    #expect(try machine.fsync("fsck").status == 0)
    #expect(try machine.log().count == 2)
  }

  @Test func anIndexIsOnlyACache() throws {
    let machine = try Machine.withDesk()
    try machine.shell("printf XXXXXXXXXXXX | dd of=.fsync/index conv=notrunc status=none").expect()
    #expect(try machine.fsync("status", "--exit-code").status == 0)
    try machine.shell("rm .fsync/index").expect()
    #expect(try machine.fsync("status", "--exit-code").status == 0)
    #expect(try machine.fsync("commit").expect().text == "nothing to commit\n")
  }

  @Test func aDamagedPackIsFound() throws {
    let machine = try Machine.withDesk()
    try machine.shell("head -c 20000000 /dev/urandom >big && $FSYNC commit -q").expect()
    try machine.shell("ls .fsync/packs | grep -q . ").expect()
    let damage = """
      printf XXXX | dd of=$(ls .fsync/packs/* | head -n 1) bs=1 seek=5000000 conv=notrunc status=none
      """
    try machine.shell(damage).expect()
    let ran = try machine.fsync("fsck").expect(6)
    #expect(ran.text.contains("is damaged"))
    #expect(ran.errors.contains("\nfsync: hint: "))
    #expect(try machine.fsync("status", "--exit-code").status == 0)
  }

  @Test func aJournalThatIsRuinedIs6() throws {
    let machine = try Machine.withDesk()
    try machine.shell("printf XXXX | dd of=.fsync/journal-00000001 conv=notrunc status=none")
      .expect()
    let ran = try machine.fsync("status").expect(6)
    #expect(ran.errors.hasPrefix("fsync: error: the repository is damaged: "))
  }

  @Test func aConfigurationThatDoesNotParse() throws {
    let machine = try Machine.withDesk()
    try machine.shell("printf '\\n[work\\n' >>.fsync/config").expect()
    let ran = try machine.fsync("status").expect(1)
    #expect(ran.errors.contains("\(machine.path)/desk/.fsync/config, line "))
    #expect(ran.errors.contains("fsync: hint: correct the file"))
  }

  @Test func aValueOutOfBounds() throws {
    let machine = try Machine.withDesk()
    try machine.shell("printf '[work]\\nthreads = 0\\n' >>.fsync/config").expect()
    #expect(try machine.fsync("status").expect(1).errors.contains("work.threads must be a number"))
    let ran = try machine.fsync("status", at: "desk", environment: ["FSYNC_THREADS": "no"])
    #expect(ran.status == 1)
  }

  @Test(.enabled(if: geteuid() != 0)) func whatCannotBeReadStaysInHistory() throws {
    let machine = try Machine.withDesk()
    try machine.shell("mkdir private && echo x >private/x").expect()
    try machine.fsync("commit", "-q").expect()
    try machine.shell("chmod 0 private").expect()
    let ran = try machine.fsync("commit").expect(3)
    #expect(ran.errors.contains("private: permission denied; history keeps it"))
    #expect(try machine.fsync("ls", "private").expect().text == "private/x\n")
    try machine.shell("chmod 755 private").expect()
    #expect(try machine.fsync("status", "--exit-code").status == 0)
  }

  @Test func whatIsNoFileIsSkipped() throws {
    let machine = try Machine.withDesk()
    try machine.shell("mkfifo fifo").expect()
    let quiet = try machine.fsync("commit").expect()
    #expect(quiet.text == "nothing to commit\n" && quiet.errors == "")
    #expect(try machine.fsync("status").expect().text.contains("skipped: 1 path (-v lists them)"))
    #expect(try machine.fsync("commit", "-v").expect().errors.contains("fifo: a FIFO; skipped"))
  }

  @Test func aRootThatWasReplaced() throws {
    let machine = try Machine.withDesk()
    try machine.shell("mkdir ../new && mv .fsync ../new/ && cd .. && rm -r desk && mv new desk")
      .expect()
    for command in ["commit", "status", "sync"] {
      let ran = try machine.fsync(command)
      #expect(ran.status == 1)
      #expect(ran.errors.contains("fsync: hint: "))
    }
    #expect(try machine.fsync("ls").expect().text == ".fsyncignore\nlist\n")
  }

  @Test func uncommittedChangesAreNeverOverwritten() throws {
    let machine = try Machine.withDesk()
    let first = try machine.log().last ?? ""
    try machine.write("desk/list", "second")
    try machine.fsync("commit", "-q").expect()
    try machine.write("desk/list", "precious")
    for words in [
      ["restore", "list", "--at", first], ["restore", ".", "--at", first], ["rm", "list"],
    ] {
      let ran = try run(Machine.binary, words, directory: "\(machine.path)/desk")
      #expect(ran.status == 1)
      #expect(ran.errors.contains("would be overwritten: list\nfsync: hint: fsync commit first"))
    }
    #expect(try machine.read("desk/list") == "precious")
  }

  @Test func momentsThatAreNone() throws {
    let machine = try Machine.withDesk()
    for text in ["nonsense", "abcdef0123", "2026-13-01", "12345", "3 parsecs ago"] {
      let ran = try machine.fsync("ls", "--at", text).expect(1)
      #expect(ran.errors.hasPrefix("fsync: error: no commit and no time: "))
    }
  }

  @Test func aBareRepositoryHasNoFolder() throws {
    let machine = try Machine()
    try machine.fsync("init", "--bare", "../hub").expect()
    for words in [["commit"], ["restore", "x"], ["rm", "x"], ["resolve", "x", "--plain"]] {
      let ran = try run(Machine.binary, words, directory: "\(machine.path)/hub")
      #expect(ran.status == 1)
    }
    #expect(try machine.fsync("status", at: "hub").status == 0)
  }

  @Test("a disk that is full from any call on loses nothing", arguments: 0..<16)
  func aFullDisk(passing: Int) throws {
    let machine = try Machine.withDesk()
    try machine.shell("head -c 200000 /dev/urandom >big && echo more >>list").expect()
    let ran = try machine.fsync(
      "commit", "-q", environment: ["FSYNC_TEST_FAULT": "any:\(passing * 17):28"])
    // Whatever the call is that finds no room, it is told of, or was of no consequence.
    #expect((ran.status == 0) == ran.errors.isEmpty, "\(ran.status): \(ran.errors)")
    #expect(try machine.fsync("fsck").status == 0)
    #expect(try machine.fsync("commit").status == 0)
    #expect(try machine.fsync("status", "--exit-code").status == 0)
    #expect(try machine.fsync("fsck").status == 0)
  }

  @Test("a kill at any call loses nothing", arguments: 0..<24)
  func aKill(step: Int) throws {
    let machine = try Machine.withTwo()
    try machine.shell("head -c 200000 /dev/urandom >big && echo desk >>list").expect()
    try machine.shell("echo lap >lap && mkdir -p deep/er && echo x >deep/er/x", at: "lap").expect()
    let fault = ["FSYNC_TEST_FAULT": "any:\(10 + step * 23):kill"]
    let ran = try machine.fsync("sync", "-q", at: "lap", environment: fault)
    #expect([0, 137].contains(ran.status))
    #expect(try machine.fsync("fsck").status == 0)
    #expect(try machine.fsync("fsck", at: "lap").status == 0)
    try machine.fsync("sync", "-q", at: "lap").expect()
    try machine.shell("diff -r -x .fsync . ../lap").expect()
    #expect(try machine.exists("desk/deep/er/x") && machine.bytes("lap/big").count == 200_000)
    try machine.shell("! find .. -name '.fsync-stage*' -o -path '*/stage/*' | grep .").expect()
  }
}
