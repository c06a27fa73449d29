import TestSupport
import Testing

/// Repositories whose making is killed: at any moment there is none, or a whole one, and the same
/// command makes it.
@Suite struct BeginningTests {
  /// Kills a command at each of its calls in turn, until it gets to its end.
  /// - Parameters:
  ///   - step: how many calls lie between two kills.
  ///   - look: told after each kill in which folder it was.
  /// - Returns: how often it was killed.
  private func kill(
    _ machine: Machine, _ command: String, every step: Int = 1, look: (String) throws -> Void
  ) throws -> Int {
    var kills = 0
    while true {
      let fault = "FSYNC_TEST_FAULT=any:\(kills * step):kill"
      let folder = "new\(kills)"
      let ran = try machine.shell("\(fault) $FSYNC \(command) ../\(folder) 2>&1")
      if ran.status == 0 { return kills }
      #expect(ran.status == 137, "\(ran.text)")
      try look(folder)
      try machine.shell("rm -rf ../\(folder)").expect()
      kills += 1
    }
  }

  /// Repeats a command after a kill: it works, or says that all had been done already.
  private func again(_ machine: Machine, _ command: String, _ folder: String) throws {
    let ran = try machine.shell("$FSYNC \(command) ../\(folder)")
    if ran.status != 0 {
      #expect(ran.errors.contains("already a repository"), "\(ran.errors)")
      try machine.fsync("status", at: folder).expect()
    }
  }

  @Test func anInitOfAFolderWithFiles() throws {
    let machine = try Machine.withDesk()
    try machine.fsync("init", "-q", "../whole").expect()
    try machine.write("desk/mine", "mine")
    let kills = try kill(machine, "init -q --compression none", every: 2) { folder in
      // What is there is the user's own, whenever it came.
      try machine.shell("mkdir -p ../\(folder) && cp mine ../\(folder)/mine").expect()
      try again(machine, "init -q --compression none", folder)
      let text = try machine.read("\(folder)/.fsyncignore")
      #expect(try text == machine.read("whole/.fsyncignore"))
      try machine.fsync("commit", "-q", at: folder).expect()
      #expect(try machine.fsync("fsck", at: folder).status == 0)
      try machine.shell("cmp ../desk/mine mine && ! ls -A .fsync/stage | grep .", at: folder)
        .expect()
    }
    #expect(kills > 20)
  }

  @Test func anInitOfABareRepository() throws {
    let machine = try Machine.withDesk()
    let kills = try kill(machine, "init -q --bare", every: 3) { folder in
      try again(machine, "init -q --bare", folder)
      try machine.fsync("sync", "-q", "../\(folder)").expect()
      #expect(try machine.log(at: folder) == machine.log())
    }
    #expect(kills > 15)
  }

  @Test func anInitThatBecomesAClone() throws {
    let machine = try Machine.withDesk()
    _ = try kill(machine, "init -q --bare", every: 7) { folder in
      let ran = try machine.fsync("clone", "-q", "--bare", "../desk", "../\(folder)")
      #expect(ran.status == 0 || ran.errors.contains("already a repository"), "\(ran.errors)")
    }
  }

  @Test(
    "a clone", arguments: ["clone -q ../desk", "clone -q ../all.fsb", "clone -q --bare ../desk"])
  func aClone(command: String) throws {
    let machine = try Machine.withDesk()
    try machine.fsync("bundle", "create", "-q", "../all.fsb").expect()
    let kills = try kill(machine, command, every: 13) { folder in
      try again(machine, command, folder)
      let url = try machine.fsync("config", "get", "remote.origin.url", at: folder)
      #expect(command.contains("fsb") || url.text.hasSuffix("/desk\n"), "\(url.text)\(url.errors)")
      #expect(try machine.log(at: folder) == machine.log())
      #expect(try machine.fsync("fsck", at: folder).status == 0)
      if !command.contains("--bare") {
        try machine.shell("diff -r -x .fsync . ../\(folder)").expect()
      }
    }
    #expect(kills > 10)
  }

  @Test func aCloneThatFailsAndIsKilledAsItTidiesUp() throws {
    let machine = try Machine.withDesk()
    var kills = 0
    var ran = try machine.shell("true")
    repeat {
      let folder = "new\(kills)"
      ran = try machine.shell(
        "FSYNC_TEST_FAULT=unlink:\(kills):kill $FSYNC clone -q later \(folder)", at: ".")
      #expect(ran.status == 137 || ran.status == 3 || ran.status == 1, "\(ran.status)")
      try machine.shell(
        "mv desk later && $FSYNC clone -q later \(folder) && mv later desk", at: "."
      )
      .expect()
      kills += 1
    } while ran.status == 137
    #expect(kills > 5)
  }

  @Test(
    "nobody's files are taken for what a killed init left",
    arguments: [
      "echo mine >config", "mkdir locks && echo mine >locks/door", "echo mine >journal",
      "mkdir packs && echo mine >packs/list", "echo mine >journal-00000001", "echo mine >other",
    ])
  func somebodysFiles(script: String) throws {
    let machine = try Machine.withDesk()
    for (place, arguments) in [("bare", "init --bare"), ("tree/.fsync", "clone ../desk")] {
      try machine.shell("mkdir -p ../\(place) && cd ../\(place) && \(script)").expect()
      let before = try machine.digest(place)
      let target = place.split(separator: "/")[0]
      let ran = try machine.shell("$FSYNC \(arguments) ../\(target)").expect(1)
      #expect(ran.errors.contains("not empty"))
      #expect(try machine.digest(place) == before)
    }
  }

  @Test func aRepositoryThatLostItsIdentityIsNotMadeAnew() throws {
    let machine = try Machine.withDesk()
    try machine.shell("cp -a ../desk ../lost && rm ../lost/.fsync/replica").expect()
    let before = try machine.digest("lost/.fsync/packs") + machine.digest("lost/.fsync/locks")
    try machine.fsync("init", at: "lost").expect(1)
    try machine.fsync("clone", "../desk", "../lost").expect(1)
    #expect(
      try machine.digest("lost/.fsync/packs") + machine.digest("lost/.fsync/locks") == before)
    try machine.shell(
      "cp ../desk/.fsync/journal* .fsync/ && ls .fsync/journal-00000001", at: "lost"
    )
    .expect()
  }
}
