import TestSupport
import Testing

/// With `--dry-run` nothing changes: no byte, no time, no inode, the repository's own included.
@Suite struct DryRunTests {
  /// Two machines with something to do for every command: changes on both sides, a conflict.
  private func machine() throws -> Machine {
    let machine = try Machine.withTwo()
    try machine.write("desk/note", "desk")
    try machine.write("lap/note", "lap")
    try machine.fsync("sync", "-q", at: "lap").expect(2)
    try machine.write("desk/new", "new at the desk")
    try machine.write("lap/new", "new on the lap")
    try machine.shell("mkdir folder && echo x >folder/x", at: "lap").expect()
    try machine.fsync("bundle", "create", "-q", "../all.fsb").expect()
    return machine
  }

  @Test(arguments: [
    ["commit", "--dry-run"], ["sync", "--dry-run"], ["sync", "--dry-run", "../desk"],
    ["restore", "list", "--dry-run", "--at", "1 second ago"],
    ["restore", ".", "--dry-run", "--to", "../out"], ["rm", "--dry-run", "list"],
    ["mv", "--dry-run", "list", "other"], ["resolve", "--dry-run", "note", "--copy"],
    ["remote", "add", "--dry-run", "more", "../desk"], ["remote", "remove", "--dry-run", "origin"],
    ["remote", "set-url", "--dry-run", "origin", "/x"],
    ["config", "set", "--dry-run", "work.threads", "1"],
    ["config", "unset", "--dry-run", "remote.origin.url"],
    ["config", "set", "--user", "--dry-run", "work.threads", "1"], ["gc", "--dry-run"],
    ["prune", "--keep-last", "1", "--dry-run"],
    ["doctor", "--adopt", "--dry-run"], ["init", "--dry-run", "../other"],
    ["clone", "--dry-run", "../desk", "../other"],
    ["bundle", "create", "--dry-run", "../other.fsb"],
    ["bundle", "import", "--dry-run", "../all.fsb"],
  ])
  func nothingChanges(words: [String]) throws {
    let machine = try machine()
    let before = try machine.digest(".")
    let ran = try run(
      Machine.binary, words, directory: "\(machine.path)/lap",
      environment: ["HOME": "\(machine.path)/home"])
    #expect(ran.status == 0, "\(ran.errors)")
    #expect(try machine.digest(".") == before)
  }

  @Test func whatWouldChangeIsListed() throws {
    let machine = try Machine.withDesk()
    try machine.write("desk/new", "new")
    let commit = try machine.fsync("commit", "--dry-run").expect().text
    #expect(commit == "  A new\nwould commit: 1 added\n")
    let document = try machine.fsync("commit", "--dry-run", "--json").expect().json()
    #expect(document["commits"] == .array([]) && document["changes"]?.elements.count == 1)
    try machine.fsync("remote", "add", "away", "../nowhere").expect()
    #expect(try machine.fsync("sync", "--dry-run").expect().text.hasSuffix("sync with away\n"))
  }
}
