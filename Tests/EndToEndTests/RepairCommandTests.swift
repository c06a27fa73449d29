import TestSupport
import Testing

/// `fsck` and `fsck --repair` as people and scripts see them.
@Suite struct RepairCommandTests {
  /// A desk whose pack has a spoiled frame, beside a clone made before.
  private func machine() throws -> Machine {
    let machine = try Machine()
    try machine.fsync("init", "-q", "--name", "desk").expect()
    let script = """
      for i in 1 2 3; do
        seq $i 40000 >numbers; head -c 300000 /dev/urandom >noise
        $FSYNC commit -q -m "$i"
      done
      $FSYNC clone -q --name lap . ../lap
      $FSYNC gc -q
      pack=$(ls -S .fsync/packs/*.pack | head -1)
      printf 'spoiled!' | dd of="$pack" bs=1 seek=200000 conv=notrunc status=none
      """
    try machine.shell(script).expect()
    return machine
  }

  @Test func damageIsToldAndMended() throws {
    let machine = try machine()
    let before = try machine.shell("cat numbers noise | sha256sum").expect().text
    let found = try machine.fsync("fsck").expect(6)
    #expect(found.text.contains("frame at "))
    #expect(found.text.contains("cannot be restored from commit "))
    #expect(found.text.contains("of 3 commits can be restored whole"))
    #expect(found.errors.contains("fsync fsck --repair REMOTE"))
    try machine.fsync("fsck", "--quick").expect(6)
    let document = try machine.fsync("fsck", "--json").expect(6).json()
    #expect(document["sound"] == .boolean(false))
    #expect(document["harm"]?["items"]?.elements.first?["path"]?.text == "noise")

    let mended = try machine.fsync("fsck", "--repair", "../lap").expect()
    #expect(mended.text.contains("fetched "))
    #expect(mended.text.contains("all is well"))
    try machine.fsync("fsck").expect()
    #expect(try machine.fsync("fsck", "--quick").expect().text.contains("verified: all is well"))
    #expect(try machine.shell("cat numbers noise | sha256sum").expect().text == before)
    for commit in try machine.log() {
      let own = try machine.fsync("cat", "noise", "--at", commit).expect().stdout
      #expect(try machine.fsync("cat", "noise", "--at", commit, at: "lap").expect().stdout == own)
    }
    let again = try machine.fsync("fsck", "--repair", "../lap", "--json").expect().json()
    #expect(again["sound"] == .boolean(true))
    #expect(again["fetched"]?.elements.isEmpty == true)
  }

  @Test func quickCountsWhatItVerifies() throws {
    let machine = try Machine.withDesk()
    let quick = try machine.fsync("fsck", "--quick", "--json").expect().json()
    let full = try machine.fsync("fsck", "--json").expect().json()
    #expect(quick["frames"] == full["frames"] && quick["objects"] == full["objects"])
    #expect(quick["objects"] != .number(0))
  }

  @Test func aRemoteThatIsNotThere() throws {
    let machine = try machine()
    try machine.fsync("fsck", "--repair", "../nowhere").expect(3)
    try machine.fsync("fsck", "--repair", "nobody").expect(1)
    try machine.fsync("fsck", "--quick", "--repair", "../lap").expect(64)
    // Nothing was dropped for it.
    try machine.fsync("fsck", "--repair", "../lap").expect()
  }

  @Test func aRemoteThatLacksItToo() throws {
    let machine = try machine()
    try machine.shell(
      """
      cd ../lap
      $FSYNC gc -q
      for pack in .fsync/packs/*.pack; do
        perl -e 'open F, "+<", $ARGV[0]; seek F, 64, 0; print F "x" x (-s F)' "$pack"
      done
      """
    ).expect()
    let ran = try machine.fsync("fsck", "--repair", "../lap")
    #expect(ran.status != 0)
    try machine.fsync("fsck").expect(6)
  }

  @Test func aKillInTheMiddleLosesNothing() throws {
    let machine = try machine()
    for delay in ["0.01", "0.03", "0.06", "0.1", "0.2"] {
      _ = try machine.shell("timeout -s KILL \(delay) $FSYNC fsck -q --repair ../lap")
    }
    try machine.fsync("fsck", "--repair", "../lap").expect()
    try machine.fsync("fsck").expect()
    #expect(try machine.log() == machine.log(at: "lap"))
  }
}
