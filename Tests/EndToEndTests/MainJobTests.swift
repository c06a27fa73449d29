import TestSupport
import Testing

@Suite struct MainJobTests {
  @Test func aFolderBecomesARepository() throws {
    let machine = try Machine()
    try machine.write("desk/a", "a")
    let made = try machine.fsync("init", "--name", "desk").expect()
    #expect(made.text == "repository desk in \(machine.path)/desk\n")
    #expect(machine.exists("desk/.fsync/journal"))
    #expect(try machine.fsync("status").expect().text.contains("A a\n"))
    let commit = try machine.fsync("commit", "-m", "first").expect()
    #expect(commit.text.hasSuffix(": 2 added\n"))
    #expect(try machine.fsync("commit").expect().text == "nothing to commit\n")
    #expect(try machine.fsync("status").expect().text.hasSuffix("nothing to commit\n"))
  }

  @Test func aFolderIsNamedAndMade() throws {
    let machine = try Machine()
    try machine.fsync("init", "../new", "--compression", "zlib:9").expect()
    #expect(machine.exists("new/.fsync/replica"))
    try machine.fsync("init", "--bare", "../hub").expect()
    #expect(machine.exists("hub/journal"))
  }

  @Test func theGlobalOptionsStandAnywhere() throws {
    let machine = try Machine.withDesk()
    for words in [["-C", "../desk", "log"], ["log", "-C", "../desk"]] {
      let ran = try run(
        Machine.binary, words, directory: "\(machine.path)/home",
        environment: ["HOME": "\(machine.path)/home"])
      #expect(ran.status == 0)
      #expect(ran.text.contains("    first\n"))
    }
  }

  @Test func editsOfBothSidesMeet() throws {
    let machine = try Machine.withTwo()
    try machine.write("desk/list", "oat milk\nbread\neggs\n")
    try machine.write("lap/list", "milk\nbread\nten eggs\n")
    let sync = try machine.fsync("sync", at: "lap").expect()
    #expect(sync.text.contains("origin: sent "))
    #expect(try machine.read("lap/list") == "oat milk\nbread\nten eggs\n")
    #expect(try machine.read("desk/list") == "oat milk\nbread\nten eggs\n")
    #expect(try machine.log(at: "lap") == machine.log())
    let again = try machine.fsync("sync", at: "lap").expect()
    #expect(again.text == "origin: nothing to exchange\n")
  }

  @Test func aBareRepositoryPassesOn() throws {
    let machine = try Machine.withDesk()
    try machine.fsync("init", "--bare", "../hub").expect()
    try machine.fsync("remote", "add", "hub", "../hub").expect()
    try machine.fsync("sync").expect()
    try machine.fsync("clone", "--name", "lap", "../hub", "../lap").expect()
    #expect(try machine.read("lap/list") == machine.read("desk/list"))
    try machine.fsync("clone", "--bare", "../hub", "../copy").expect()
    #expect(machine.exists("copy/journal"))
  }

  @Test(arguments: ["--plain", "--copy", "--both", "--with"])
  func aConflictIsListedAndResolved(how: String) throws {
    let machine = try Machine.withTwo()
    try machine.write("desk/note", "desk\n")
    try machine.write("lap/note", "lap\n")
    let sync = try machine.fsync("sync", at: "lap").expect(2)
    #expect(sync.errors.contains("fsync: warning: 1 conflict is open\nfsync: hint: "))
    let list = try machine.fsync("conflicts", at: "lap").expect().text
    #expect(list.hasPrefix("note: added on several sides\n"))
    #expect(list.contains("by desk") && list.contains("by lap"))
    let plain = try machine.read("lap/note")
    try machine.write("home/mine", "mine\n")
    if how == "--with" {
      try machine.fsync("resolve", "note", "--with", "../home/mine", at: "lap").expect()
    } else {
      try machine.fsync("resolve", "note", how, at: "lap").expect()
    }
    try machine.fsync("sync", at: "lap").expect()
    #expect(try machine.fsync("conflicts").expect().text == "no conflict is open\n")
    let other = plain == "lap\n" ? "desk\n" : "lap\n"
    let expected = ["--copy": other, "--with": "mine\n"][how] ?? plain
    #expect(try machine.read("desk/note") == expected)
    let names = try machine.fsync("ls").expect().text.split(separator: "\n")
    #expect(names.count { $0.hasPrefix("note") } == (how == "--both" ? 2 : 1))
  }

