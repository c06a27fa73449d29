import FsyncCore
import TestSupport
import Testing

@Suite struct AdaptiveLevelTests {
  /// Notes the same time again and again, and returns the level after each.
  private func levels(
    from level: inout AdaptiveLevel, busy: Double, waited: Double, count: Int
  ) -> [Int32] {
    (0..<count).map { _ in
      level.note(busy: busy, waited: waited)
      return level.level
    }
  }

  @Test func whoNeedNotWaitStaysAtTheLowest() {
    var level = AdaptiveLevel()
    #expect(level.level == 1)
    #expect(levels(from: &level, busy: 0.01, waited: 0, count: 100).allSatisfy { $0 == 1 })
  }

  @Test func waitingRaisesTheLevelByStepsToABound() {
    var level = AdaptiveLevel()
    let found = levels(from: &level, busy: 0.01, waited: 0.1, count: 100)
    #expect(zip(found, found.dropFirst()).allSatisfy { $1 == $0 || $1 == $0 + 1 })
    #expect(found.first == 1)
    #expect(found.last == AdaptiveLevel.highest)
  }

  @Test func aBusyProcessorBringsItBack() {
    var level = AdaptiveLevel()
    _ = levels(from: &level, busy: 0.01, waited: 0.1, count: 100)
    let found = levels(from: &level, busy: 0.1, waited: 0.01, count: 100)
    #expect(zip(found, found.dropFirst()).allSatisfy { $1 == $0 || $1 == $0 - 1 })
    #expect(found.last == AdaptiveLevel.lowest)
  }

  @Test func betweenTheBoundsItRests() {
    var level = AdaptiveLevel()
    _ = levels(from: &level, busy: 0.01, waited: 0.02, count: 12)
    _ = levels(from: &level, busy: 0.1, waited: 0.05, count: 20)
    let before = level.level
    #expect(before > AdaptiveLevel.lowest && before < AdaptiveLevel.highest)
    #expect(
      levels(from: &level, busy: 0.1, waited: 0.05, count: 100).allSatisfy { $0 == before })
  }

  @Test func oneLongWaitAmongMuchWorkIsNoReason() {
    var level = AdaptiveLevel()
    for _ in 0..<100 {
      level.note(busy: 0.1, waited: 0.1)
      _ = levels(from: &level, busy: 0.1, waited: 0, count: 3)
    }
    #expect(level.level == AdaptiveLevel.lowest)
  }

  @Test func clocksThatStepBackDoNoHarm() {
    var level = AdaptiveLevel()
    _ = levels(from: &level, busy: -1, waited: -1, count: 100)
    #expect(level.level == AdaptiveLevel.lowest)
  }

  @Test func onlyALevelThatIsLeftOpenAdapts() {
    #expect(Compression.standard.isAdaptive)
    for level in Int32(1)...19 {
      #expect(!Compression(codec: .zstd, level: level).isAdaptive)
    }
    #expect(!Compression(codec: .stored, level: 0).isAdaptive)
  }

  @Test("a frame is of the level that its encoder has when it is made")
  func levelsOfFrames() {
    var random = SplitMix(seed: 1)
    let words = (0..<2000).map { _ -> [UInt8] in
      (0..<3 + random.below(8)).map { _ in UInt8(97 + random.below(26)) }
    }
    var text: [UInt8] = []
    for _ in 0..<40_000 { text += random.pick(words) + [32] }
    let encoder = FrameEncoder(.standard)
    var lengths: [Int] = []
    for level: Int32 in [1, 9, 1] {
      encoder.level = level
      encoder.add(Digest.object(.chunk, text), .chunk, text)
      lengths.append(encoder.finish().payload.count)
    }
    #expect(lengths[0] == lengths[2])
    #expect(lengths[1] < lengths[0])
    let fixed = FrameEncoder(Compression(codec: .zstd, level: 1))
    fixed.add(Digest.object(.chunk, text), .chunk, text)
    #expect(fixed.finish().payload.count == lengths[0])
  }
}
