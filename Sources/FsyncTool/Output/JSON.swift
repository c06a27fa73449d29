import FsyncCore
import FsyncRepo

/// A JSON value; fields keep the order in which they are given.
enum JSON: Sendable {
  case null
  case boolean(Bool)
  case integer(Int64)
  case string(String)
  case array([JSON])
  case object([Field])

  /// A value and its name in an object.
  struct Field: Sendable {
    let key: String
    let value: JSON

    init(_ key: String, _ value: JSON) {
      self.key = key
      self.value = value
    }
  }
}

extension JSON {
  static func integer(_ number: Int) -> JSON { .integer(Int64(number)) }
  static func integer(_ number: UInt64) -> JSON { .integer(Int64(clamping: number)) }

  /// Bytes that should be text: a string, or `{"path64": …}` where they are not UTF-8.
  static func name(_ bytes: [UInt8]) -> JSON {
    if let text = String(validating: bytes, as: UTF8.self) { return .string(text) }
    return ["path64": .string(Base64.text(bytes))]
  }

  /// A path; the root is `.`.
  static func name(_ path: Path) -> JSON { path.isRoot ? .string(".") : name(path.bytes) }

  /// A path; null for none.
  static func name(_ path: Path?) -> JSON { path.map { name($0) } ?? .null }

  /// An id as 64 digits; null for none.
  static func id(_ id: ObjectID?) -> JSON { id.map { .string($0.description) } ?? .null }

  /// Ids in the order in which they are given.
  static func ids(_ ids: [ObjectID]) -> JSON { .array(ids.map { id($0) }) }

  /// A time by RFC 3339.
  static func time(_ time: Timestamp, zone: Int16) -> JSON {
    .string(TimeText.rfc3339(time, zone: zone))
  }

  /// A time by RFC 3339 in the zone of this machine; null for none.
  static func time(_ time: Timestamp?) -> JSON {
    time.map { .time($0, zone: LocalZone.system.minutes($0.seconds)) } ?? .null
  }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
  init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { Field($0.0, $0.1) })
  }

  init(arrayLiteral elements: JSON...) { self = .array(elements) }
}

extension JSON {
  /// Appends the value on one line, without spaces.
  func append(to output: inout [UInt8]) {
    switch self {
    case .null: output.append(contentsOf: "null".utf8)
    case .boolean(let flag): output.append(contentsOf: (flag ? "true" : "false").utf8)
    case .integer(let number): output.append(contentsOf: String(number).utf8)
    case .string(let text): JSON.append(text, to: &output)
    case .array(let elements):
      output.append(0x5b)
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(0x2c) }
        element.append(to: &output)
      }
      output.append(0x5d)
    case .object(let fields):
      output.append(0x7b)
      for (index, field) in fields.enumerated() {
        if index > 0 { output.append(0x2c) }
        JSON.append(field.key, to: &output)
        output.append(0x3a)
        field.value.append(to: &output)
      }
      output.append(0x7d)
    }
  }

  private static func append(_ text: String, to output: inout [UInt8]) {
    output.append(0x22)
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5c: output.append(contentsOf: [0x5c, byte])
      case 0x0a: output.append(contentsOf: "\\n".utf8)
      case 0x09: output.append(contentsOf: "\\t".utf8)
      case 0x0d: output.append(contentsOf: "\\r".utf8)
      case 0..<0x20, 0x7f:
        output.append(contentsOf: (byte < 0x10 ? "\\u000" : "\\u00").utf8)
        output.append(contentsOf: String(byte, radix: 16).utf8)
      default: output.append(byte)
      }
    }
    output.append(0x22)
  }
}

/// Bytes as text of 64 characters, by RFC 4648.
enum Base64 {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The text, padded.
  static func text(_ bytes: [UInt8]) -> String {
    var output: [UInt8] = []
    output.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var word: UInt32 = 0
      for offset in 0..<3 {
        word = word << 8 | UInt32(offset < group.count ? group[start + offset] : 0)
      }
      for place in 0...3 {
        let digit = digits[Int(word >> UInt32(18 - 6 * place) & 63)]
        output.append(place <= group.count ? digit : 0x3d)
      }
    }
    return String(decoding: output, as: UTF8.self)
  }
}
