import FsyncSystem
import TestSupport
import Testing

@testable import FsyncTree

@Suite struct FlushAheadTests {
  /// Stages files of a few kilobytes each, with a flush for every few of them, and one of a size that
  /// only a forged tree claims.
  private func run(in folder: OpenFolder, times: Int) throws(SystemError) {
    let ahead = FlushAhead(folder, step: 64 << 10)
    for _ in 0..<times { ahead.wrote([4096, 8192, 1]) }
    ahead.wrote([.max])
    try ahead.finish()
  }

  /// The system tells of a failure once, to whoever flushes first.
  @Test(arguments: [1, 20])
  func aFailureOfTheDiskIsTold(_ times: Int) throws {
    let directory = try TemporaryDirectory()
    let folder = OpenFolder(try Directory(Array(directory.path.utf8)))
    try run(in: folder, times: times)
    let (isTold, isMet) = Faults.injecting(.syncFolder, after: 0, code: 5) {
      do throws(SystemError) {
        try run(in: folder, times: times)
        return false
      } catch { return error.isInputOutput }
    }
    #expect(isTold == isMet)
    #expect(isMet || times == 1)
  }
}
