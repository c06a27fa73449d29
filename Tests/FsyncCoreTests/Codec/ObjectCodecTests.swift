import FsyncCore
import TestSupport
import Testing

/// A kind of object with its codec, without its type.
struct ObjectCodec: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// Returns the encoding of a random value.
  let random: @Sendable (inout SplitMix) -> [UInt8]
  /// Decodes and encodes again.
  let recode: @Sendable ([UInt8]) throws -> [UInt8]

  static let all = [
    ObjectCodec(
      testDescription: "commit", random: { $0.commit().encoded },
      recode: { try Commit(decoding: $0).encoded }),
    ObjectCodec(
      testDescription: "tree leaf",
      random: {
        let count = $0.below(20)
        return TreeNode.leaf($0.entries(count)).encoded
      }, recode: { try TreeNode(decoding: $0).encoded }),
    ObjectCodec(
      testDescription: "tree node", random: { $0.innerNode().encoded },
      recode: { try TreeNode(decoding: $0).encoded }),
    ObjectCodec(
      testDescription: "list", random: { $0.listNode().encoded },
      recode: { try ListNode(decoding: $0).encoded }),
    ObjectCodec(
      testDescription: "renames", random: { $0.renames().encoded },
      recode: { try RenameRecords(decoding: $0).encoded }),
    ObjectCodec(
      testDescription: "conflicts", random: { $0.conflictTable().encoded },
      recode: { try ConflictTable(decoding: $0).encoded }),
  ]
}

@Suite struct ObjectCodecTests {
  @Test(arguments: UInt64(0)..<100) func valuesSurvive(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let commit = random.commit()
    #expect(try Commit(decoding: commit.encoded) == commit)
    let leaf = TreeNode.leaf(random.entries(random.below(30)))
    #expect(try TreeNode(decoding: leaf.encoded) == leaf)
    let inner = random.innerNode()
    #expect(try TreeNode(decoding: inner.encoded) == inner)
    let list = random.listNode()
    #expect(try ListNode(decoding: list.encoded) == list)
    let renames = random.renames()
    #expect(try RenameRecords(decoding: renames.encoded) == renames)
    let conflicts = random.conflictTable()
    #expect(try ConflictTable(decoding: conflicts.encoded) == conflicts)
  }

  @Test(arguments: ObjectCodec.all, UInt64(0)..<12)
  func everyTruncationIsRefused(codec: ObjectCodec, seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let bytes = codec.random(&random)
    #expect(try codec.recode(bytes) == bytes)
    for length in 0..<bytes.count {
      #expect(throws: DecodeError.self) { try codec.recode(Array(bytes[..<length])) }
    }
    #expect(throws: DecodeError.trailing) { try codec.recode(bytes + [0]) }
  }

  /// Whatever is accepted is the one encoding of its value, and nothing crashes.
  @Test(arguments: ObjectCodec.all, UInt64(0)..<60)
  func whatIsAcceptedIsCanonical(codec: ObjectCodec, seed: UInt64) {
    var random = SplitMix(seed: seed)
    let bytes = codec.random(&random)
    for _ in 0..<200 {
      let mutant = random.mutated(bytes)
      guard let again = try? codec.recode(mutant) else { continue }
      #expect(again == mutant, "\(mutant.hex)")
    }
  }

  @Test(arguments: ObjectCodec.all, UInt64(0)..<20)
  func noiseIsRefusedWithoutACrash(codec: ObjectCodec, seed: UInt64) {
    var random = SplitMix(seed: seed)
    for _ in 0..<100 {
      var noise = random.bytes(random.below(200))
      if let first = codec.random(&random).first, !noise.isEmpty { noise[0] = first }
      guard let again = try? codec.recode(noise) else { continue }
      #expect(again == noise)
    }
  }

  /// An entry of a size that no file has would be a trap for whoever counts with it.
  @Test func conflictsHoldOnlyEntriesThatATreeCan() throws {
    let id = Digest.sha256([])
    func table(_ entry: Entry) -> ConflictTable {
      ConflictTable([
        Conflict(
          path: path("a"), kind: .edits, base: nil,
          sides: [Conflict.Side(path: path("a"), entry: entry, commit: id)])
      ])
    }
    var directory = Entry.directory(id, mode: 0o755)
    directory.size = 1
    var link = Entry.symlink(id, size: 1, mtime: .zero)
    link.mode = 0o777
    for entry in [
      directory, link, .file(id, size: 1 << 63, mode: 0, mtime: .zero),
      .symlink(id, size: UInt64(Limits.path) + 1, mtime: .zero),
    ] {
      #expect(throws: DecodeError.self) { try ConflictTable(decoding: table(entry).encoded) }
    }
  }
}

extension SplitMix {
  /// Returns bytes with one small change: a bit, a byte, a byte more or less, two runs exchanged.
  mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    guard !bytes.isEmpty else { return self.bytes(below(4)) }
    var result = bytes
    let place = below(bytes.count)
    switch below(6) {
    case 0: result[place] ^= 1 << UInt8(below(8))
    case 1: result[place] = UInt8(below(256))
    case 2: result.insert(UInt8(below(256)), at: place)
    case 3: result.remove(at: place)
    case 4: result[place] = pick([0, 1, 0x7f, 0x80, 0xff])
    default:
      // Ids in another order, for instance.
      let length = min(32, (bytes.count - place) / 2)
      for offset in 0..<length { result.swapAt(place + offset, place + length + offset) }
    }
    return result
  }
}
