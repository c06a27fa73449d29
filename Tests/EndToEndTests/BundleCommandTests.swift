import Glibc
import TestSupport
import Testing

/// Bundles carry commits between machines that never see each other.
@Suite struct BundleCommandTests {
  @Test func aCloneOfABundleIsAReplicaWithoutRemotes() throws {
    let machine = try Machine.withTwoApart()
    try machine.shell("diff -r -x .fsync . ../lap").expect()
    #expect(try machine.log(at: "lap") == machine.log())
    #expect(try machine.fsync("remote", at: "lap").expect().text.isEmpty)
    #expect(try machine.fsync("fsck", at: "lap").status == 0)
    #expect(!machine.exists("all.fsb.part"))
    // Without a folder it is called as the file is.
    try machine.fsync("clone", "-q", "--bare", "../all.fsb", at: "home").expect()
    #expect(try machine.log(at: "home/all") == machine.log())
  }

  @Test func bothWaysWithAConflict() throws {
    let machine = try Machine.withTwoApart()
    try machine.write("desk/note", "desk")
    try machine.write("desk/list", "oat milk\nbread\neggs\n")
    try machine.write("lap/note", "lap")
    try machine.write("lap/list", "milk\nbread\nten eggs\n")
    // The lap knows what the desk has, from the bundle that it was cloned of.
    try machine.fsync("bundle", "create", "../back.fsb", "--for", "desk", at: "lap").expect()
    let ran = try machine.fsync("bundle", "import", "../back.fsb").expect(2)
    #expect(ran.errors.contains("1 conflict is open"))
    #expect(try machine.read("desk/list") == "oat milk\nbread\nten eggs\n")
    try machine.fsync("bundle", "create", "../there.fsb", "--for", "lap").expect()
    try machine.fsync("bundle", "import", "../there.fsb", at: "lap").expect(2)
    try machine.shell("diff -r -x .fsync . ../lap").expect()
    #expect(try machine.fsync("conflicts", at: "lap").expect().text.contains("note"))
    #expect(try machine.size(of: "back.fsb") < 2000 && machine.size(of: "there.fsb") < 2000)
    for folder in ["desk", "lap"] { #expect(try machine.fsync("fsck", at: folder).status == 0) }
  }

  @Test func whatARemoteHadAtTheLastSyncIsLeftOut() throws {
    let machine = try Machine.withTwo()
    try machine.write("lap/new", "new")
    let made = try machine.fsync(
      "bundle", "create", "--json", "../b.fsb", "--for", "origin", at: "lap"
    ).expect().json()
    #expect(made["commits"] == .number(1) && made["base"]?.elements.count == 1)
    try machine.fsync("bundle", "import", "-q", "../b.fsb").expect()
    #expect(try machine.read("desk/new") == "new")
    // An empty bundle back says that it arrived.
    let empty = try machine.fsync(
      "bundle", "create", "--json", "../empty.fsb", "--for", "lap"
    ).expect().json()
    #expect(empty["commits"] == .number(0) && empty["objects"] == .number(0))
    #expect(try machine.size(of: "empty.fsb") < 400)
    try machine.fsync("bundle", "import", "../empty.fsb", at: "lap").expect()
    let after = try machine.fsync(
      "bundle", "create", "--json", "../c.fsb", "--for", "desk", at: "lap"
    ).expect().json()
    #expect(after["commits"] == .number(0))
  }

  @Test func aSecondImportChangesNothing() throws {
    let machine = try Machine.withTwoApart()
    try machine.write("desk/new", "new")
    try machine.fsync("bundle", "create", "-q", "../b.fsb").expect()
    try machine.fsync("bundle", "import", "-q", "../b.fsb", at: "lap").expect()
    // The index is a cache, and may be written anew at any time.
    let digest = """
      find . -path ./.fsync/index -prune -o -type f -printf '%P %m %s %T@\\n' | sort
      find . -path ./.fsync/index -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
      """
    let before = try machine.shell(digest, at: "lap").expect().text
    let ran = try machine.fsync("bundle", "import", "../b.fsb", at: "lap").expect()
    #expect(ran.text.contains("desk: nothing new"))
    #expect(try machine.shell(digest, at: "lap").expect().text == before)
  }

  @Test func aSmallEditInALargeFileIsASmallBundle() throws {
    let machine = try Machine.withDesk()
    try machine.shell("head -c 30000000 /dev/urandom >big && $FSYNC commit -q").expect()
    try machine.fsync("bundle", "create", "-q", "../all.fsb").expect()
    try machine.fsync("clone", "-q", "--name", "lap", "../all.fsb", "../lap").expect()
    try machine.shell("printf x | dd of=big bs=1 seek=9000000 conv=notrunc status=none").expect()
    // What the folder held before it was committed for the bundle.
    try machine.fsync("bundle", "create", "-q", "../more.fsb", "--since", "now").expect()
    #expect(try machine.size(of: "more.fsb") < 4096)
    try machine.fsync("bundle", "import", "-q", "../more.fsb", at: "lap").expect()
    try machine.shell("cmp big ../lap/big").expect()
  }

  @Test func whatABundleHoldsIsTold() throws {
    let machine = try Machine.withTwoApart()
    try machine.write("desk/new", "new")
    let made = try machine.fsync(
      "bundle", "create", "--json", "../b.fsb", "--since", machine.log()[0]
    )
    .expect().json()
    #expect(made["commits"] == .number(1) && made["base"]?.elements.count == 1)
    #expect(made["bytes"] == .number(Double(try machine.size(of: "b.fsb"))))
    let check = try machine.fsync("bundle", "verify", "--json", "../b.fsb", at: "lap").expect()
      .json()
    for field in ["repository", "replica", "heads", "base", "commits", "objects", "bytes"] {
      #expect(check[field] == made[field], "\(field)")
    }
    #expect(check["importable"] == .boolean(true) && check["new"] == .number(1))
    let text = try machine.fsync("bundle", "verify", "../b.fsb", at: "lap").expect().text
    #expect(text.contains("it is intact, and brings 1 commit that is not here\n"))
    // Outside of a repository nothing that it builds on is there.
    let outside = try machine.fsync("bundle", "verify", "../b.fsb", at: "home").expect(3)
    #expect(outside.errors.contains("the bundle builds on 1 commit: "))
    try machine.fsync("bundle", "verify", "../all.fsb", at: "home").expect()
  }

  @Test func standardStreams() throws {
    let machine = try Machine.withTwoApart()
    try machine.write("desk/new", "new")
    let script = """
      $FSYNC bundle create - | tee ../copy.fsb | $FSYNC -C ../lap bundle import -q - &&
        $FSYNC bundle verify -q ../copy.fsb && cmp new ../lap/new
      """
    try machine.shell(script).expect()
    // The standard output is the bundle, so nothing else can be printed there.
    try machine.fsync("bundle", "create", "--json", "-").expect(64)
  }

  @Test func aBundleFromAPipeIsLookedThrough() throws {
    let machine = try Machine.withTwoApart()
    // An edit of a large file is compressed against what is there, and many files fill frames that
    // are read again after others came.
    try machine.shell(
      "head -c 3000000 /dev/urandom >big && $FSYNC bundle create -q ../big.fsb --for lap || "
        + "$FSYNC bundle create -q ../big.fsb"
    ).expect()
    try machine.fsync("bundle", "import", "-q", "../big.fsb", at: "lap").expect()
    let before = try machine.log()[0]
    try machine.shell("printf x >>big; for i in $(seq 300); do seq $i $((i*3)) >n$i; done").expect()
    try machine.fsync("bundle", "create", "-q", "../b.fsb", "--since", before).expect()
    let list = "find . -type f -printf '%P %i %s %T@ %C@\\n' | sort"
    let lap = try machine.shell(list, at: "lap").expect().text
    for command in ["verify", "import --dry-run"] {
      let direct = try machine.shell("$FSYNC bundle \(command) --json ../b.fsb", at: "lap").expect()
      let piped = try machine.shell(
        "cat ../b.fsb | $FSYNC bundle \(command) --json -", at: "lap"
      ).expect()
      #expect(direct.text.replacing("../b.fsb", with: "-") == piped.text)
      #expect(try machine.shell(list, at: "lap").text == lap)
    }
    // Without a repository the copy is made where temporaries go, and nothing is left there.
    try machine.shell("mkdir ../tmp && cat ../big.fsb ../all.fsb >/dev/null").expect()
    let outside = try machine.shell(
      "TMPDIR=$PWD/../tmp $FSYNC bundle verify - <../all.fsb && ls -A ../tmp", at: "home"
    ).expect()
    #expect(outside.text.contains("it brings everything\n") && outside.text.hasSuffix("here\n"))
    let cut = try machine.shell("head -c 5000 ../b.fsb | $FSYNC bundle verify -", at: "lap")
      .expect(1)
    #expect(cut.errors.contains("the bundle is cut off"))
    let other = try machine.shell("echo no | $FSYNC bundle verify -", at: "lap").expect(1)
    #expect(other.errors.contains("not a bundle: standard input"))
    let full = try machine.shell(
      "cat ../b.fsb | FSYNC_TEST_FAULT=write:0:28 $FSYNC bundle verify -", at: "lap"
    ).expect(3)
    #expect(full.errors.contains("the disk is full"))
    #expect(try machine.shell(list, at: "lap").text == lap)
  }

  @Test func historyThatWasPrunedOnEitherSide() throws {
    let machine = try Machine.withDesk()
    for number in 1...4 {
      try machine.shell("head -c 100000 /dev/urandom >big && $FSYNC commit -q -m \(number)")
        .expect()
    }
    try machine.fsync("bundle", "create", "-q", "../whole.fsb").expect()
    try machine.fsync("prune", "-q", "--keep-last", "1").expect()
    try machine.fsync("bundle", "create", "-q", "../pruned.fsb").expect()
    #expect(try machine.size(of: "pruned.fsb") < machine.size(of: "whole.fsb") * 2 / 3)
    try machine.fsync("bundle", "verify", "-q", "../pruned.fsb", at: "home").expect()
    try machine.fsync("clone", "-q", "--name", "lap", "../pruned.fsb", "../lap").expect()
    #expect(try machine.log(at: "lap") == machine.log())
    #expect(try machine.fsync("fsck", at: "lap").status == 0)
    try machine.shell("cmp big ../lap/big").expect()
    try machine.shell("head -c 1000 /dev/urandom >>big").expect()
    try machine.fsync("bundle", "create", "-q", "../more.fsb", "--since", machine.log()[0]).expect()
    try machine.fsync("bundle", "import", "-q", "../more.fsb", at: "lap").expect()
    try machine.shell("cmp big ../lap/big").expect()
  }

  @Test func aFolderRestoredFromABackupMeetsItsOwnBundle() throws {
    let machine = try Machine.withTwoApart()
    try machine.shell("cp -a .fsync ../save").expect()
    try machine.write("desk/late", "late")
    try machine.fsync("bundle", "create", "-q", "../late.fsb").expect()
    // One's own bundle is no news, and no copy either.
    try machine.fsync("bundle", "import", "-q", "../late.fsb").expect()
    try machine.shell("cmp .fsync/replica ../save/replica").expect()
    // Of what the backup does not know, this replica has made commits: it needs another id.
    try machine.shell("rm -r .fsync/* late && cp -a ../save/. .fsync/").expect()
    try machine.fsync("bundle", "import", "-q", "../late.fsb").expect()
    #expect(try machine.read("desk/late") == "late")
    try machine.shell("! cmp -s .fsync/replica ../save/replica").expect()
    #expect(try machine.fsync("fsck").status == 0)
  }

  @Test func aDryRunTellsWhatWouldBe() throws {
    let machine = try Machine.withTwoApart()
    try machine.write("desk/new", "new")
    let create = try machine.fsync("bundle", "create", "--dry-run", "../b.fsb").expect().text
    #expect(create.contains("would write 1 commit to ") && !machine.exists("b.fsb"))
    try machine.fsync("bundle", "create", "-q", "../b.fsb").expect()
    let text = try machine.fsync("bundle", "import", "--dry-run", "../b.fsb", at: "lap").expect()
      .text
    #expect(text.contains("brings 1 commit") && !machine.exists("lap/new"))
  }
}
