import FsyncCore
import TestSupport
import Testing

@Suite struct PaceTests {
  @Test func atFirstNothingCanBeSaid() {
    var pace = Pace()
    #expect(pace.bytesPerSecond(bytes: 10, at: 5) == nil)
    pace.note(done: 0, bytes: 0, at: 10)
    #expect(pace.bytesPerSecond(bytes: 500, at: 10.9) == nil)
    #expect(pace.secondsLeft(done: 5, total: 10, at: 10.9) == nil)
    #expect(pace.bytesPerSecond(bytes: 500, at: 11) == 500)
    #expect(pace.secondsLeft(done: 5, total: 10, at: 11) == 1)
    // What has not moved says nothing about when it will.
    #expect(pace.bytesPerSecond(bytes: 0, at: 20) == nil)
    #expect(pace.secondsLeft(done: 0, total: 10, at: 20) == nil)
  }

  @Test func evenWorkIsForeseenExactly() throws {
    var pace = Pace()
    for step in 0...200 {
      let time = 3 + Double(step) / 10
      pace.note(done: step * 5, bytes: UInt64(step) * 1000, at: time)
      guard step >= 20 else { continue }
      #expect(pace.bytesPerSecond(bytes: UInt64(step) * 1000, at: time) == 10_000)
      let left = try #require(pace.secondsLeft(done: step * 5, total: 1000, at: time))
      #expect(abs(left - Double(1000 - step * 5) / 50) < 0.001)
    }
  }

  @Test func aChangeOfPaceIsFollowed() throws {
    var pace = Pace()
    var (done, time) = (0, 0.0)
    for _ in 0..<200 { done += 100; time += 0.1; pace.note(done: done, bytes: 0, at: time) }
    for _ in 0..<200 { done += 1; time += 0.1; pace.note(done: done, bytes: 0, at: time) }
    // Twenty seconds of it are more than are looked back.
    let left = try #require(pace.secondsLeft(done: done, total: done + 100, at: time))
    #expect(abs(left - 10) < 0.5)
  }

  @Test func otherWorkBeginsAnew() {
    var pace = Pace()
    pace.note(done: 0, bytes: 0, at: 0)
    pace.note(done: 1000, bytes: 9000, at: 5)
    pace.note(done: 3, bytes: 10, at: 5.1)
    #expect(pace.bytesPerSecond(bytes: 20, at: 5.2) == nil)
    #expect(pace.bytesPerSecond(bytes: 210, at: 7.1) == 100)
    // A clock that goes back is no reason to divide by nothing.
    pace.note(done: 4, bytes: 20, at: 1)
    #expect(pace.bytesPerSecond(bytes: 30, at: 1) == nil)
    #expect(pace.secondsLeft(done: 5, total: 4, at: 9) == nil)
  }
}
