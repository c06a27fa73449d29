import Glibc
import TestSupport
import Testing

/// Bundles carry commits between machines that never see each other.
@Suite struct BundleCommandTests {
  /// `desk`, and a clone of it made of a bundle, `lap`, which know of each other by bundles alone.
  private func twoApart() throws -> Machine {
    let machine = try Machine.withDesk()
    try machine.fsync("bundle", "create", "-q", "../all.fsb").expect()
    try machine.fsync("clone", "-q", "--name", "lap", "../all.fsb", "../lap").expect()
    return machine
  }

  private func size(_ machine: Machine, _ name: String) throws -> Int {
    try machine.bytes(name).count
  }

  @Test func aCloneOfABundleIsAReplicaWithoutRemotes() throws {
    let machine = try twoApart()
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
    let machine = try twoApart()
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
    #expect(try size(machine, "back.fsb") < 2000 && size(machine, "there.fsb") < 2000)
    for folder in ["desk", "lap"] { #expect(try machine.fsync("fsck", at: folder).status == 0) }
  }

  @Test func aSecondImportChangesNothing() throws {
    let machine = try twoApart()
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
    #expect(try size(machine, "more.fsb") < 4096)
    try machine.fsync("bundle", "import", "-q", "../more.fsb", at: "lap").expect()
    try machine.shell("cmp big ../lap/big").expect()
  }

  @Test func whatABundleHoldsIsTold() throws {
    let machine = try twoApart()
    try machine.write("desk/new", "new")
    let made = try machine.fsync(
      "bundle", "create", "--json", "../b.fsb", "--since", machine.log()[0]
    )
    .expect().json()
    #expect(made["commits"] == .number(1) && made["base"]?.elements.count == 1)
    #expect(made["bytes"] == .number(Double(try size(machine, "b.fsb"))))
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
    let machine = try twoApart()
    try machine.write("desk/new", "new")
    let script = """
      $FSYNC bundle create - | tee ../copy.fsb | $FSYNC -C ../lap bundle import -q - &&
        $FSYNC bundle verify -q ../copy.fsb && cmp new ../lap/new
      """
    try machine.shell(script).expect()
    for words in [["verify", "-"], ["import", "--dry-run", "-"], ["create", "--json", "-"]] {
      let ran = try run(Machine.binary, ["bundle"] + words, directory: "\(machine.path)/desk")
      #expect(ran.status == 64)
    }
  }

  @Test func aBaseThatIsMissingIsNamed() throws {
    let machine = try twoApart()
    try machine.write("desk/one", "1")
    try machine.fsync("bundle", "create", "-q", "../one.fsb", "--for", "lap").expect(1)
    try machine.fsync("commit", "-q").expect()
    let base = try machine.log()[0]
    try machine.write("desk/two", "2")
    try machine.fsync("bundle", "create", "-q", "../two.fsb", "--since", base).expect()
    let before = try machine.digest("lap")
    let ran = try machine.fsync("bundle", "import", "../two.fsb", at: "lap").expect(3)
    #expect(
      ran.errors.hasPrefix(
        "fsync: error: the bundle builds on 1 commit: \(base.prefix(12)), not here\n"))
    #expect(
      ran.errors.contains("fsync: hint: import the bundle with it first, or have one made on desk"))
    #expect(try machine.digest("lap") == before)
    let clone = try machine.fsync("clone", "../two.fsb", "../third").expect(3)
    #expect(clone.errors.contains("builds on") && !machine.exists("third"))
    try machine.fsync("bundle", "create", "-q", "../one.fsb", "--since", machine.log().last ?? "")
      .expect()
    try machine.fsync("bundle", "import", "-q", "../one.fsb", at: "lap").expect()
    try machine.shell("diff -r -x .fsync . ../lap").expect()
  }

  @Test func theWrongFile() throws {
    let machine = try twoApart()
    let none = try machine.fsync("bundle", "import", "list").expect(1)
    #expect(none.errors.contains("not a bundle: list"))
    try machine.fsync("bundle", "verify", "nowhere").expect(1)
    let kept = try machine.fsync("bundle", "create", "list").expect(1)
    #expect(kept.errors.contains("something that is no bundle is at list already"))
    #expect(try machine.read("desk/list") == "milk\nbread\neggs\n")
    try machine.fsync("bundle", "create", "../home").expect(1)
    try machine.fsync("init", "-q", "../other").expect()
    let other = try machine.fsync("bundle", "import", "../all.fsb", at: "other").expect(1)
    #expect(other.errors.contains("the bundle is of another repository"))
    try machine.fsync("bundle", "create", "../b.fsb", "--for", "nobody").expect(1)
    try machine.fsync("bundle", "create", "../b.fsb", "--for", "x", "--since", "now").expect(64)
    let inside = try machine.fsync("bundle", "create", "inside.fsb").expect()
    #expect(inside.errors.contains("warning: the bundle lies inside the repository's folder"))
  }

  @Test("a bundle that is damaged anywhere is refused, and nothing changes", arguments: 0..<3)
  func damage(part: Int) throws {
    let machine = try twoApart()
    var random = SplitMix(seed: UInt64(part))
    try machine.write("desk/new", random.bytes(200_000))
    try machine.fsync("bundle", "create", "-q", "../b.fsb").expect()
    let bytes = try machine.bytes("b.fsb")
    let (heads, files) = (try machine.log(at: "lap"), try machine.shell("ls -A", at: "lap").text)
    for round in 0..<8 {
      var damaged = bytes
      // The ends are where the structure is.
      let place =
        round < 3
        ? random.below(200)
        : round < 6
          ? bytes.count - 1 - random.below(120)
          : random.below(bytes.count)
      switch random.below(3) {
      case 0: damaged[place] ^= 1 << UInt8(random.below(8))
      case 1: damaged.removeSubrange(place...)
      default:
        damaged.replaceSubrange(place..<min(place + 512, bytes.count), with: random.bytes(512))
      }
      if damaged == bytes { continue }
      try machine.write("damaged.fsb", damaged)
      for words in [["import"], ["verify"]] {
        let ran = try run(
          Machine.binary, ["bundle"] + words + ["../damaged.fsb"],
          directory: "\(machine.path)/lap", environment: ["HOME": "\(machine.path)/home"])
        #expect(ran.status == 1, "seed \(part), round \(round): \(ran.errors)")
      }
      #expect(try machine.log(at: "lap") == heads)
      #expect(try machine.shell("ls -A", at: "lap").text == files)
    }
    #expect(try machine.fsync("fsck", at: "lap").status == 0)
    try machine.fsync("bundle", "import", "-q", "../b.fsb", at: "lap").expect()
    try machine.shell("cmp new ../lap/new").expect()
  }

  @Test(
    "a creation that is killed leaves no half bundle, and goes on", arguments: [0, 1, 3, 6, 10])
  func killedCreation(step: Int) throws {
    let machine = try Machine.withDesk()
    try machine.shell("head -c 3000000 /dev/urandom >big && $FSYNC commit -q").expect()
    let fault = ["FSYNC_TEST_FAULT": "write:\(step):kill"]
    let ran = try machine.fsync("bundle", "create", "../b.fsb", environment: fault)
    #expect([0, 137].contains(ran.status))
    #expect(machine.exists("b.fsb") == (ran.status == 0))
    let part = machine.exists("b.fsb.part") ? try size(machine, "b.fsb.part") : 0
    let again = try machine.fsync("bundle", "create", "--json", "../b.fsb").expect().json()
    if part > 600_000 { #expect(again["resumed"] != .number(0), "\(part)") }
    #expect(!machine.exists("b.fsb.part"))
    try machine.fsync("clone", "-q", "../b.fsb", "../lap").expect()
    try machine.shell("diff -r -x .fsync . ../lap").expect()
  }

  @Test("a creation on a disk that is full goes on when there is room", arguments: [0, 2, 5])
  func fullDisk(passing: Int) throws {
    let machine = try Machine.withDesk()
    try machine.shell("head -c 3000000 /dev/urandom >big && $FSYNC commit -q").expect()
    let fault = ["FSYNC_TEST_FAULT": "write:\(passing):28"]
    let ran = try machine.fsync("bundle", "create", "../b.fsb", environment: fault).expect(3)
    #expect(ran.errors.contains("the disk is full") && !machine.exists("b.fsb"))
    try machine.fsync("bundle", "create", "-q", "../b.fsb").expect()
    try machine.fsync("bundle", "verify", "-q", "../b.fsb").expect()
  }

  @Test("an import that is killed at any call goes on", arguments: 0..<8)
  func killedImport(step: Int) throws {
    let machine = try twoApart()
    try machine.shell("head -c 2000000 /dev/urandom >big && mkdir -p a/b && echo x >a/b/c").expect()
    try machine.write("lap/own", "own")
    try machine.fsync("bundle", "create", "-q", "../b.fsb").expect()
    let fault = ["FSYNC_TEST_FAULT": "any:\(20 + step * 41):kill"]
    let ran = try machine.fsync("bundle", "import", "-q", "../b.fsb", at: "lap", environment: fault)
    #expect([0, 137].contains(ran.status))
    #expect(try machine.fsync("fsck", at: "lap").status == 0)
    try machine.fsync("bundle", "import", "-q", "../b.fsb", at: "lap").expect()
    try machine.shell("cmp big ../lap/big && cmp a/b/c ../lap/a/b/c && test -e ../lap/own").expect()
    #expect(try machine.fsync("status", "--exit-code", at: "lap").status == 0)
    try machine.shell("! find .fsync/quarantine -type f | grep .", at: "lap").expect()
  }

  @Test func aCloneThatIsKilledGoesOn() throws {
    let machine = try Machine.withDesk()
    try machine.shell("head -c 2000000 /dev/urandom >big").expect()
    try machine.fsync("bundle", "create", "-q", "../b.fsb").expect()
    for step in [90, 120, 150, 200] {
      _ = try machine.fsync(
        "clone", "-q", "../b.fsb", "../lap", environment: ["FSYNC_TEST_FAULT": "any:\(step):kill"])
    }
    try machine.fsync("clone", "-q", "../b.fsb", "../lap").expect()
    try machine.shell("diff -r -x .fsync . ../lap").expect()
    #expect(try machine.fsync("fsck", at: "lap").status == 0)
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
    #expect(try size(machine, "pruned.fsb") < size(machine, "whole.fsb") * 2 / 3)
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
    let machine = try twoApart()
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
    let machine = try twoApart()
    try machine.write("desk/new", "new")
    let create = try machine.fsync("bundle", "create", "--dry-run", "../b.fsb").expect().text
    #expect(create.contains("would write 1 commit to ") && !machine.exists("b.fsb"))
    try machine.fsync("bundle", "create", "-q", "../b.fsb").expect()
    let text = try machine.fsync("bundle", "import", "--dry-run", "../b.fsb", at: "lap").expect()
      .text
    #expect(text.contains("brings 1 commit") && !machine.exists("lap/new"))
  }
}
