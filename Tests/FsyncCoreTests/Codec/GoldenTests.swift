import FsyncCore
import TestSupport
import Testing

/// Bytes that every version of fsync must make and understand: format version 1.
@Suite struct GoldenTests {
  @Test func objectsHaveTheirBytesAndIds() throws {
    #expect(GoldenTests.objects.count == GoldenTests.vectors.count)
    for (name, kind, bytes) in GoldenTests.objects {
      let vector = try #require(GoldenTests.vectors[name])
      #expect(bytes.hex == vector.bytes, "\(name)")
      #expect(Digest.object(kind, bytes).description == vector.id, "\(name)")
    }
  }

  @Test func bytesHaveTheirObjects() throws {
    func bytes(_ name: String) throws -> [UInt8] {
      try #require(GoldenTests.vectors[name].flatMap { [UInt8](hex: $0.bytes) })
    }
    #expect(try TreeNode(decoding: bytes("leaf")) == GoldenTests.leaf)
    #expect(try TreeNode(decoding: bytes("inner")) == GoldenTests.inner)
    #expect(try ListNode(decoding: bytes("list")) == GoldenTests.list)
    #expect(try Commit(decoding: bytes("commit")) == GoldenTests.commit)
    #expect(try RenameRecords(decoding: bytes("renames")) == GoldenTests.renames)
    #expect(try ConflictTable(decoding: bytes("conflicts")) == GoldenTests.conflicts)
  }

  @Test func chunksHaveTheirIds() {
    #expect(
      Digest.object(.chunk, []).description
        == "6e1330e16096c82fe98b3d4313fd72e4132f49d064945848b16bf797ce24ab38")
    #expect(
      Digest.object(.chunk, Array("hello\n".utf8)).description
        == "9b4f12707d42ef8a35f9586a9e36bd202430b71fca11a42947e009e01b7fc310")
  }

  @Test func theGearTableIsTheOneOfTheFormat() {
    let bytes = GearTable.standard.words.flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
    }
    #expect(bytes.count == 2048)
    #expect(
      Digest.sha256(bytes).description
        == "9c9537194c0d3cfbf6af8e4acca3dec6dc15b9d4c48e8794af7a1b611df94901")
  }

  @Test func framesAreUnderstood() throws {
    for codec in Codec.allCases {
      let golden = try #require(GoldenTests.frames[codec])
      let bytes = try #require([UInt8](hex: golden))
      let made = GoldenTests.frame(codec)
      let frame = try bytes.withUnsafeBytes { try Frame(decoding: $0) }
      #expect(frame.codec == codec && frame.objects == made.objects && frame.prefix == made.prefix)
      #expect(frame.encoded == bytes)
      let prefix = frame.prefix.isEmpty ? [] : Array("hello\n".utf8)
      #expect(try frame.content(prefixBytes: prefix) == made.content(prefixBytes: prefix))
      if codec == .stored { #expect(made.encoded == bytes) }
    }
  }
}
