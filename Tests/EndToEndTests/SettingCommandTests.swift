import TestSupport
import Testing

/// Settings hold for a replica that exists, and what is taken away leaves nothing behind.
@Suite struct SettingCommandTests {
  @Test func aRemoteThatIsRemovedIsForgotten() throws {
    let machine = try Machine.withTwo()
    func remote() throws -> JSONValue? {
      try machine.fsync("status", "--json", at: "lap").expect().json()["remotes"]?.elements.first
    }
    #expect(try remote()?["lastSync"] != .null)
    let before = try machine.digest("lap")
    try machine.fsync("remote", "remove", "nobody", at: "lap").expect(1)
    #expect(try machine.digest("lap") == before)
    try machine.fsync("remote", "remove", "origin", at: "lap").expect()
    try machine.fsync("remote", "add", "origin", "../nowhere", at: "lap").expect()
    #expect(try remote()?["lastSync"] == .null)
    try machine.fsync("bundle", "create", "../b.fsb", "--for", "origin", at: "lap").expect(1)
    try machine.fsync("remote", "set-url", "origin", "../desk", at: "lap").expect()
    try machine.write("desk/new", "new")
    try machine.fsync("sync", at: "lap").expect()
    #expect(try machine.read("lap/new") == "new")
  }

  @Test func aReplicaThatExistsCanBeCalledAnew() throws {
    let machine = try Machine.withDesk()
    func names() throws -> [JSONValue?] {
      try machine.fsync("log", "--json").expect().json()["commits"]?.elements.map { $0["replica"] }
        ?? []
    }
    try machine.fsync("config", "set", "replica.name", "study").expect()
    try machine.write("desk/a", "a")
    try machine.fsync("commit").expect()
    #expect(try names() == [.string("study"), .string("desk")])
    try machine.write("desk/a", "b")
    try machine.fsync("commit", environment: ["FSYNC_REPLICA_NAME": "attic"]).expect()
    // The user's name for new replicas renames none.
    try machine.fsync("config", "unset", "replica.name").expect()
    try machine.fsync("config", "set", "--user", "replica.name", "mine").expect()
    try machine.write("desk/a", "c")
    try machine.fsync("commit").expect()
    #expect(try names().map { $0?.text ?? "" } == ["desk", "attic", "study", "desk"])
    #expect(try machine.fsync("fsck").status == 0)
  }

  @Test func aStoreThatExistsCanBeCompressedAnotherWay() throws {
    let machine = try Machine.withDesk()
    func grown(_ commands: String) throws -> Int {
      let script = """
        a=$(du -sb .fsync | cut -f 1); \(commands); b=$(du -sb .fsync | cut -f 1); echo $((b - a))
        """
      return Int(try machine.shell(script).expect().text.dropLast()) ?? -1
    }
    let write = "seq 1 20000 >text && $FSYNC commit -q"
    let small = try grown(write)
    try machine.fsync("config", "set", "store.compression", "none").expect()
    let large = try grown(write.replacing("20000", with: "20001 | tac"))
    #expect(large > 100_000 && small < 60_000, "\(small), \(large)")
    try machine.fsync("config", "set", "store.compression", "zlib:9").expect()
    #expect(try grown("seq 5 20009 | sort >text && $FSYNC commit -q") < 80_000)
    #expect(try machine.fsync("fsck").status == 0)
    try machine.fsync("gc", "-q").expect()
    #expect(try machine.fsync("fsck").status == 0)
  }
}
