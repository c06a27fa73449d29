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
      Self.stream([.hello(hello)]) == "011f6673796e01010000000102030405060708090a0b0c0d0e0f"
        + "01610000000100fa2db2076a9754bc")
  }

  @Test func aRefusal() {
    #expect(Self.stream([.failure(Failure(.noRepository))]) == "0b02030032a77bdc1aa2719a")
  }

  @Test func keepAlives() {
    let bytes = "0a0015af3d526a1ae0bb" + "0a00104619fd6738cdab"
    #expect(Self.stream([.keepAlive, .keepAlive]) == bytes)
  }

  /// The table of bounds.
  @Test func bounds() {
    #expect(
      MessageTag.allCases.map(\.bound) == [
        1_048_576, 1_048_576, 19_538_992, 262_152, 1032, 16, 524_304, 16, 131_200, 0, 4112,
      ])
  }
}
