import FsyncCore
import FsyncWire
import TestSupport
import Testing

@Suite struct TokenBucketTests {
  @Test func whatASmallSyncTakesMovesAtOnce() {
    var bucket = TokenBucket(bytesPerSecond: 100)
    #expect(bucket.allowance(for: 600, at: 5) == 600)
    bucket.take(600)
    #expect(bucket.allowance(for: 3000, at: 5) == 3000)
  }

  @Test func aQuarterOfASecondMovesAtOnceAndThenTheRate() {
    var bucket = TokenBucket(bytesPerSecond: 1_000_000)
    #expect(bucket.allowance(for: 1 << 20, at: 0) == 250_000)
    bucket.take(250_000)
    #expect(bucket.allowance(for: 1 << 20, at: 0) == 0)
    // Not a byte at a time: a quarter of what may move at once.
    #expect(bucket.delay(for: 1 << 20) == 0.0625)
    #expect(bucket.allowance(for: 1 << 20, at: 0.06) == 0)
    #expect(bucket.allowance(for: 1 << 20, at: 0.0625) == 62_500)
    // A few bytes need not wait for so many.
    bucket.take(62_500)
    #expect(bucket.delay(for: 100) == 0.0001)
    #expect(bucket.allowance(for: 100, at: 0.0627) == 100)
  }

  @Test func timeThatIsNotUsedIsNotSaved() {
    var bucket = TokenBucket(bytesPerSecond: 1_000_000)
    #expect(bucket.allowance(for: 1 << 20, at: 0) == 250_000)
    #expect(bucket.allowance(for: 1 << 20, at: 1000) == 250_000)
    // A clock that goes back gives nothing and breaks nothing.
    bucket.take(250_000)
    #expect(bucket.allowance(for: 1 << 20, at: 10) == 0)
    #expect(bucket.allowance(for: 1 << 20, at: 1000.25) == 250_000)
  }

  @Test("over any time no more moves than the rate and what may move at once", arguments: 0..<40)
  func bound(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let rate = UInt64(1 + random.below(1 << (4 + random.below(26))))
    var bucket = TokenBucket(bytesPerSecond: rate)
    let burst = max(Double(rate) / 4, 4096)
    var (time, moved) = (100.0, 0)
    for _ in 0..<500 {
      let want = 1 + random.below(1 << (1 + random.below(20)))
      let allowed = bucket.allowance(for: want, at: time)
      #expect(allowed >= 0 && allowed <= want)
      // A line may take less than it is offered.
      let taken = allowed == 0 ? 0 : random.once(in: 3) ? random.below(allowed + 1) : allowed
      bucket.take(taken)
      moved += taken
      #expect(Double(moved) <= burst + (time - 100) * Double(rate) + 1, "seed \(seed)")
      if allowed == 0 {
        time += bucket.delay(for: want) + 1e-9
        #expect(bucket.allowance(for: want, at: time) > 0, "seed \(seed)")
      }
    }
  }
}
