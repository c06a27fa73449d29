import FsyncCore
import FsyncRepo
import FsyncSystem
import TestSupport
import Testing

@Suite struct ReplicaFormTests {
  @Test("a flag is 0 or 1, and what says that a place follows nothing else")
  func flagsAreCanonical() throws {
    let directory = try TemporaryDirectory()
    let bytes = try Repository.make("desk", in: directory).replica.encoded
    #expect(try Replica(decoding: bytes).encoded == bytes)
    // Magic, version, id, and the name with its length come before the flag.
    let flag = 4 + 1 + ReplicaID.byteCount + 1 + Int(bytes[4 + 1 + ReplicaID.byteCount])
    #expect(bytes[flag] == 1)
    var changed = Array(bytes.dropLast(8))
    changed[flag] = 2
    let sum = Checksum.xxh3(changed[...])
    changed += (0..<8).map { UInt8(truncatingIfNeeded: sum >> (8 * UInt64($0))) }
    #expect(throws: DecodeError.notCanonical) { try Replica(decoding: changed) }
  }
}
