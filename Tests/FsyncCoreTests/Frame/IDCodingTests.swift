import FsyncCore
import TestSupport
import Testing

@Suite struct IDCodingTests {
  private func ids(_ count: Int, _ random: inout SplitMix) -> [ObjectID] {
    (0..<count).map { _ in Digest.sha256(random.bytes(8)) }
  }

  private func shorten(_ bytes: [UInt8], _ ids: [ObjectID]) -> [UInt8] {
    let numbers = Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($1, $0) })
    let known = Set(ids.map(\.prefix64))
    return IDCoding.shorten(
      bytes, mayBeKnown: { known.contains($0) }, ordinal: { numbers[$0] })
  }

  @Test("every byte string comes back", arguments: UInt64(0)..<60)
  func roundTrip(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let ids = ids(300, &random)
    var bytes: [UInt8] = []
    for _ in 0..<random.below(40) {
      bytes += random.bytes(random.below(70))
      // Also one that the pack does not hold, and one that is cut off.
      let id = random.once(in: 4) ? Digest.sha256(random.bytes(3)) : random.pick(ids)
      bytes += random.once(in: 8) ? Array(id.bytes.dropLast()) : id.bytes
    }
    let short = shorten(bytes, ids)
    #expect(try IDCoding.expand(short) { $0 < ids.count ? ids[$0] : nil } == bytes)
  }

  @Test func anIDCostsAFewBytes() throws {
    var random = SplitMix(seed: 3)
    let ids = ids(200, &random)
    let bytes: [UInt8] = ids.flatMap { (id: ObjectID) -> [UInt8] in id.bytes + [7] }
    #expect(shorten(bytes, ids).count < 200 * 5)
    #expect(shorten([], ids) == [0])
  }

  @Test("what is not a coded form is refused")
  func hostile() {
    let id = Digest.sha256([1])
    func expand(_ bytes: [UInt8]) throws -> [UInt8] {
      try IDCoding.expand(bytes) { $0 == 5 ? id : nil }
    }
    #expect(throws: DecodeError.truncated) { try expand([]) }
    #expect(throws: DecodeError.truncated) { try expand([3, 1, 2]) }
    // A number without a run after it, one without an id, one that is too long.
    #expect(throws: DecodeError.truncated) { try expand([0, 5]) }
    #expect(throws: DecodeError.notCanonical) { try expand([0, 4, 0]) }
    #expect(throws: DecodeError.number) { try expand([0, 0x85, 0, 0]) }
    #expect(throws: DecodeError.tooLarge) { try expand([0xff, 0xff, 0xff, 0x7f]) }
    // Two bytes for each id: what would expand beyond an object's bound is seen on the way.
    var bomb: [UInt8] = [0]
    for _ in 0..<Limits.object / 32 { bomb += [5, 0] }
    #expect(throws: DecodeError.tooLarge) { try expand(bomb + [5, 1, 1]) }
  }
}
