import FsyncSystem
import Glibc
import TestSupport
import Testing

@Suite struct StampClockTests {
  /// What vouches for a folder rests on this; the time of day does not have it.
  @Test func aLaterChangeIsNeverStampedEarlier() throws {
    let folder = try TemporaryDirectory()
    let directory = try Directory(Array(folder.path.utf8))
    for number in 0..<200 {
      let moment = Clock.stamps()
      try folder.write("f\(number)", [1])
      #expect(try directory.stat(Array("f\(number)".utf8)).ctime >= moment)
      #expect(moment <= Clock.now())
      usleep(UInt32(number % 7) * 300)
    }
  }
}
