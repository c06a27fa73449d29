import TestSupport
import Testing

/// `fsync gc` while something goes wrong beside it: people who stop it, kills, and commands that run
/// at the same time.
@Suite struct CollectCommandTests {
  /// A repository `desk` with some commits, and what each of them holds.
  private struct Desk {
    let machine: Machine
    let seed: UInt64
    /// The content of `text`, by commit, the oldest first.
    var texts: [(commit: String, text: [UInt8])] = []

    /// Makes commits of one file that takes some time to compress.
    init(seed: UInt64, commits: Int = 4) throws {
      self.seed = seed
      machine = try Machine.withDesk()
      var random = SplitMix(seed: seed)
      for number in 0..<commits { try commit(number, &random) }
    }

    mutating func commit(_ number: Int, _ random: inout SplitMix) throws {
      // Words of four letters: what resembles itself everywhere takes a codec longest.
      let text = random.bytes(40_000).map { 0x61 + $0 % 12 }
      try machine.write("desk/text", text)
      try machine.fsync("commit", "-q", "-m", "\(number)").expect()
      texts.append((try machine.log("-n", "1")[0], text))
    }

    /// Checks that everything is here and whole.
    func verify(_ comment: String) throws {
      let ran = try machine.fsync("fsck")
      #expect(ran.status == 0, "seed \(seed), \(comment): \(ran.text)\(ran.errors)")
      for (commit, text) in texts {
        let ran = try machine.fsync("cat", "--at", commit, "text")
        #expect(ran.stdout == text, "seed \(seed), \(comment): commit \(commit)")
      }
      #expect(try machine.fsync("status", "--exit-code").status == 0)
    }

    /// The journal, and the packs that are whole.
    func files() throws -> String {
      try machine.shell("sha256sum .fsync/journal-* .fsync/packs/*.pack; cat .fsync/journal")
        .expect().text
    }

    /// Collects, and collects again, which must find nothing to do.
    func collect() throws {
      try machine.fsync("gc", "-q").expect()
      let again = try machine.fsync("gc").expect()
      #expect(again.text.contains("nothing to do"), "seed \(seed): \(again.text)")
      try machine.shell("! find .fsync -name '*.tmp' -o -name '*.new' | grep .").expect()
    }
  }

