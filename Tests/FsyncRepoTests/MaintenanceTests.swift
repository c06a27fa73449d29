import FsyncCore
import FsyncRepo
import FsyncStore
import FsyncSystem
import TestSupport
import Testing

@Suite struct MaintenanceTests {
  private func repository(_ directory: borrowing TemporaryDirectory) throws -> Repository {
    let repository = try Repository.initialize(at: Array(directory.appending("tree").utf8))
    for round in 0..<5 {
      try repository.tree.write("a", "round \(round)")
      try repository.tree.write("dir/b\(round)", "another \(round)")
      try repository.commit("\(round)")
    }
    return repository
  }

  @Test func collectingKeepsEveryVersion() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    let commits = try repository.graph().log(from: try repository.state().heads)
    let counted = try repository.collect(dryRun: true)
    #expect(counted.objectsDropped == 0)
    _ = try repository.collect(dryRun: false)
    let again = try Repository.open(at: repository.root ?? [])
    for (round, id) in commits.reversed().enumerated() {
      let tree = try again.graph().commit(id).tree
      let entry = try #require(try again.store.entry(at: path("a"), in: tree))
      #expect(try again.store.content(of: entry, atMost: 100) == Array("round \(round)".utf8))
    }
    #expect(try again.check(quick: false).isSound)
    #expect(try again.status().isClean)
  }

  @Test func checkFindsADamagedByte() throws {
    let directory = try TemporaryDirectory()
    let repository = try repository(directory)
    #expect(try repository.check(quick: false).isSound)
    _ = try repository.collect(dryRun: false)
    let packs = Array("\(utf8: repository.folder)/packs".utf8)
    let name = try #require(
      try Directory(packs).names().first { $0.suffix(5) == Array(".pack".utf8) })
    let file = try File(packs + [0x2f] + name, .readWrite)
    let byte = try file.read(1, at: 200)
    try file.write([byte[0] ^ 0x40], at: 200)
    let report = try Repository.open(at: repository.root ?? []).check(quick: false)
    #expect(!report.isSound)
    #expect(!report.damages.isEmpty)
  }
}
