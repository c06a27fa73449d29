import FsyncStore
import FsyncSystem
import TestSupport
import Testing

@Suite struct WriteBehindTests {
  /// Writes a file in steps, with a flush every few of them.
  private func write(_ file: SharedFile) throws(SystemError) {
    let behind = WriteBehind(file, window: 8192, step: 16384)
    let block = [UInt8](repeating: 7, count: 4096)
    for number in 0..<UInt64(32) {
      try file.write(block, at: number * 4096)
      try behind.begin(number * 4096..<(number + 1) * 4096)
    }
    try behind.finish()
  }

  @Test func whatIsWrittenStays() throws {
    let folder = try TemporaryDirectory()
    let path = Array(folder.appending("file").utf8)
    try write(SharedFile(try File(path, .create(mode: 0o600))))
    #expect(try folder.read("file") == [UInt8](repeating: 7, count: 32 * 4096))
  }

  /// An error that the system tells once, to whichever thread, is not lost.
  @Test func anyFailureOfTheDiskIsTold() throws {
    let folder = try TemporaryDirectory()
    var passing = 0
    while true {
      let path = Array(folder.appending("file-\(passing)").utf8)
      let file = SharedFile(try File(path, .create(mode: 0o600)))
      let (failed, met) = Faults.injecting(.sync, after: passing, code: 5) {
        do throws(SystemError) {
          try write(file)
          return false
        } catch { return error.isInputOutput }
      }
      #expect(failed == met, "call \(passing)")
      if !met { break }
      passing += 1
    }
    // Each step begins to write, most wait for an earlier one, and some flush.
    #expect(passing > 60)
  }

  /// Where no thread is to be had, nothing is flushed before the end.
  @Test func itDoesWithoutAThread() throws {
    let folder = try TemporaryDirectory()
    let file = SharedFile(try File(Array(folder.appending("file").utf8), .create(mode: 0o600)))
    let (_, met) = try Faults.injecting(.thread, after: 0, code: 11, repeating: true) {
      () throws(SystemError) in try write(file)
    }
    #expect(met)
  }

  /// A file that is given up ends its thread.
  @Test func itCanBeGivenUp() throws {
    let folder = try TemporaryDirectory()
    let file = SharedFile(try File(Array(folder.appending("file").utf8), .create(mode: 0o600)))
    weak var last: WriteBehind?
    for _ in 0..<20 {
      let behind = WriteBehind(file, window: 4096, step: 4096)
      try behind.begin(0..<8192)
      try behind.begin(8192..<16384)
      last = behind
    }
    #expect(last == nil)
  }
}
