import FsyncCore
import FsyncRepo
import Testing

@Suite struct TimeTextTests {
  /// Anybody may have recorded any time, in any zone.
  @Test(arguments: [Int64.min, Int64.min + 1, -1, 0, Int64.max - 1, Int64.max])
  func everyTimeHasAText(seconds: Int64) {
    let time = Timestamp(seconds: seconds, nanoseconds: 999_999_999)
    for zone in [Int16.min, -60, 0, 60, Int16.max] {
      #expect(!TimeText.plain(time, zone: zone).isEmpty)
      #expect(!TimeText.rfc3339(time, zone: zone).isEmpty)
    }
    for now in [Int64.min, 0, Int64.max] {
      let text = TimeText.ago(time, now: Timestamp(seconds: now))
      #expect(text == "in the future" || text == "just now" || text.hasSuffix(" ago"))
      #expect((text == "in the future") == (seconds > now))
    }
  }

  @Test func aTimeIsShownInItsZone() {
    let time = Timestamp(seconds: 1_764_000_000)
    #expect(TimeText.plain(time, zone: 60) == "2025-11-24 17:00:00 +0100")
    #expect(TimeText.rfc3339(time, zone: 0) == "2025-11-24T16:00:00Z")
  }
}
