package import FsyncCore

/// Writes messages of one direction of a stream.
///
/// A message is its head (its tag, the length of its payload as a varint, and two bytes of XXH3
/// over both), the payload, and eight bytes of XXH3 over all that. Both are seeded with the
/// message's number in its direction: a message that is lost, repeated, moved or changed is seen at
/// once. A length is checked before anybody waits for so many bytes, which may never come.
package struct MessageWriter: Sendable {
  /// The number of the next message.
  package private(set) var number: UInt64 = 0
  /// The heads of the client's hello, which later messages refer to.
  private var heads: [ObjectID] = []

  /// Makes the writer of a stream's beginning.
  package init() {}

  /// Remembers the heads of the client's hello: a message with the same ones leaves them out.
  package mutating func answering(_ heads: [ObjectID]) {
    self.heads = heads
  }

  /// Appends a message to bytes that are to be sent.
  package mutating func append(_ message: Message, to bytes: inout [UInt8]) {
    let payload = message.payload(answering: heads)
    let start = bytes.count
    bytes.append(message.tag.rawValue)
    var length = ByteWriter()
    length.count(payload.count)
    bytes.append(contentsOf: length.bytes)
    let check = MessageWriter.headCheck(bytes[start...], number)
    withUnsafeBytes(of: check.littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: payload)
    let checksum = Checksum.xxh3(bytes[start...], seed: number)
    withUnsafeBytes(of: checksum.littleEndian) { bytes.append(contentsOf: $0) }
    number += 1
  }

  /// The check of a head: a tag and a length, in the message of a number.
  static func headCheck(_ head: ArraySlice<UInt8>, _ number: UInt64) -> UInt16 {
    UInt16(truncatingIfNeeded: Checksum.xxh3(head, seed: ~number))
  }
}

extension Message {
  func payload(answering heads: [ObjectID]) -> [UInt8] {
    var writer = ByteWriter()
    switch self {
    case .hello(let hello): hello.encode(to: &writer)
    case .welcome(let welcome): welcome.encode(to: &writer, answering: heads)
    case .frame(let bytes): return bytes
    case .offer(let ids), .absent(let ids): writer.ids(ids)
    case .want(let selection):
      writer.count(selection.count)
      writer.raw(selection.bits)
    case .end, .keepAlive: break
    case .need(let need):
      writer.ids(need.commits)
      writer.ids(need.objects)
    case .ack(let bytes): writer.varint(bytes)
    case .joined(let joined):
      writer.byte(joined.heads == heads ? 0 : 1)
      if joined.heads != heads { writer.ids(joined.heads) }
      writer.optional(joined.view)
      writer.count(joined.conflicts)
      writer.count(joined.problems)
    case .failure(let failure):
      writer.varint(failure.code.rawValue)
      writer.string(failure.text)
    case .fetch(let fetch): fetch.encode(to: &writer)
    case .lacking(let ids): writer.ids(ids)
    case .outline(let outline):
      writer.count(outline.objects)
      writer.count(outline.files)
    }
    return writer.bytes
  }

  /// Decodes the payload of a tag; only canonical forms are accepted.
  init(
    _ tag: MessageTag, payload: [UInt8], answering heads: [ObjectID]
  ) throws(DecodeError) {
    var reader = ByteReader(payload)
    switch tag {
    case .frame:
      self = .frame(payload)
      return
    case .hello:
      let hello = try Hello(reading: &reader)
      self = .hello(hello)
      // A newer version may add fields at the end, which this one has no use for.
      if hello.version > WireLimits.version { return }
    case .welcome: self = .welcome(try Welcome(reading: &reader, answering: heads))
    case .offer: self = .offer(try reader.listedIDs(atMost: WireLimits.offer))
    case .want:
      let count = try reader.count(atMost: WireLimits.offer)
      let bits = Array(try reader.raw((count + 7) / 8))
      guard let selection = Selection(count: count, bits: bits) else { throw .notCanonical }
      self = .want(selection)
    case .absent:
      let ids = try reader.risingIDs(atMost: WireLimits.absent)
      guard !ids.isEmpty else { throw .notCanonical }
      self = .absent(ids)
    case .end: self = .end
    case .keepAlive: self = .keepAlive
    case .need:
      let commits = try reader.risingIDs(atMost: WireLimits.need)
      let objects = try reader.risingIDs(atMost: WireLimits.need)
      guard !commits.isEmpty || !objects.isEmpty else { throw .notCanonical }
      self = .need(Need(commits: commits, objects: objects))
    case .ack: self = .ack(try reader.varint())
    case .joined:
      self = .joined(
        Joined(
          heads: try reader.heads(unless: heads), view: try reader.optionalID(),
          conflicts: try reader.count(atMost: Int(UInt32.max)),
          problems: try reader.count(atMost: Int(UInt32.max))))
    case .failure:
      let code = try reader.varint()
      self = .failure(
        Failure(
          Failure.Code(rawValue: code) ?? .other, try reader.string(atMost: WireLimits.text)))
    case .fetch: self = .fetch(try Fetch(reading: &reader))
    case .lacking: self = .lacking(try reader.risingIDs(atMost: WireLimits.fetch))
    case .outline:
      self = .outline(
        Outline(
          objects: try reader.count(atMost: Int(UInt32.max)),
          files: try reader.count(atMost: Int(UInt32.max))))
    }
    try reader.finish()
  }
}

extension ByteReader {
  /// Takes heads, which are left out where they are those of the hello.
  mutating func heads(unless same: [ObjectID]) throws(DecodeError) -> [ObjectID] {
    guard try flag() else { return same }
    let heads = try risingIDs(atMost: Limits.heads)
    guard heads != same else { throw .notCanonical }
    return heads
  }

  /// Takes ids in any order; an empty list is of no use and refused.
  mutating func listedIDs(atMost bound: Int) throws(DecodeError) -> [ObjectID] {
    let count = try elements(atMost: bound, eachAtLeast: ObjectID.byteCount)
    guard count >= 1 else { throw .notCanonical }
    var result: [ObjectID] = []
    result.reserveCapacity(count)
    for _ in 0..<count { result.append(try id()) }
    return result
  }
}

extension Failure {
  /// The whole of what somebody says who cannot begin a session.
  package var alone: [UInt8] {
    var bytes: [UInt8] = []
    var writer = MessageWriter()
    writer.append(.failure(self), to: &bytes)
    return bytes
  }
}