  @Test func aConflictGoesBackToItsBase() throws {
    let machine = try Machine.withTwo()
    try machine.write("desk/list", "desk\n")
    try machine.write("lap/list", "lap\n")
    try machine.fsync("sync", at: "lap").expect(2)
    try machine.fsync("resolve", "--base", "list", at: "lap").expect()
    #expect(try machine.read("lap/list") == "milk\nbread\neggs\n")
  }

  @Test func aFileComesBack() throws {
    let machine = try Machine.withDesk()
    try machine.shell("rm list").expect()
    try machine.fsync("commit", "-m", "oops").expect()
    let deleted = try machine.fsync("log", "--deleted", "list").expect().text
    #expect(deleted.contains("    oops\n\n  D list\n"))
    let first = try machine.log().last ?? ""
    #expect(try machine.fsync("cat", "list", "--at", first).expect().text == "milk\nbread\neggs\n")
    try machine.fsync("restore", "list", "--at", String(first.prefix(8))).expect()
    #expect(try machine.read("desk/list") == "milk\nbread\neggs\n")
    #expect(try machine.fsync("status", "--exit-code").status == 0)
  }

  @Test func everythingIsWrittenElsewhere() throws {
    let machine = try Machine.withDesk()
    try machine.fsync("restore", ".", "--to", "../out").expect()
    #expect(try machine.read("out/list") == machine.read("desk/list"))
    #expect(!machine.exists("out/.fsync"))
  }

  @Test func pathsAreRemovedAndMoved() throws {
    let machine = try Machine.withDesk()
    try machine.shell("mkdir -p deep && echo x >deep/file").expect()
    try machine.fsync("commit", "-q").expect()
    try machine.fsync("mv", "list", "deep").expect()
    #expect(machine.exists("desk/deep/list") && !machine.exists("desk/list"))
    try machine.fsync("rm", "deep").expect(1)
    try machine.fsync("rm", "-r", "deep").expect()
    #expect(!machine.exists("desk/deep"))
    try machine.shell("echo kept >kept").expect()
    try machine.fsync("commit", "-q").expect()
    try machine.fsync("rm", "--keep-files", "kept").expect()
    #expect(machine.exists("desk/kept"))
    #expect(try !machine.fsync("ls").expect().text.contains("kept"))
  }

  @Test func differencesAreWhatPatchReads() throws {
    let machine = try Machine.withDesk()
    try machine.shell("cp -r . ../old && sed -i 's/bread/rye/' list && echo new >new").expect()
    #expect(try machine.fsync("diff", "--exit-code").status == 1)
    try machine.shell("$FSYNC diff | (cd ../old && patch -p1)").expect()
    #expect(try machine.read("old/list") == machine.read("desk/list"))
    #expect(try machine.read("old/new") == "new\n")
    let statistics = try machine.fsync("diff", "--stat", "--", "list").expect().text
    #expect(statistics == "M list | +1 -1\n1 path: 1 line added, 1 removed\n")
    try machine.fsync("commit", "-q", "-m", "rye").expect()
    #expect(try machine.fsync("diff", "--exit-code").status == 0)
    let shown = try machine.fsync("show").expect().text
    #expect(shown.contains("    rye\n") && shown.contains("-bread\n+rye\n"))
  }

  @Test func binariesTellSizesAndWhatIsShared() throws {
    let machine = try Machine.withDesk()
    try machine.shell("head -c 400000 /dev/urandom >big").expect()
    try machine.fsync("commit", "-q").expect()
    try machine.shell("printf x | dd of=big bs=1 seek=390000 conv=notrunc status=none").expect()
    let text = try machine.fsync("diff").expect().text
    #expect(text.contains("Binary files a/big and b/big differ (390.6 KiB -> 390.6 KiB, "))
    #expect(text.hasSuffix(" KiB shared)\n"))
  }

