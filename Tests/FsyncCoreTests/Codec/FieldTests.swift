import FsyncCore
import TestSupport
import Testing

@Suite struct FieldTests {
  @Test(arguments: UInt64(0)..<50) func numbersSurvive(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    for _ in 0..<100 {
      let number = random.next() >> UInt64(random.below(64))
      let signed = Int64(bitPattern: random.next()) >> Int64(random.below(64))
      let time = random.timestamp()
      let text = random.bytes(random.below(300))
      var writer = ByteWriter()
      writer.varint(number)
      writer.signed(signed)
      writer.fixed(number)
      writer.fixed(UInt16(truncatingIfNeeded: number))
      writer.timestamp(time)
      writer.string(text)
      writer.optional(nil)
      var reader = ByteReader([0xff] + writer.bytes + [0xff], 1..<writer.bytes.count + 1)
      #expect(try reader.varint() == number)
      #expect(try reader.signed() == signed)
      #expect(try reader.fixed(UInt64.self) == number)
      #expect(try reader.fixed(UInt16.self) == UInt16(truncatingIfNeeded: number))
      #expect(try reader.timestamp() == time)
      #expect(try reader.string(atMost: 300) == text)
      #expect(try reader.optionalID() == nil)
      try reader.finish()
      #expect(throws: DecodeError.truncated) { try reader.byte() }
    }
  }

  @Test(
    arguments: [
      (bytes: [0x00], value: UInt64(0)), ([0x7f], 127), ([0x80, 0x01], 128), ([0xff, 0x7f], 16383),
      ([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], UInt64.max),
    ] as [(bytes: [UInt8], value: UInt64)])
  func varintsHaveOneForm(bytes: [UInt8], value: UInt64) throws {
    var reader = ByteReader(bytes)
    #expect(try reader.varint() == value)
    var writer = ByteWriter()
    writer.varint(value)
    #expect(writer.bytes == bytes)
  }

  @Test(
    arguments: [
      [], [0x80], [0x80, 0x00], [0xff, 0x80, 0x00], [UInt8](repeating: 0xff, count: 9) + [0x02],
      [UInt8](repeating: 0xff, count: 9) + [0x81, 0x00], [UInt8](repeating: 0x80, count: 20),
    ] as [[UInt8]])
  func otherVarintsAreRefused(bytes: [UInt8]) {
    #expect(throws: DecodeError.self) {
      var reader = ByteReader(bytes)
      _ = try reader.varint()
    }
  }

  @Test func lengthsAreCheckedBeforeAnythingIsReserved() {
    var writer = ByteWriter()
    writer.varint(UInt64.max)
    writer.raw([1, 2, 3])
    let bytes = writer.bytes
    #expect(throws: DecodeError.tooLarge) {
      var reader = ByteReader(bytes)
      _ = try reader.string(atMost: 1 << 40)
    }
    #expect(throws: DecodeError.truncated) {
      var reader = ByteReader([200, 1, 0])
      _ = try reader.elements(atMost: 1 << 20, eachAtLeast: 32)
    }
    #expect(throws: DecodeError.truncated) {
      var reader = ByteReader([5, 0])
      _ = try reader.string(atMost: 10)
    }
  }

  @Test func idsAreKnownByTheirDigits() throws {
    let id = Digest.sha256(Array("abc".utf8))
    let digits = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(id.description == digits)
    #expect(ObjectID(hex: digits.uppercased()) == id)
    #expect(ObjectID(hex: String(digits.dropLast())) == nil)
    #expect(ObjectID(hex: String(digits.dropLast()) + "g") == nil)
    #expect(ObjectID(id.bytes) == id)
    #expect(ObjectID(id.bytes.dropLast()) == nil)
    #expect(id.firstByte == 0xba)
  }

  @Test(arguments: UInt64(0)..<50) func idsAreOrderedAsTheirBytes(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    var bytes = random.bytes(32)
    let id = try #require(ObjectID(bytes))
    bytes[random.below(32)] ^= UInt8(1 + random.below(255))
    let other = try #require(ObjectID(bytes))
    #expect((id < other) == id.bytes.lexicographicallyPrecedes(other.bytes))
    #expect(id != other)
  }

  @Test(arguments: [
    "", ".", "..", "a/b", "a\0", ".fsync", ".FSYNC", ".Fsync", ".fsync-stage-1", ".f\u{200c}sync",
    ".fſync", ".\u{feff}fsync", "\u{200b}.fsync", String(repeating: "a", count: 256),
  ])
  func namesThatNoTreeMayHold(text: String) {
    #expect(throws: DecodeError.name) { try Name(Array(text.utf8)) }
  }

  @Test(arguments: [
    "a", "...", ".f", ".fsyncignore", "fsync", ".fsync2", "é", "a b", "-", "\u{200c}", " ",
    String(repeating: "a", count: 255),
  ])
  func namesThatATreeMayHold(text: String) throws {
    #expect(try Name(Array(text.utf8)).bytes == Array(text.utf8))
    #expect(try Name([0xff, 0xfe]).bytes == [0xff, 0xfe])
  }

  @Test func pathsAreNamesJoined() throws {
    let path = try Path(Array("a/bc/d".utf8))
    #expect(path.components.map(\.description) == ["a", "bc", "d"])
    #expect(path.name?.description == "d" && path.parent?.description == "a/bc")
    #expect(path.isEqualOrBelow(try Path(Array("a".utf8))))
    #expect(!path.isEqualOrBelow(try Path(Array("a/b".utf8))))
    #expect(path.relative(to: try Path(Array("a".utf8)))?.description == "bc/d")
    #expect(path.relative(to: path) == .root && path.relative(to: .root) == path)
    #expect(Path.root.parent == nil && Path.root.name == nil)
    for text in ["/a", "a/", "a//b", "a/../b", "a/.fsync/b", "/"] {
      #expect(throws: DecodeError.name) { try Path(Array(text.utf8)) }
    }
    let deep = Array(
      repeatElement(Array("a".utf8), count: Limits.depth + 1).joined(separator: [0x2f]))
    #expect(throws: DecodeError.tooLarge) { try Path(deep) }
    #expect(throws: DecodeError.tooLarge) {
      try Path([UInt8](repeating: 0x61, count: Limits.path + 1))
    }
  }
}
