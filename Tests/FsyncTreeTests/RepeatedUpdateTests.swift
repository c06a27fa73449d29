import FsyncCore
import FsyncSystem
import FsyncTree
import Glibc
import TestSupport
import Testing

/// Many files that an update puts into a folder which is there.
private struct Update: ~Copyable {
  let folder: TemporaryDirectory
  let staging: TemporaryDirectory
  let replica: Replica
  let stage: Directory
  let changes: [PathChange]

  /// - Parameter time: the modification time of every file.
  static func make(files: Int, time: FileTime) throws -> Update {
    let folder = try TemporaryDirectory(inMemory: true)
    let staging = try TemporaryDirectory(inMemory: true)
    let replica = try Replica(folder.path)
    let target = try TemporaryDirectory(inMemory: true)
    let other = try Replica(target.path)
    try folder.write("folder/there", Array("there".utf8))
    try target.write("folder/there", Array("there".utf8))
    let inside = try other.root.directory(Array("folder".utf8))
    let there = Array("there".utf8)
    try replica.root.directory(Array("folder".utf8)).setModified(there, time)
    try inside.setModified(there, time)
    try replica.commit()
    for number in 0..<files {
      let name = Array("file \(number)".utf8)
      try target.write("folder/file \(number)", Array("content of \(number)".utf8))
      try inside.setModified(name, time)
    }
    let tree = try other.commit()
    for object in other.objects.new { replica.objects.put(object.kind, object.bytes) }
    let changes = try replica.changes(from: replica.index.tree, to: tree)
    let stage = try Directory(Array(staging.path.utf8))
    return Update(
      folder: folder, staging: staging, replica: replica, stage: stage, changes: changes)
  }

  /// Writes the files, as often as it is asked to.
  func run(_ options: MaterialiseOptions = MaterialiseOptions()) throws -> [Outcome] {
    try Materialiser.run(
      changes, root: replica.root, stage: stage, index: replica.index,
      reader: Frozen(replica.objects), options: options)
  }
}

/// Updates that run again after they were cut short, and what they leave for the next scan to do.
@Suite struct RepeatedUpdateTests {
  private static let old = FileTime(seconds: 1_000_000_000, nanoseconds: 123_456_789)

  /// A folder's names are listed so often, however many files are found as they are to be.
  @Test func aRepetitionListsAFolderOnce() throws {
    let update = try Update.make(files: 300, time: Self.old)
    _ = try update.run()
    // The folder, what it looks for in the staging area twice, each with an end; and as much again.
    var options = MaterialiseOptions()
    options.threads = 1
    let (outcomes, isMet) = try Faults.injecting(.list, after: 12, code: EIO) {
      try update.run(options)
    }
    #expect(!isMet)
    #expect(outcomes.count == 300 && outcomes.allSatisfy(\.isDone))
  }

  @Test(arguments: [1, 2]) func placedFilesAreNotReadAgain(threads: Int) throws {
    let update = try Update.make(files: 300, time: Self.old)
    var options = MaterialiseOptions()
    options.threads = threads
    for outcome in try update.run(options) {
      guard case .done(let known?) = outcome else {
        Issue.record("\(outcome)")
        continue
      }
      #expect(!known.isRacy)
    }
  }

  /// A file whose own time is as fresh as its stamps could be written once more unseen.
  @Test func filesOfThisMomentAreReadAgain() throws {
    let now = Clock.now()
    // A time to come: no write can be told from it by being later.
    let update = try Update.make(
      files: 100, time: FileTime(seconds: now.seconds + 3_600, nanoseconds: 1))
    for outcome in try update.run() {
      guard case .done(let known?) = outcome else {
        Issue.record("\(outcome)")
        continue
      }
      #expect(known.isRacy)
    }
  }

  /// What somebody writes into a placed file shows, whenever that is.
  @Test func anEditAfterwardsIsSeen() throws {
    let update = try Update.make(files: 100, time: Self.old)
    let outcomes = try update.run()
    try update.folder.write("folder/file 7", Array("CONTENT of 7".utf8))
    let inside = try update.replica.root.directory(Array("folder".utf8))
    for (change, outcome) in zip(update.changes, outcomes) {
      guard case .done(let known?) = outcome, let name = change.path.name else { continue }
      let isSame = try inside.stat(name.bytes) == known.stat
      #expect(isSame == (name.bytes != Array("file 7".utf8)))
    }
  }
}
