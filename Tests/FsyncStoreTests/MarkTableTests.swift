import FsyncCore
import TestSupport
import Testing

@testable import FsyncStore

@Suite struct MarkTableTests {
  @Test(arguments: 0..<4 as Range<UInt64>)
  func holdsWhatADictionaryHolds(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let ids = (0..<3000).map { Digest.sha256(Array("\(seed) \($0)".utf8)) }
    var table = MarkTable()
    if seed % 2 == 0 { table.reserve(100 * Int(seed)) }
    var expected: [ObjectID: UInt32] = [:]
    for _ in 0..<9000 {
      let id = random.pick(ids)
      let value = UInt32(random.below(1 << 31))
      #expect(table.value(of: id) == expected[id])
      table.update(id, value)
      expected[id] = value
    }
    #expect(table.count == expected.count)
    for id in ids { #expect(table.value(of: id) == expected[id], "seed \(seed)") }
  }
}
