import FsyncCore
import TestSupport
import Testing

@Suite struct RetryTests {
  @Test func theBoundOfTheWaitDoublesUpToFiveMinutes() {
    var schedule = RetrySchedule(attempts: 12)
    var bounds: [Double] = []
    while let wait = schedule.next(chance: 1, remaining: nil) { bounds.append(wait) }
    #expect(bounds == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
    #expect(schedule.made == 12)
  }

  @Test func theWaitIsAnyTimeUpToTheBound() {
    for chance in [0, 0.25, 0.5, 0.99] {
      var schedule = RetrySchedule(attempts: 4)
      var waits: [Double] = []
      while let wait = schedule.next(chance: chance, remaining: nil) { waits.append(wait) }
      #expect(waits == [1, 2, 4, 8].map { $0 * chance })
    }
    // What is no chance is taken for the nearest one.
    var schedule = RetrySchedule(attempts: 2)
    #expect(schedule.next(chance: -3, remaining: nil) == 0)
    #expect(schedule.next(chance: 7, remaining: nil) == 2)
  }

  @Test func nobodyWaitsForAnAttemptThatHasNoTime() {
    var schedule = RetrySchedule(attempts: 5)
    #expect(schedule.next(chance: 0.5, remaining: 0.6) == 0.5)
    #expect(schedule.next(chance: 0.5, remaining: 1) == nil)
    #expect(schedule.next(chance: 0.5, remaining: -1) == nil)
    #expect(schedule.made == 1)
    #expect(schedule.next(chance: 0.25, remaining: 1) == 0.5)
  }

  @Test func noAttemptsAreNone() {
    for attempts in [0, -1] {
      var schedule = RetrySchedule(attempts: attempts)
      #expect(schedule.next(chance: 0, remaining: nil) == nil)
    }
    // So many that the bound could overflow.
    var schedule = RetrySchedule(attempts: 100_000)
    for _ in 0..<99_999 { _ = schedule.next(chance: 0, remaining: nil) }
    #expect(schedule.next(chance: 1, remaining: nil) == 300)
  }

  @Test func rates() {
    let rates: [(String, UInt64?)] = [
      ("1", 1), ("500K", 512_000), ("500k", 512_000), ("2M", 2 << 20), ("3g", 3 << 30), ("0", 0),
      ("0K", 0), ("1048576G", 1 << 50), ("", nil), ("K", nil), ("-1", nil), ("1.5M", nil),
      ("1 M", nil), ("1KB", nil), ("1048577G", nil), ("99999999999999999999", nil),
      ("18446744073709551615G", nil), ("+1", nil), ("１", nil),
    ]
    for (text, bytes) in rates { #expect(ByteCount.bytes(of: text) == bytes, "\(text)") }
  }
}
