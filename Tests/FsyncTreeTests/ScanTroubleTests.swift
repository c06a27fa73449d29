import FsyncCore
import FsyncSystem
import FsyncTree
import Glibc
import TestSupport
import Testing

@Suite struct ScanTroubleTests {
  /// Whatever call fails, the answer is never "deleted".
  @Test(arguments: [EACCES, EIO, ENOMEM], [1, 2])
  func aFailedCallIsNeverADeletion(code: Int32, threads: Int) throws {
    let folder = try TemporaryDirectory(inMemory: true)
    for name in ["a", "b/c", "b/d/e", "f/g", "h"] { try folder.write(name, [1, 2, 3]) }
    try folder.write(".fsyncignore", Array("*.o\n".utf8))
    try folder.write("b/x.o", [1])
    let replica = try Replica(folder.path)
    replica.options.threads = threads
    let tree = try replica.commit()
    try folder.write("f/new", [1])
    let whole = try replica.snapshot().tree
    var passing = 0
    while true {
      var scan: Scan?
      let met = Faults.injecting(nil, after: passing, code: code) {
        scan = try? Scanner.settle(
          try replica.scan(), replica.root, replica.index, replica.options)
      }.met
      if let scan {
        let snapshot = try replica.snapshot(scan)
        // Either all was seen, or what was not is as before, and was reported.
        if snapshot.tree != whole {
          #expect(snapshot.tree == tree, "after \(passing) calls")
          #expect(!scan.problems.isEmpty, "after \(passing) calls")
        }
      }
      if !met { break }
      passing += 1
    }
    #expect(passing > 20)
  }

  @Test func unreadableFolderIsUnknown() throws {
    let folder = try TemporaryDirectory()
    try folder.write("a/b", [1])
    try folder.write("c", [1])
    let replica = try Replica(folder.path)
    let tree = try replica.commit()
    unlink(folder.appending("a/b"))
    // The root opens twice: for the pass, and to be listed; then comes the folder.
    let scan = try Faults.injecting(.open, after: 2, code: EACCES) { try replica.scan() }.value
    #expect(
      scan.problems == [
        Scan.Problem(
          path: Array("a".utf8), obstacle: .system(SystemError(.open, code: EACCES)),
          isTracked: true)
      ])
    #expect(try replica.snapshot(scan).tree == tree)
    // Seen again, it is what it is.
    try replica.commit()
    #expect(try replica.paths == ["a", "c"])
  }

  @Test func rootThatCannotBeReadIsNoScan() throws {
    let folder = try TemporaryDirectory()
    let replica = try Replica(folder.path)
    #expect(throws: TreeError.self) {
      try Faults.injecting(.list, after: 0, code: EIO) { try replica.scan() }
    }
  }

  @Test func specialFilesAreReportedAndSkipped() throws {
    let folder = try TemporaryDirectory()
    try folder.write("was-file", [1])
    let replica = try Replica(folder.path)
    let tree = try replica.commit()
    mkfifo(folder.appending("pipe"), 0o600)
    unlink(folder.appending("was-file"))
    mkfifo(folder.appending("was-file"), 0o600)
    #expect(try replica.commit() == tree)
    let expected = [
      Scan.Problem(path: Array("pipe".utf8), obstacle: .special(.fifo), isTracked: false),
      Scan.Problem(path: Array("was-file".utf8), obstacle: .special(.fifo), isTracked: true),
    ]
    #expect(try replica.scan().problems == expected)
    // They are said again as long as they are there.
    usleep(50_000)
    try replica.commit()
    #expect(try replica.scan().problems == expected)
  }

  @Test func repositoryInsideIsNotEntered() throws {
    let folder = try TemporaryDirectory()
    try folder.write("tracked/file", [1])
    let replica = try Replica(folder.path)
    let tree = try replica.commit()
    try folder.write("inner/.fsync/journal", [1])
    try folder.write("inner/file", [1])
    try folder.write("tracked/.fsync/journal", [1])
    unlink(folder.appending("tracked/file"))
    #expect(try replica.commit() == tree)
    #expect(
      try replica.scan().problems == [
        Scan.Problem(path: Array("inner".utf8), obstacle: .repository, isTracked: false),
        Scan.Problem(path: Array("tracked".utf8), obstacle: .repository, isTracked: true),
      ])
  }

  @Test func ownFilesAreInvisible() throws {
    let folder = try TemporaryDirectory()
    try folder.write(".fsync/journal", [1])
    try folder.write("a/b", [1])
    try folder.write("a/.fsync-stage-0123", [1])
    try folder.write("c/.FSYNC", [1])
    let replica = try Replica(folder.path)
    try replica.commit()
    #expect(try replica.paths == ["a", "a/b"])
    let scan = try replica.scan()
    #expect(
      scan.problems == [
        Scan.Problem(path: Array("c/.FSYNC".utf8), obstacle: .name, isTracked: false)
      ])
    #expect(scan.leftovers.map(\.name) == [Array(".fsync-stage-0123".utf8)])
    try Materialiser.clear(scan.leftovers, root: replica.root)
    #expect(try replica.scan().leftovers.isEmpty)
    #expect(try folder.read("a/b") == [1])
  }

  @Test func missingMountIsUnknown() throws {
    let folder = try TemporaryDirectory()
    try folder.write("disk/file", [1])
    let replica = try Replica(folder.path)
    let tree = try replica.commit()
    unlink(folder.appending("disk/file"))
    replica.options.crossesFileSystems = true
    replica.options.mounts = [path("disk")]
    let missing = [Scan.Problem(path: Array("disk".utf8), obstacle: .notMounted, isTracked: true)]
    #expect(try replica.commit() == tree)
    #expect(try replica.scan().problems == missing)
    // Not even the place where it was mounted is left.
    rmdir(folder.appending("disk"))
    #expect(try replica.commit() == tree)
    #expect(try replica.scan().problems == missing)
  }

  @Test(.enabled(if: Mounting.isPossible)) func otherFileSystemIsNotEntered() throws {
    let folder = try TemporaryDirectory()
    mkdir(folder.appending("disk"), 0o755)
    let replica = try Replica(folder.path)
    let tree = try replica.commit()
    let target = folder.appending("disk")
    #expect(try run("mount", ["-t", "tmpfs", "none", target]).status == 0)
    defer { _ = try? run("umount", [target]) }
    try folder.write("disk/file", [1])
    #expect(try replica.commit() == tree)
    #expect(try replica.scan().problems.map(\.obstacle) == [.otherFileSystem])
    replica.options.crossesFileSystems = true
    let scan = try replica.scan()
    #expect(scan.mounts == [path("disk")])
    try replica.commit()
    #expect(try replica.paths == ["disk", "disk/file"])
  }
}

enum Mounting {
  /// Whether this process may mount file systems.
  static let isPossible: Bool = {
    guard geteuid() == 0, let folder = try? TemporaryDirectory() else { return false }
    let path = folder.path
    guard (try? run("mount", ["-t", "tmpfs", "none", path]).status) == 0 else { return false }
    return (try? run("umount", [path]).status) == 0
  }()
}
