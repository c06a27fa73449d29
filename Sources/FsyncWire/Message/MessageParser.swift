package import FsyncCore

/// Takes messages off one direction of a stream that comes in arbitrary pieces.
///
/// Memory is what has arrived, never what a length claims.
package struct MessageParser {
  private var buffer: [UInt8] = []
  private var start = 0
  private var number: UInt64 = 0
  private var heads: [ObjectID] = []
  /// The bytes of all messages that were taken.
  package private(set) var taken: UInt64 = 0

  /// Makes the parser of a stream's beginning.
  package init() {}

  /// Remembers the heads of the client's hello: a message with the same ones leaves them out.
  package mutating func answering(_ heads: [ObjectID]) {
    self.heads = heads
  }

  /// Says whether the stream may end here without cutting a message.
  package var isBetweenMessages: Bool { start == buffer.count }

  /// The bytes that have come and have not been taken.
  package var count: Int { buffer.count - start }

  /// Appends bytes as they came.
  package mutating func feed(_ bytes: UnsafeRawBufferPointer) {
    if start == buffer.count {
      buffer.removeAll(keepingCapacity: buffer.capacity <= 1 << 20)
      start = 0
    } else if start >= 1 << 16, start > buffer.count / 2 {
      buffer.removeFirst(start)
      start = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// Appends bytes as they came.
  package mutating func feed(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { feed($0) }
  }

  /// Takes the next message; nil until it is complete.
  package mutating func next() throws(WireError) -> Message? {
    guard start < buffer.count else { return nil }
    // The very first message proves that the other side is what we think it is: a login script
    // that prints something must not look like a damaged message.
    guard let tag = MessageTag(rawValue: buffer[start]) else {
      throw number == 0 ? .notFsync(opening) : .unknownTag(buffer[start])
    }
    var reader = ByteReader(buffer, start + 1..<buffer.count)
    let length: Int
    let isHead: Bool
    do throws(DecodeError) {
      length = try reader.count(atMost: tag.bound)
      let check = MessageWriter.headCheck(buffer[start..<reader.offset], number)
      isHead = try reader.fixed(UInt16.self) == check
    } catch {
      switch error {
      case .truncated: return nil
      case .tooLarge: throw number == 0 ? .notFsync(opening) : .tooLarge(tag)
      default: throw .malformed(tag, error)
      }
    }
    guard isHead else { throw number == 0 ? .notFsync(opening) : .checksum }
    let body = reader.offset
    let end = body + length
    guard buffer.count >= end + 8 else { return nil }
    let expected = Checksum.xxh3(buffer[start..<end], seed: number)
    var tail = ByteReader(buffer, end..<end + 8)
    guard let checksum = try? tail.fixed(UInt64.self), checksum == expected else {
      throw number == 0 ? .notFsync(opening) : .checksum
    }
    number += 1
    taken += UInt64(end + 8 - start)
    start = end + 8
    let payload = Array(buffer[body..<end])
    if tag == .hello { try MessageParser.checkVersion(payload) }
    do throws(DecodeError) {
      return try Message(tag, payload: payload, answering: heads)
    } catch { throw .malformed(tag, error) }
  }

  private var opening: [UInt8] { Array(buffer[start...].prefix(256)) }

  /// Refuses a version that this program does not speak before it looks at fields that only that
  /// version may know how to read.
  private static func checkVersion(_ payload: [UInt8]) throws(WireError) {
    var reader = ByteReader(payload)
    guard let magic = try? reader.raw(Hello.magic.count), magic.elementsEqual(Hello.magic),
      (try? reader.varint()) != nil, let oldest = try? reader.varint()
    else { throw .malformed(.hello, .notCanonical) }
    guard oldest <= WireLimits.version else { throw .version(oldest) }
  }
}
