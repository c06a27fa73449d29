import FsyncCore
import TestSupport

/// What one side of a session says, in a form in which every change stays a conversation.
///
/// A run of parts: a byte that says what it is, two of length, and content. Numbers 1 to 15 are
/// messages by their tags, whose checks are made here. Objects stand by themselves, and ids of
/// theirs are placeholders with their number: whoever changes an object changes its id everywhere,
/// as a peer who lies consistently would. A length that says too much means the rest.
struct Script {
  /// The parts that are no messages.
  enum Part: UInt8 {
    /// An object: its kind, then its bytes, with placeholders for objects before it.
    case object = 0x20
    /// A frame message: a codec, the number of objects, their numbers, and the ids of a prefix.
    case frame = 0x21
    /// Bytes as they are, outside of any message.
    case raw = 0x22
  }

  private(set) var objects: [StoredObject] = []
  private var parts: [(tag: UInt8, content: ArraySlice<UInt8>)] = []

  /// The bytes that stand before an object's number in a placeholder, which is as long as an id.
  static let mark = Array("<object>".utf8)

  /// Reads a script; any bytes are one.
  init(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while rest.count >= 3, parts.count < 1000 {
      let tag = rest[rest.startIndex]
      let low = Int(rest[rest.startIndex + 1])
      let length = low | Int(rest[rest.startIndex + 2]) << 8
      rest = rest.dropFirst(3)
      let content = rest.prefix(length)
      rest = rest.dropFirst(length)
      if tag == Part.object.rawValue {
        guard let kind = content.first.flatMap(ObjectKind.init(rawValue:)) else { continue }
        objects.append(StoredObject(kind: kind, bytes: resolved(content.dropFirst())))
      } else {
        parts.append((tag, content))
      }
    }
  }

  /// What is sent, message by message.
  /// - Parameter reader: has the objects that a frame may name as its prefix.
  func messages(_ reader: any ObjectReader) -> [[UInt8]] {
    var messages: [[UInt8]] = []
    var number: UInt64 = 0
    for (tag, content) in parts {
      var bytes: [UInt8] = []
      switch Part(rawValue: tag) {
      case .raw: bytes += content
      case .frame: Framing.append(3, frame(Array(content), reader), number, to: &bytes)
      default: Framing.append(tag, resolved(content), number, to: &bytes)
      }
      if tag != Part.raw.rawValue { number += 1 }
      messages.append(bytes)
    }
    return messages
  }

  /// What is sent, in the pieces in which it arrives: mostly message by message, as it would where
  /// each waits for an answer, and else at once or in pieces of some size.
  func pieces(_ reader: any ObjectReader, _ choice: UInt64) -> [[UInt8]] {
    let messages = messages(reader)
    guard choice & 1 == 1 else { return messages }
    let stream = messages.flatMap { $0 }
    let size = choice & 2 == 0 ? max(stream.count, 1) : 1 + Int(choice >> 2 % 300)
    return stride(from: 0, to: stream.count, by: size).map { start in
      Array(stream[start..<min(start + size, stream.count)])
    }
  }

  private func frame(_ content: [UInt8], _ reader: any ObjectReader) -> [UInt8] {
    guard content.count >= 2, let codec = Codec(rawValue: content[0] % 3) else { return [] }
    let encoder = FrameEncoder(Compression(codec: codec, level: 1))
    let numbers = content.dropFirst(2).prefix(Int(content[1]))
    for number in numbers where Int(number) < objects.count {
      let object = objects[Int(number)]
      if encoder.hasRoom(for: object.bytes.count) {
        encoder.add(object.id, object.kind, object.bytes)
      }
    }
    var ids: [ObjectID] = []
    var rest = content.dropFirst(2 + numbers.count)
    while rest.count >= ObjectID.byteCount, ids.count < Limits.prefixObjects {
      if let id = ObjectID(rest.prefix(ObjectID.byteCount)) { ids.append(id) }
      rest = rest.dropFirst(ObjectID.byteCount)
    }
    let prefix = ids.flatMap { id in (try? reader.object(id))?.bytes ?? [1, 2, 3] }
    return encoder.finish(prefix: ids, prefixBytes: prefix).encoded
  }

  /// Puts ids in the place of placeholders.
  private func resolved(_ content: ArraySlice<UInt8>) -> [UInt8] {
    var bytes = Array(content)
    guard !objects.isEmpty, bytes.count >= ObjectID.byteCount else { return bytes }
    var index = 0
    while index + ObjectID.byteCount <= bytes.count {
      let number = Int(bytes[index + Script.mark.count])
      if bytes[index] == Script.mark[0], bytes[index...].starts(with: Script.mark),
        number < objects.count
      {
        var id: [UInt8] = []
        objects[number].id.append(to: &id)
        bytes.replaceSubrange(index..<index + id.count, with: id)
        index += id.count
      } else {
        index += 1
      }
    }
    return bytes
  }
}

/// The outer form of messages.
enum Framing {
  /// Appends a message with a head and a check that are right.
  static func append(
    _ tag: UInt8, _ payload: [UInt8], _ number: UInt64, to stream: inout [UInt8]
  ) {
    let start = stream.count
    stream.append(tag)
    var length = ByteWriter()
    length.count(payload.count)
    stream += length.bytes
    let head = UInt16(truncatingIfNeeded: Checksum.xxh3(stream[start...], seed: ~number))
    stream += [UInt8(head & 0xff), UInt8(head >> 8)]
    stream += payload
    let check = Checksum.xxh3(stream[start...], seed: number)
    withUnsafeBytes(of: check.littleEndian) { stream += $0 }
  }

  /// The tags and payloads of messages that are well-formed.
  static func parts(_ stream: [UInt8]) -> [(tag: UInt8, payload: [UInt8])] {
    var parts: [(tag: UInt8, payload: [UInt8])] = []
    var reader = ByteReader(stream)
    while let tag = try? reader.byte(), let length = try? reader.varint(),
      (try? reader.raw(2)) != nil, let payload = try? reader.raw(Int(clamping: length)),
      (try? reader.raw(8)) != nil
    {
      parts.append((tag, Array(payload)))
    }
    return parts
  }
}
