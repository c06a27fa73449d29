import Glibc
import TestSupport
import Testing

/// What is committed of large files does not depend on how many threads work on them.
@Suite struct LargeFileCommandTests {
  /// The tree of the last commit.
  private func tree(_ machine: Machine, at folder: String) throws -> String {
    let text = try machine.fsync("log", "-n", "1", "--json", at: folder).expect().text
    let tree = try #require(text.firstRange(of: "\"tree\":\""))
    return String(text[tree.upperBound...].prefix(64))
  }

  @Test func oneTreeWhateverTheThreads() throws {
    let machine = try Machine()
    try machine.shell(
      """
      head -c 20000000 /dev/urandom >random
      seq 2000000 >numbers
      head -c 5000000 random >sparse && truncate -s 30M sparse && cat random >>sparse
      truncate -s 1G hole
      """
    ).expect()
    func commit(_ message: String) throws {
      for threads in ["1", "4"] {
        try machine.fsync(
          "commit", "-q", "-m", message, at: threads, environment: ["FSYNC_THREADS": threads]
        ).expect()
        try machine.fsync("fsck", "-q", at: threads).expect()
        for name in ["random", "numbers", "sparse"] {
          try machine.shell("\"$FSYNC\" cat \(name) | cmp - \(name)", at: threads).expect()
        }
      }
      #expect(try tree(machine, at: "1") == tree(machine, at: "4"))
    }
    for threads in ["1", "4"] {
      try machine.fsync("init", "-q", "../\(threads)").expect()
      try machine.shell(
        "cp --sparse=always -p * ../\(threads) && touch -d 2020-01-02 ../\(threads)/.fsyncignore"
      ).expect()
    }
    try commit("large")
    // Once more, now with a version before.
    try machine.shell(
      """
      head -c 9000000 random >edit && printf x >>edit && tail -c +9000001 random >>edit
      mv edit random && printf x >>numbers && cp random sparse
      cp -p random numbers sparse ../1 && cp -p random numbers sparse ../4
      """
    ).expect()
    try commit("edit")
  }

  /// A signal ends the commit of a large file before its end, and nothing of it shows.
  @Test func anInterruptionIsHeardInsideAFile() throws {
    let machine = try Machine.withDesk()
    try machine.shell("head -c 300M /dev/urandom >large").expect()
    let head = try machine.fsync("log", "--json").expect().text
    // Signalled as soon as the pack, into which more than 8 MiB go, has been begun.
    let script = """
      set -m
      "$FSYNC" commit -q -m large & pid=$!
      while kill -0 $pid 2>/dev/null && ! ls .fsync/packs | grep -q .; do :; done
      kill -INT $pid; wait $pid
      """
    let ended = try machine.shell(script)
    #expect(ended.status == 130)
    #expect(try machine.fsync("log", "--json").expect().text == head)
    try machine.fsync("fsck", "-q").expect()
    try machine.fsync("commit", "-q", "-m", "large").expect()
    try machine.shell("\"$FSYNC\" cat large | cmp - large").expect()
  }

  /// The disk's refusal, met by whichever thread writes, fails the commit and leaves nothing.
  @Test(arguments: ["write:12:5", "sync:3:5", "write:20:28", "read:20:5"])
  func aFailingDiskFailsTheCommit(fault: String) throws {
    let machine = try Machine.withDesk()
    try machine.shell("head -c 40M /dev/urandom >large").expect()
    let head = try machine.fsync("log", "--json").expect().text
    let failed = try machine.fsync(
      "commit", "-q", "-m", "large",
      environment: ["FSYNC_THREADS": "4", "FSYNC_TEST_FAULT": fault])
    #expect(failed.status != 0, "\(fault)")
    #expect(try machine.fsync("log", "--json").expect().text == head)
    try machine.fsync("fsck", "-q").expect()
    try machine.fsync("commit", "-q", "-m", "large").expect()
    try machine.shell("\"$FSYNC\" cat large | cmp - large").expect()
  }
}
