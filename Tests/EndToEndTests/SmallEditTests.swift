import TestSupport
import Testing

/// Small edits in large files cost little, whatever the content.
@Suite struct SmallEditTests {
  /// Edits an incompressible file of 16 MiB and commits it: the bytes by which the store grew.
  private func growth(of edit: String) throws -> Int {
    let machine = try Machine.withDesk()
    try machine.shell("head -c 16M /dev/urandom >large && cp large ../before").expect()
    try machine.fsync("commit", "-q", "-m", "large").expect()
    let before = try size(machine)
    try machine.shell(edit).expect()
    try machine.fsync("commit", "-q", "-m", "edit").expect()
    let grown = try size(machine) - before
    try machine.shell("cp large ../after && \"$FSYNC\" cat large | cmp - ../after").expect()
    try machine.shell(
      "\"$FSYNC\" restore -q --at \"$($FSYNC log -n 2 | grep '^commit' | tail -1 | cut -d' ' -f2)\" large && cmp large ../before"
    ).expect()
    try machine.fsync("fsck", "-q").expect()
    return grown
  }

  private func size(_ machine: Machine) throws -> Int {
    let text = try machine.shell("du -sb .fsync | cut -f1").expect().text
    return Int(text.split(separator: "\n").joined()) ?? 0
  }

  @Test func anInsertedByte() throws {
    let edit = "{ head -c 5000000 ../before; printf x; tail -c +5000001 ../before; } >large"
    #expect(try growth(of: edit) < 10_000)
  }

  @Test func tenOverwrittenBlocks() throws {
    let edit = """
      for block in $(seq 10); do
        head -c 4096 /dev/urandom |
          dd of=large bs=4096 seek=$((block * 400)) conv=notrunc status=none
      done
      """
    // The blocks themselves, and little more.
    #expect(try growth(of: edit) < 10 * 4096 + 20_000)
  }
}
