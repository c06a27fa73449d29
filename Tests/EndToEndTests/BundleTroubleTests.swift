import Glibc
import TestSupport
import Testing

/// Bundles that are damaged, cut, of another place or too early, and work on them that is stopped.
@Suite struct BundleTroubleTests {
  @Test func aBaseThatIsMissingIsNamed() throws {
    let machine = try Machine.withTwoApart()
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
    let machine = try Machine.withTwoApart()
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
    let machine = try Machine.withTwoApart()
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
    let part = machine.exists("b.fsb.part") ? try machine.size(of: "b.fsb.part") : 0
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
    let machine = try Machine.withTwoApart()
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
}
