import FsyncCore
import FsyncWire
import TestSupport
import Testing

@Suite struct ForgedFrameTests {
  private let chunk = Forged.chunk

  /// What a frame that claims to be of an object, and has other bytes, is told from.
  private func frame(_ id: ObjectID, _ kind: ObjectKind, _ bytes: [UInt8]) -> [UInt8] {
    let encoder = FrameEncoder(.standard)
    encoder.add(id, kind, bytes)
    return encoder.finish().encoded
  }

  @Test(arguments: Victim.allCases) func framesThatLieAreRefused(victim: Victim) {
    let honest = frame(chunk.id, .chunk, chunk.bytes)
    func with(_ offset: Int, _ value: UInt8, count: Int = 4) -> [UInt8] {
      var bytes = honest
      for index in offset..<offset + count { bytes[index] = value }
      return bytes
    }
    let operation = StoredObject(kind: .operation, bytes: [1])
    let absences = StoredObject(kind: .absences, bytes: [1])
    let large = StoredObject(kind: .chunk, bytes: [UInt8](repeating: 0, count: Limits.chunk + 1))
    let table: [(what: String, frame: [UInt8], error: WireError)] = [
      ("a table of 4 GiB", with(8, 0xff), .frame(.tooLarge)),
      ("content of 4 GiB", with(12, 0xff), .frame(.tooLarge)),
      ("a payload of 4 GiB", with(16, 0xff), .frame(.tooLarge)),
      ("a byte too few", Array(honest.dropLast()), .frame(.truncated)),
      ("a byte too many", honest + [0], .frame(.truncated)),
      (
        "a changed byte", with(honest.count - 1, honest[honest.count - 1] ^ 1, count: 1),
        .frame(.checksum)
      ),
      ("an unknown codec", with(5, 9, count: 1), .frame(.notAFrame)),
      ("nothing", [], .frame(.truncated)),
      ("other content", frame(chunk.id, .chunk, [9, 9, 9]), .hash(chunk.id)),
      ("another kind", frame(chunk.id, .tree, chunk.bytes), .hash(chunk.id)),
      (
        "an operation", frame(operation.id, .operation, operation.bytes), .kind(operation.id)
      ),
      ("absences", frame(absences.id, .absences, absences.bytes), .kind(absences.id)),
      (
        "a chunk that is too large", frame(large.id, .chunk, large.bytes),
        .object(large.id, .tooLarge)
      ),
    ]
    for row in table {
      #expect(
        victim.verdict(on: [.frame(row.frame)], heads: [chunk.id]) == row.error, "\(row.what)")
    }
  }

  @Test func aFrameWhosePrefixIsNotHereIsAskedForPlain() throws {
    let (a, b) = (MemoryHost("alpha"), MemoryHost("beta"))
    var random = SplitMix(seed: 3)
    let content = random.bytes(60_000)
    try a.commit([("x", content)])
    var link = Link()
    _ = try link.run(a, b)
    let shared = a.current
    try a.commit([("x", content + [1])])
    // The other side has lost the very chunk that the new one resembles.
    let old = try b.store.entry(at: try Path([0x78]), in: b.store.commit(shared[0]).tree)!.content
    b.store.stored[old] = nil
    let result = try link.run(a, b, shared: shared)
    #expect(result.counts.roundTrips == 3)
    #expect(a.current == b.current)
    #expect(try b.files() == a.files())
  }
}