  @Test("Ctrl-C at any call changes nothing and leaves nothing", arguments: 0..<8)
  func aStop(step: Int) throws {
    let desk = try Desk(seed: UInt64(step))
    let before = try desk.files()
    let fault = ["FSYNC_TEST_FAULT": "any:\(20 + step * 9):interrupt"]
    let ran = try desk.machine.fsync("gc", environment: fault)
    #expect([0, 130].contains(ran.status), "\(ran.status): \(ran.errors)")
    if ran.status == 130 { #expect(try desk.files() == before) }
    // The first of them come long before the end.
    if step < 4 { #expect(ran.status == 130) }
    try desk.verify("stopped")
    try desk.collect()
    try desk.verify("collected")
  }

  @Test("Ctrl-C while the cache of the commit graph is made")
  func aStopInTheCache() throws {
    let machine = try Machine.withDesk()
    let script = "for n in {1..30}; do echo $n >list; $FSYNC commit -q -m $n; done"
    try machine.shell(script).expect()
    let files = "sha256sum .fsync/journal-* .fsync/journal; ls .fsync/packs"
    let before = try machine.shell(files).expect().text
    let commits = try machine.log()
    var found: Set<Bool> = []
    for call in stride(from: 16, to: 120, by: 4) {
      try machine.shell("rm -rf .fsync/graph").expect()
      let fault = ["FSYNC_TEST_FAULT": "any:\(call):interrupt"]
      let ran = try machine.fsync("gc", environment: fault)
      try #require([0, 130].contains(ran.status), "\(call): \(ran.status): \(ran.errors)")
      if ran.status == 0 { break }
      #expect(try machine.shell(files).expect().text == before, "call \(call)")
      #expect(try machine.log() == commits, "call \(call)")
      found.insert(machine.exists("desk/.fsync/graph/chain"))
    }
    // Before the cache is there, and after.
    #expect(found == [false, true])
    try machine.fsync("gc", "-q").expect()
    #expect(try machine.log() == commits)
    try machine.fsync("fsck", "-q").expect()
  }

  @Test("Ctrl-C at any moment is heard", arguments: 0..<2 as Range<UInt64>)
  func aSignal(seed: UInt64) throws {
    let desk = try Desk(seed: seed)
    var random = SplitMix(seed: seed)
    for _ in 0..<4 {
      let before = try desk.files()
      let seconds = Double(5 + random.below(150)) / 1000
      let ran = try desk.machine.shell("timeout --preserve-status -s INT \(seconds) $FSYNC gc")
      #expect([0, 130].contains(ran.status), "seed \(seed): \(ran.status): \(ran.errors)")
      if ran.status == 130 { #expect(try desk.files() == before, "seed \(seed)") }
    }
    try desk.verify("stopped")
    try desk.collect()
    try desk.verify("collected")
  }

  @Test("a kill at any call leaves the old state or the new one", arguments: 0..<10)
  func aKill(step: Int) throws {
    let desk = try Desk(seed: UInt64(step), commits: 3)
    let fault = ["FSYNC_TEST_FAULT": "any:\(20 + step * 14):kill"]
    let ran = try desk.machine.fsync("gc", "-q", environment: fault)
    #expect([0, 137].contains(ran.status))
    try desk.verify("killed")
    try desk.collect()
    try desk.verify("collected")
  }

  @Test(
    "a kill at any moment leaves the old state or the new one", arguments: 0..<2 as Range<UInt64>)
  func aRandomKill(seed: UInt64) throws {
    var desk = try Desk(seed: seed, commits: 3)
    var random = SplitMix(seed: seed)
    for number in 3..<6 {
      let seconds = Double(5 + random.below(150)) / 1000
      let ran = try desk.machine.shell("timeout -s KILL \(seconds) $FSYNC gc -q")
      #expect([0, 137].contains(ran.status), "seed \(seed): \(ran.status)")
      try desk.verify("killed after \(seconds) s")
      try desk.commit(number, &random)
    }
    try desk.collect()
    try desk.verify("collected")
  }

  @Test("commits, syncs and readers go on beside it", arguments: 0..<1 as Range<UInt64>)
  func others(seed: UInt64) throws {
    var desk = try Desk(seed: seed)
    let machine = desk.machine
    try machine.fsync("clone", "-q", "--name", "lap", "../desk", "../lap").expect()
    let old = desk.texts[0].commit
    let script = """
      set -e
      (while test ! -e ../done; do $FSYNC gc -q; sleep 0.05; done) & gc=$!
      trap 'touch ../done' EXIT
      for n in 1 2 3 4; do
        echo "desk $n" >desk; $FSYNC commit -q -m "desk $n"
        $FSYNC cat --at \(old) text | cmp - ../first
        (cd ../lap; echo "lap $n" >lap; $FSYNC sync -q)
        $FSYNC log -n 3 >../log; $FSYNC log text >../log
        $FSYNC status >../log; $FSYNC show \(old) >../log
      done
      touch ../done; wait $gc
      """
    try machine.write("first", desk.texts[0].text)
    try machine.shell(script).expect()
    try machine.fsync("sync", "-q", at: "lap").expect()
    try machine.shell("diff -r -x .fsync . ../lap").expect()
    #expect(try machine.read("desk/desk") == "desk 4\n" && machine.read("desk/lap") == "lap 4\n")
    // Every commit is in both, and a merge is no commit of a file of ours.
    let messages = try machine.fsync("log", "desk").expect().text
    for number in 1...4 { #expect(messages.contains("desk \(number)"), "seed \(seed)") }
    #expect(try Set(machine.log()) == Set(machine.log(at: "lap")))
    for folder in ["desk", "lap"] { try machine.fsync("fsck", at: folder).expect() }
    try desk.verify("beside others")
    var random = SplitMix(seed: seed + 100)
    try desk.commit(100, &random)
    try desk.collect()
    for (commit, text) in desk.texts {
      #expect(try machine.fsync("cat", "--at", commit, "text").stdout == text)
    }
  }
}
