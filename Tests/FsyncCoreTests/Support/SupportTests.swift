import TestSupport
import Testing

@Suite struct SupportTests {
  @Test func aProgramGetsItsInputAndReturnsLargeOutput() throws {
    let input = [UInt8](repeating: 0x61, count: 3_000_000)
    let ran = try run("cat", [], input: input)
    #expect(ran.status == 0)
    #expect(ran.stdout == input)
    #expect(ran.stderr.isEmpty)
  }

  @Test func aProgramRunsInADirectoryAndItsStatusIsReturned() throws {
    let directory = try TemporaryDirectory()
    let ran = try run("sh", ["-c", "pwd; echo no >&2; exit 7"], directory: directory.path)
    #expect(ran.status == 7)
    #expect(String(decoding: ran.stdout, as: UTF8.self) == directory.path + "\n")
    #expect(ran.stderr == Array("no\n".utf8))
  }

  @Test func aTemporaryDirectoryIsRemovedWithEverythingInIt() throws {
    let path: String
    do {
      let directory = try TemporaryDirectory()
      path = directory.path
      try directory.write("a/b/c", [1, 2, 3])
      #expect(try directory.read("a/b/c") == [1, 2, 3])
      _ = try run("ln", ["-s", "/", "a/link"], directory: path)
      _ = try run("chmod", ["0", "a/b"], directory: path)
    }
    #expect(try run("test", ["-e", path]).status == 1)
  }
}
