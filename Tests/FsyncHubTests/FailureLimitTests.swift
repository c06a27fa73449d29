import FsyncHub
import Testing

@Suite struct FailureLimitTests {
  @Test func anAddressThatFailsTooOftenWaits() throws {
    var limit = FailureLimit(capacity: 3, rate: 0.5)
    for _ in 0..<3 {
      #expect(limit.wait(for: "a", at: 100) == nil)
      limit.note("a", at: 100)
    }
    #expect(try #require(limit.wait(for: "a", at: 100)) == 2)
    #expect(limit.wait(for: "b", at: 100) == nil)
    #expect(try #require(limit.wait(for: "a", at: 101)) == 1)
    #expect(limit.wait(for: "a", at: 102) == nil)
    limit.note("a", at: 102)
    #expect(limit.wait(for: "a", at: 102) != nil)
    // No more than the capacity is ever saved up.
    for _ in 0..<3 { limit.note("a", at: 1e6) }
    #expect(limit.wait(for: "a", at: 1e6) != nil)
  }

  @Test func aClockThatGoesBackGivesNothing() {
    var limit = FailureLimit(capacity: 1, rate: 1)
    limit.note("a", at: 10)
    #expect(limit.wait(for: "a", at: 5) == 1)
  }

  @Test func strangersShareABucketWhereThereAreTooMany() {
    var limit = FailureLimit(capacity: 2, rate: 0.01, addresses: 4)
    for number in 0..<4 { limit.note("\(number)", at: 0) }
    limit.note("x", at: 0)
    limit.note("y", at: 0)
    #expect(limit.wait(for: "z", at: 0) != nil)
    // Whoever was known before is not harmed by it.
    #expect(limit.wait(for: "0", at: 0) == nil)
    // Full buckets are forgotten, and make room.
    limit.note("z", at: 1000)
    #expect(limit.wait(for: "z", at: 1000) == nil)
    limit.note("z", at: 1000)
    #expect(limit.wait(for: "z", at: 1000) != nil)
    #expect(limit.wait(for: "w", at: 1000) == nil)
  }
}
