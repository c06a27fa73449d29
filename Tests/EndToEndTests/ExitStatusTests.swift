import FsyncWords
import TestSupport
import Testing

/// Every status that scripts rely on.
@Suite struct ExitStatusTests {
  @Test func doneIs0() throws {
    let machine = try Machine.withDesk()
    for command in ["commit", "status", "log", "conflicts", "fsck"] {
      #expect(try machine.fsync(command).status == 0)
    }
  }

  @Test func failedIs1AndNothingChanged() throws {
    let machine = try Machine.withDesk()
    let before = try machine.digest("desk")
    for words in [
      ["rm", "nothing"], ["cat", "nothing"], ["restore", "list", "--at", "123456789a"],
    ] {
      let ran = try run(
        Machine.binary, ["-C", "\(machine.path)/desk"] + words, directory: machine.path)
      #expect(ran.status == 1)
      #expect(ran.errors.hasPrefix("fsync: error: ") && ran.errors.contains("\nfsync: hint: "))
      #expect(ran.text == "")
    }
    #expect(try machine.digest("desk") == before)
  }

  @Test func thereAreChangesIs1() throws {
    let machine = try Machine.withDesk()
    try machine.write("desk/new", "new")
    #expect(try machine.fsync("status", "--exit-code").status == 1)
    #expect(try machine.fsync("status", "--exit-code", "-q").text == "")
    #expect(try machine.fsync("diff", "--exit-code").status == 1)
    #expect(try machine.fsync("diff", "--exit-code", "now", "now").status == 0)
    #expect(try machine.fsync("diff", "--exit-code", "--", "list").status == 0)
  }

  @Test func conflictsAre2InEveryRunAndToldInTheFirst() throws {
    let machine = try Machine.withTwo()
    try machine.write("desk/note", "desk")
    try machine.write("lap/note", "lap")
    let first = try machine.fsync("sync", "--quiet", at: "lap").expect(2)
    #expect(first.text == "" && first.errors.contains("1 conflict is open"))
    let second = try machine.fsync("sync", "--quiet", at: "lap").expect(2)
    #expect(second.text == "" && second.errors == "")
    #expect(try machine.fsync("sync", at: "lap").expect(2).errors.contains("1 conflict is open"))
  }

  @Test func aRemoteThatIsNotThereIs3() throws {
    let machine = try Machine.withTwo()
    try machine.shell("mv ../desk ../away", at: "lap").expect()
    let ran = try machine.fsync("sync", at: "lap").expect(3)
    #expect(ran.errors.hasPrefix("fsync: error: origin: the remote cannot be reached: "))
    try machine.fsync("remote", "add", "other", "../away", at: "lap").expect()
    #expect(try machine.fsync("sync", "other", at: "lap").status == 0)
    // One that answers does not hide one that does not.
    #expect(try machine.fsync("sync", at: "lap").status == 3)
  }

  @Test func noRepositoryAtTheRemoteIs3() throws {
    let machine = try Machine.withDesk()
    let ran = try machine.fsync("sync", "../home").expect(3)
    #expect(ran.errors.contains("no repository is at the remote's place"))
  }

  @Test func aFullDiskIs3() throws {
    let machine = try Machine.withDesk()
    try machine.write("desk/new", "new")
    let ran = try machine.fsync("commit", environment: ["FSYNC_TEST_FAULT": "sync:0:28"]).expect(3)
    #expect(ran.errors.contains("the disk is full\nfsync: hint: make room"))
    #expect(try machine.fsync("commit").expect().text.contains("1 added"))
    #expect(try machine.fsync("fsck").status == 0)
  }

  @Test func outOfTimeIs3() throws {
    let machine = try Machine.withTwo()
    // The far folder's lock is held, so that there is something to wait for.
    let script = "flock .fsync/locks/tree $FSYNC -C ../lap sync --max-time 1s"
    let ran = try machine.shell(script)
    #expect(ran.status == 3)
    #expect(ran.errors.contains("fsync: error: "))
  }