  @Test func historyIsDrawn() throws {
    let machine = try Machine.withTwo()
    try machine.write("desk/a", "a")
    try machine.write("lap/b", "b")
    try machine.fsync("sync", "-q", at: "lap").expect()
    let lines = try machine.fsync("log", "--graph", at: "lap").expect().text.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(
      lines.map { $0.prefix { "*|/\\ ".contains($0) }.filter { $0 != " " } } == [
        "*", "|*", "|/", "*",
      ])
  }

  @Test func historyIsChosen() throws {
    let machine = try Machine.withDesk()
    for text in ["a", "b"] {
      try machine.write("desk/\(text)", text)
      try machine.fsync("commit", "-q", "-m", text).expect()
    }
    #expect(try machine.log().count == 3)
    #expect(try machine.log("-n", "2").count == 2)
    #expect(try machine.log("b").count == 1)
    #expect(try machine.log("--since", "1 hour ago").count == 3)
    #expect(try machine.log("--since", "9999-01-01").count == 0)
  }

  @Test func remotesAreKept() throws {
    let machine = try Machine.withDesk()
    try machine.shell("mkdir -p ../media/usb").expect()
    try machine.fsync("remote", "add", "usb", "../media/usb").expect()
    #expect(try machine.fsync("remote").expect().text == "usb  \(machine.path)/media/usb\n")
    try machine.fsync("remote", "add", "usb", "/elsewhere").expect(1)
    try machine.fsync("remote", "set-url", "usb", "/elsewhere").expect()
    #expect(try machine.fsync("remote", "list").expect().text == "usb  /elsewhere\n")
    try machine.fsync("remote", "remove", "usb").expect()
    #expect(try machine.fsync("remote").expect().text == "")
    try machine.fsync("remote", "remove", "usb").expect(1)
  }

  @Test func settingsAreKept() throws {
    let machine = try Machine.withDesk()
    try machine.fsync("config", "set", "work.threads", "1").expect()
    try machine.fsync("config", "set", "--user", "work.threads", "2").expect()
    #expect(try machine.fsync("config", "get", "work.threads").expect().text == "1\n")
    try machine.fsync("config", "unset", "work.threads").expect()
    #expect(try machine.fsync("config", "get", "work.threads").expect().text == "2\n")
    #expect(try machine.fsync("config").expect().text.contains("user.name = Ada"))
    try machine.fsync("config", "get", "output.color").expect(1)
  }

  @Test func theStoreIsLookedAfter() throws {
    let machine = try Machine.withDesk()
    #expect(try machine.fsync("fsck").expect().text.hasSuffix("all is well\n"))
    #expect(try machine.fsync("gc").expect().text.hasPrefix("dropped 0 objects; "))
    try machine.fsync("fsck", "--quick").expect()
    #expect(try machine.fsync("doctor").expect().text.contains("nothing is wrong around it"))
  }

  @Test func aCopiedFolderIsAdopted() throws {
    let machine = try Machine.withDesk()
    try machine.shell("cp -a . ../copy && echo edit >../copy/new").expect()
    let refused = try machine.fsync("commit", at: "copy").expect(1)
    #expect(refused.errors.contains("fsync doctor --adopt"))
    try machine.fsync("doctor", at: "copy").expect(1)
    try machine.fsync("doctor", "--adopt", at: "copy").expect()
    #expect(try machine.fsync("commit", at: "copy").expect().text.hasSuffix(": 1 added\n"))
    try machine.fsync("sync", "../desk", at: "copy").expect()
    #expect(try machine.read("desk/new") == "edit\n")
  }

  @Test func theVersionIsPrinted() throws {
    let machine = try Machine()
    let version = try machine.fsync("version").expect().text
    #expect(version.hasPrefix("fsync "))
    #expect(try "fsync \(machine.fsync("--version").expect().text)" == version)
  }
}
