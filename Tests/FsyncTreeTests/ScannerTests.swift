import FsyncCore
import FsyncSystem
import FsyncTree
import Glibc
import TestSupport
import Testing

@Suite struct ScannerTests {
  @Test func recordsFilesFoldersAndLinks() throws {
    let folder = try TemporaryDirectory()
    try folder.write("a.txt", Array("hello".utf8))
    try folder.write("sub/deep/b.txt", Array("there".utf8))
    mkdir(folder.appending("empty"), 0o755)
    symlink("a.txt", folder.appending("link"))
    let replica = try Replica(folder.path)
    try replica.commit()
    #expect(
      try replica.paths == ["a.txt", "empty", "link", "sub", "sub/deep", "sub/deep/b.txt"])
    let entries = try replica.entries()
    #expect(entries["a.txt"]?.content == Digest.object(.chunk, Array("hello".utf8)))
    #expect(entries["link"]?.kind == .symlink)
    #expect(entries["link"]?.content == Digest.object(.chunk, Array("a.txt".utf8)))
    #expect(entries["empty"]?.kind == .directory)
  }

  @Test func cleanTreeHasNothingToSay() throws {
    let folder = try TemporaryDirectory()
    try folder.write("a/b/c.txt", [1])
    try folder.write("d.txt", [2])
    let replica = try Replica(folder.path)
    let tree = try replica.commit()
    usleep(30_000)
    #expect(try replica.commit() == tree)
    let scan = try replica.scan()
    #expect(scan.isClean)
    #expect(scan.directories.isEmpty)
    #expect(scan.problems.isEmpty)
  }

  @Test func deletionIsRecordedAtOnce() throws {
    let folder = try TemporaryDirectory()
    try folder.write("a.txt", [1])
    try folder.write("b/c.txt", [1])
    let replica = try Replica(folder.path)
    try replica.commit()
    unlink(folder.appending("a.txt"))
    unlink(folder.appending("b/c.txt"))
    rmdir(folder.appending("b"))
    try replica.commit()
    #expect(try replica.paths == [])
  }

  @Test func touchIsNoChange() throws {
    let folder = try TemporaryDirectory()
    try folder.write("a.txt", [1, 2, 3])
    let replica = try Replica(folder.path)
    let tree = try replica.commit()
    var times = [timespec(tv_sec: 5, tv_nsec: 6), timespec(tv_sec: 7, tv_nsec: 8)]
    utimensat(AT_FDCWD, folder.appending("a.txt"), &times, 0)
    #expect(try replica.commit() == tree)
    chmod(folder.appending("a.txt"), 0o600)
    #expect(try replica.commit() != tree)
    #expect(try replica.entries()["a.txt"]?.mode == 0o600)
  }
}
