import FsyncCore
import FsyncWire
import Testing

/// The examples of fsync-protocol(7).
@Suite struct ExampleTests {
  private static func stream(_ messages: [Message]) -> String {
    var writer = MessageWriter()
    var bytes: [UInt8] = []
    for message in messages { writer.append(message, to: &bytes) }
    return bytes.hex
  }

  @Test func aClientsFirstMessage() throws {
    let replica = try #require(ReplicaID(Array(0..<16)))
    let standing = Standing(
      replica: replica, name: Array("a".utf8), heads: [], beyond: VersionVector())
    let hello = Hello(repository: nil, shared: [], standing: standing)
    #expect(
      Self.stream([.hello(hello)]) == "011f2b716673796e01010000000102030405060708090a0b0c0d0e0f"
        + "0161000000010083d16d1454456561")
  }

  @Test func aRefusal() {
    #expect(Self.stream([.failure(Failure(.noRepository))]) == "0b021a5603004a7d2be30d5345fa")
  }

  @Test func aCommitWithoutContent() {
    #expect(
      Self.stream([.absent([Digest.sha256([])])]) == "0c2178ee01e3b0c44298fc1c149afbf4"
        + "c8996fb92427ae41e4649b934ca495991b7852b8550e48d684073b122f")
  }

  @Test func keepAlives() {
    let bytes = "0a00721a6ac45d2c7e405071" + "0a007de18a22458abf29b4e6"
    #expect(Self.stream([.keepAlive, .keepAlive]) == bytes)
  }

  @Test func aFetch() throws {
    let repository = try #require(RepositoryID(Array(0..<16)))
    let fetch = Fetch(repository: repository, ids: [Digest.sha256([])])
    #expect(
      Self.stream([.fetch(fetch)]) == "0d33d0280101000102030405060708090a0b0c0d0e0f01"
        + "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" + "bc2edd87aa4d8ce3")
  }

  /// The table of bounds.
  @Test func bounds() {
    #expect(
      MessageTag.allCases.map(\.bound) == [
        1_048_576, 1_048_576, 19_538_992, 262_152, 1032, 16, 524_304, 16, 131_200, 0, 4112,
        262_152, 32_832, 32_776, 16,
      ])
  }
}