  @Test func anotherSyncAtWorkIs5() throws {
    let machine = try Machine.withTwo()
    let script = "flock .fsync/locks/sync $FSYNC sync"
    let ran = try machine.shell(script, at: "lap").expect(5)
    #expect(ran.errors.contains("another fsync is at work"))
    let quiet = try machine.shell("\(script) --quiet", at: "lap").expect(5)
    #expect(quiet.text == "" && quiet.errors == "")
  }

  @Test func damageIs6() throws {
    let machine = try Machine.withDesk()
    try machine.shell("head -c 300000 /dev/urandom >big").expect()
    try machine.fsync("commit", "-q").expect()
    let damage = """
      file=$(ls -S .fsync/journals/* .fsync/packs/* .fsync/journal-* 2>/dev/null | head -n 1)
      printf 'XXXXXXXX' | dd of="$file" bs=1 seek=150000 conv=notrunc status=none
      """
    try machine.shell(damage).expect()
    let ran = try machine.fsync("fsck").expect(6)
    #expect(ran.errors.contains("found\nfsync: hint: "))
    #expect(try machine.fsync("cat", "big").status == 6)
  }

  @Test(arguments: [
    ["nonsense"], ["status", "--nonsense"], ["log", "-n"], ["log", "-n", "x"], ["cat"],
    ["resolve", "a"], ["resolve", "a", "--plain", "--base"], ["resolve", "a", "b", "--plain"],
    ["config", "set", "work.threads", "1000"], ["config", "get", "no.such"], ["status", "extra"],
    ["sync", "--max-time", "soon"], ["init", "--compression", "lzma"],
    ["remote", "add", "a/b", "c"],
    ["clone", "gopher://host/x"], ["commit", "--color", "mauve"], ["serve", "--stdio"],
  ])
  func aCommandLineThatMakesNoSenseIs64(words: [String]) throws {
    let machine = try Machine()
    let ran = try run(Machine.binary, words, directory: machine.path)
    #expect(ran.status == 64)
    #expect(ran.errors.hasPrefix("fsync: error: ") && ran.errors.contains("\nfsync: hint: see '"))
    #expect(ran.text == "")
  }

  @Test(arguments: ["INT", "TERM"])
  func aSignalIs130(signal: String) throws {
    let machine = try Machine.withDesk()
    // It waits for a peer that says nothing, until it is told to stop.
    let script = """
      mkfifo ../pipe; sleep 60 >../pipe & sleeper=$!
      $FSYNC serve --stdio . <../pipe >/dev/null 2>../err & server=$!
      until readlink /proc/$server/fd/* | grep -q /journal-; do :; done
      kill -\(signal) $server; wait $server; status=$?
      kill $sleeper
      exit $status
      """
    let ran = try machine.shell("set -m\n" + script)
    #expect(ran.status == 130)
    #expect(try machine.read("err").contains("fsync: error: interrupted\n"))
  }

  @Test func aReaderThatGoesEndsQuietly() throws {
    let machine = try Machine.withDesk()
    try machine.shell("head -c 3000000 /dev/zero | tr '\\0' 'x' >long").expect()
    try machine.fsync("commit", "-q").expect()
    let ran = try machine.shell("$FSYNC cat long | head -c 3; exit ${PIPESTATUS[0]}").expect()
    #expect(ran.text == "xxx" && ran.errors == "")
  }

  @Test func anOutputThatCannotBeWrittenIsToldOf() throws {
    let machine = try Machine.withDesk()
    let ran = try machine.shell("$FSYNC log >/dev/full").expect(3)
    #expect(ran.errors.contains("output: the disk is full"))
  }

  @Test func closedStreamsDoNotReachTheRepository() throws {
    let machine = try Machine.withDesk()
    try machine.write("desk/new", "new")
    try machine.shell("$FSYNC commit <&- >&- 2>&-").expect()
    #expect(try machine.fsync("fsck").status == 0)
  }
}
