import TestSupport
import Testing

/// Folders that are nested deep, as a peer may send them, on a stack that begins small: what walks
/// them calls itself for each level.
@Suite struct DeepFolderTests {
  /// The path of the innermost folder.
  private let deep = Array(repeating: "d", count: 400).joined(separator: "/")

  private func fsync(_ words: String, _ machine: Machine, at folder: String = "lap") throws -> Ran {
    try machine.shell("ulimit -S -s 512; \"$FSYNC\" \(words)", at: folder)
  }

  @Test func everyCommandGetsToTheBottom() throws {
    let machine = try Machine.withDesk()
    try machine.shell("mkdir -p \(deep) && printf 'a\\n\\n\\n\\nb\\n' >\(deep)/leaf").expect()
    try fsync("commit -q -m deep", machine, at: "desk").expect()
    try fsync("clone -q --name lap ../desk ../lap", machine, at: "desk").expect()
    // Both sides edit at the bottom, so that a merge goes there.
    try machine.shell("sed -i s/a/A/ \(deep)/leaf && echo new >\(deep)/desk").expect()
    try machine.shell("sed -i s/b/B/ \(deep)/leaf && echo new >\(deep)/lap", at: "lap").expect()
    try fsync("sync -q", machine).expect()
    let merged = try machine.read("desk/\(deep)/leaf")
    #expect(merged == "A\n\n\n\nB\n")
    #expect(try machine.read("lap/\(deep)/leaf") == merged)
    for command in [
      "status", "diff", "log", "log \(deep)/leaf", "ls -r", "cat \(deep)/leaf", "gc -q",
      "prune -q --keep-last 1", "fsck -q",
    ] {
      let ran = try fsync(command, machine)
      #expect(ran.status == 0, "\(command.prefix(8)): \(ran.errors.prefix(200))")
    }
  }
}
