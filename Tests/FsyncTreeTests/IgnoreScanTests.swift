import FsyncCore
import FsyncSystem
import FsyncTree
import Glibc
import TestSupport
import Testing

@Suite struct IgnoreScanTests {
  @Test func ignoredNamesAreNotRecorded() throws {
    let folder = try TemporaryDirectory()
    try folder.write(".fsyncignore", Array("*.o\nbuild/\n".utf8))
    try folder.write("a.c", [1])
    try folder.write("a.o", [1])
    try folder.write("build/out", [1])
    try folder.write("sub/b.o", [1])
    try folder.write("sub/.fsyncignore", Array("!b.o\n".utf8))
    let replica = try Replica(folder.path)
    try replica.commit()
    #expect(
      try replica.paths == [".fsyncignore", "a.c", "sub", "sub/.fsyncignore", "sub/b.o"])
    // Nothing of that is looked at again.
    usleep(50_000)
    try replica.commit()
    #expect(try replica.scan().directories.isEmpty)
  }

  @Test func folderOfIgnoredFilesIsNotRecordedAndAnEmptyOneIs() throws {
    let folder = try TemporaryDirectory()
    try folder.write(".fsyncignore", Array("*.o\n".utf8))
    try folder.write("only/ignored/a.o", [1])
    mkdir(folder.appending("empty"), 0o755)
    let replica = try Replica(folder.path)
    try replica.commit()
    #expect(try replica.paths == [".fsyncignore", "empty"])
    // What comes in there later is seen, though the folder above does not change for it.
    usleep(50_000)
    try replica.commit()
    try folder.write("only/ignored/a.c", [1])
    try replica.commit()
    #expect(
      try replica.paths == [".fsyncignore", "empty", "only", "only/ignored", "only/ignored/a.c"])
  }

  @Test func trackedPathsStayTracked() throws {
    let folder = try TemporaryDirectory()
    try folder.write("a.log", [1])
    try folder.write("logs/b.log", [1])
    let replica = try Replica(folder.path)
    let tree = try replica.commit()
    try folder.write(".fsyncignore", Array("*.log\nlogs/\n".utf8))
    #expect(try replica.commit() != tree)
    #expect(try replica.paths == [".fsyncignore", "a.log", "logs", "logs/b.log"])
    try folder.write("a.log", [1, 2])
    try folder.write("logs/b.log", [1, 2])
    try folder.write("logs/c.txt", [1])
    try replica.commit()
    #expect(try replica.paths == [".fsyncignore", "a.log", "logs", "logs/b.log"])
    #expect(try replica.entries()["a.log"]?.size == 2)
    #expect(try replica.entries()["logs/b.log"]?.size == 2)
    unlink(folder.appending("logs/b.log"))
    try replica.commit()
    #expect(try replica.paths == [".fsyncignore", "a.log", "logs"])
  }

  @Test func newRulesAreAppliedToFoldersThatDidNotChange() throws {
    let folder = try TemporaryDirectory()
    try folder.write(".fsyncignore", Array("*.o\n".utf8))
    try folder.write("sub/deep/a.o", [1])
    try folder.write("sub/deep/a.c", [1])
    let replica = try Replica(folder.path)
    usleep(50_000)
    try replica.commit()
    try folder.write(".fsyncignore", Array("*.c\n".utf8))
    try replica.commit()
    #expect(
      try replica.paths == [".fsyncignore", "sub", "sub/deep", "sub/deep/a.c", "sub/deep/a.o"])
    unlink(folder.appending(".fsyncignore"))
    try folder.write("sub/deep/b.c", [1])
    try replica.commit()
    #expect(
      try replica.paths == ["sub", "sub/deep", "sub/deep/a.c", "sub/deep/a.o", "sub/deep/b.c"])
  }

  /// What a rule hides must not get out because the rules could not be read.
  @Test func unreadableRulesHideWhatIsNew() throws {
    let folder = try TemporaryDirectory()
    try folder.write(".fsyncignore", Array("secret\n".utf8))
    try folder.write("a", [1])
    let replica = try Replica(folder.path)
    let tree = try replica.commit()
    try folder.write("secret", [1])
    try folder.write("public", [1])
    try folder.write("a", [1, 2])
    let scan = try Faults.injecting(.read, after: 0, code: EIO) { try replica.scan() }.value
    #expect(scan.problems.map(\.path) == [Array(".fsyncignore".utf8)])
    replica.index = try replica.snapshot(scan).index
    #expect(replica.index.tree != tree)
    #expect(try replica.paths == [".fsyncignore", "a"])
    // Read again, they are applied.
    try replica.commit()
    #expect(try replica.paths == [".fsyncignore", "a", "public"])
  }

  @Test func symlinkAndFolderHaveNoRules() throws {
    let folder = try TemporaryDirectory()
    try folder.write("elsewhere", Array("*\n".utf8))
    symlink("elsewhere", folder.appending(".fsyncignore"))
    mkdir(folder.appending("sub"), 0o755)
    mkdir(folder.appending("sub/.fsyncignore"), 0o755)
    try folder.write("sub/a", [1])
    let replica = try Replica(folder.path)
    try replica.commit()
    #expect(
      try replica.paths == [".fsyncignore", "elsewhere", "sub", "sub/.fsyncignore", "sub/a"])
    #expect(try replica.scan().problems.isEmpty)
  }
}
