/// Bytes in the path of a URL.
enum PercentCoding {
  /// Encodes blanks, control bytes and `%`, and everything that is not ASCII where the whole is
  /// not UTF-8.
  static func encode(_ bytes: [UInt8]) -> String {
    let isText = String(validating: bytes, as: UTF8.self) != nil
    var result: [UInt8] = []
    for byte in bytes {
      if byte.isControl || byte == 0x20 || byte == UInt8(ascii: "%") || byte >= 0x80 && !isText {
        result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      } else {
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Decodes each `%` and two digits; nil where digits are missing or the byte is NUL.
  static func decode(_ bytes: some Sequence<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    var rest = bytes.makeIterator()
    while let byte = rest.next() {
      guard byte == UInt8(ascii: "%") else {
        result.append(byte)
        continue
      }
      guard let high = rest.next().flatMap(value), let low = rest.next().flatMap(value),
        high | low != 0
      else { return nil }
      result.append(high << 4 | low)
    }
    return result
  }

  private static let digits = Array("0123456789ABCDEF".utf8)

  private static func value(_ digit: UInt8) -> UInt8? {
    Character(UnicodeScalar(digit)).hexDigitValue.map { UInt8($0) }
  }
}

extension UInt8 {
  /// Says whether this is a control byte of ASCII.
  var isControl: Bool { self < 0x20 || self == 0x7f }
}
