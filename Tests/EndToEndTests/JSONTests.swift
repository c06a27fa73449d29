import TestSupport
import Testing

/// Documents for scripts: each is one, and has the fields that are promised.
@Suite struct JSONTests {
  /// The keys of an object, sorted.
  private func keys(_ value: JSONValue?) -> [String] {
    guard case .object(let fields)? = value else { return [] }
    return fields.keys.sorted()
  }

  @Test func status() throws {
    let machine = try Machine.withTwo()
    try machine.write("lap/new", "new")
    try machine.shell("mv list entries", at: "lap").expect()
    let document = try machine.fsync("status", "--json", at: "lap").expect().json()
    #expect(
      keys(document) == [
        "behind", "changes", "clean", "conflicts", "heads", "remotes", "unknown", "view",
      ])
    #expect(document["clean"] == .boolean(false))
    #expect(document["heads"]?.elements.first?.text?.count == 64)
    #expect(document["view"]?.text?.count == 64)
    #expect(
      document["changes"]?.elements == [
        .object([
          "path": .string("entries"), "change": .string("renamed"), "from": .string("list"),
        ]),
        .object(["path": .string("new"), "change": .string("added")]),
      ])
    let remote = document["remotes"]?.elements.first
    #expect(remote?["name"] == .string("origin"))
    #expect(remote?["url"] == .string("\(machine.path)/desk"))
    #expect(remote?["ahead"] == .number(0))
  }

  @Test func log() throws {
    let machine = try Machine.withDesk()
    let document = try machine.fsync("log", "--json", "list").expect().json()
    let commit = document["commits"]?.elements.first
    #expect(
      keys(commit) == [
        "author", "changes", "id", "kind", "message", "parents", "replica", "replicaId",
        "sequence", "time", "tree",
      ])
    #expect(commit?["message"] == .string("first"))
    #expect(commit?["author"] == .string("Ada <ada@example.org>"))
    #expect(commit?["replica"] == .string("desk"))
    #expect(commit?["sequence"] == .number(1))
    #expect(commit?["parents"] == .array([]))
    #expect(commit?["time"]?.text?.hasSuffix("Z") == true)
    #expect(keys(try machine.fsync("show", "--json").expect().json()) == ["commits"])
  }

  @Test func anEmptyHistoryIsADocumentToo() throws {
    let machine = try Machine()
    try machine.fsync("init", "-q").expect()
    for words in [
      ["log", "--json"], ["ls", "--json"], ["status", "--json"], ["show", "--json"],
    ] {
      let ran = try run(Machine.binary, ["-C", "\(machine.path)/desk"] + words)
      _ = try ran.expect().json()
    }
  }

  @Test func sync() throws {
    let machine = try Machine.withTwo()
    try machine.write("lap/new", "new")
    let document = try machine.fsync("sync", "--json", at: "lap").expect().json()
    #expect(
      keys(document) == [
        "changes", "commits", "committed", "conflicts", "heads", "problems", "received", "remotes",
        "roundTrips", "sent", "view",
      ])
    #expect(keys(document["sent"]) == ["bytes", "objects"])
    #expect(keys(document["received"]) == ["bytes", "objects"])
    #expect(document["commits"]?.elements.count == 1)
    #expect(document["heads"] == document["commits"])
    #expect(document["remotes"]?.elements.first?["error"] == .null)
    try machine.shell("mv ../desk ../away").expect()
    let failed = try machine.fsync("sync", "--json", at: "lap").expect(3).json()
    #expect(failed["remotes"]?.elements.first?["status"] == .number(3))
    #expect(failed["remotes"]?.elements.first?["error"]?.text?.isEmpty == false)
  }

  @Test func conflicts() throws {
    let machine = try Machine.withTwo()
    try machine.write("desk/note.txt", "desk")
    try machine.write("lap/note.txt", "lap")
    try machine.fsync("sync", "-q", at: "lap").expect(2)
    let document = try machine.fsync("conflicts", "--json", at: "lap").expect().json()
    let conflict = document["conflicts"]?.elements.first
    #expect(keys(conflict) == ["base", "copy", "kind", "path", "plain", "versions"])
    #expect(conflict?["path"] == .string("note.txt"))
    #expect(conflict?["kind"] == .string("additions"))
    #expect(conflict?["base"] == .null)
    #expect(conflict?["copy"]?.text?.hasPrefix("note.conflict-") == true)
    #expect(conflict?["plain"] == conflict?["versions"]?.elements.first?["id"])
    #expect(conflict?["versions"]?.elements.count == 2)
  }

  @Test(arguments: [
    ["commit", "--json"], ["commit", "--json", "--dry-run"], ["diff", "--json"],
    ["ls", "--json", "-r"], ["restore", "--json", "list", "--at", "now"],
    ["rm", "--json", "--dry-run", "list"], ["mv", "--json", "--dry-run", "list", "other"],
    ["remote", "list", "--json"], ["config", "list", "--json"],
    ["config", "get", "user.name", "--json"], ["gc", "--json"], ["fsck", "--json"],
    ["doctor", "--json"], ["version", "--json"], ["init", "--json", "../other"],
    ["clone", "--json", "../desk", "../copy"],
  ])
  func othersAreDocuments(words: [String]) throws {
    let machine = try Machine.withDesk()
    if words.first == "diff" { try machine.shell("echo x >>list; ln -s list link").expect() }
    let ran = try run(
      Machine.binary, words, directory: "\(machine.path)/desk",
      environment: ["HOME": "\(machine.path)/home", "FSYNC_USER_NAME": "Ada"])
    guard case .object(let fields) = try ran.expect().json() else {
      Issue.record("no object: \(ran.text)")
      return
    }
    #expect(!fields.isEmpty)
    #expect(ran.text.hasSuffix("\n") && ran.text.count { $0 == "\n" } == 1)
  }
}
