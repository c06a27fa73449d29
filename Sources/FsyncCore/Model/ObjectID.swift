/// The identity of an object: SHA-256 over its domain tag, length and canonical bytes.
///
/// Kept as four big-endian words, so that comparing two ids is at most four integer
/// comparisons and orders them as their bytes do.
package struct ObjectID: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// The number of bytes of an id.
  package static let byteCount = 32

  let word0: UInt64
  let word1: UInt64
  let word2: UInt64
  let word3: UInt64

  /// Makes an id of exactly 32 bytes; nil for any other number.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == ObjectID.byteCount else { return nil }
    var words: [4 of UInt64] = [0, 0, 0, 0]
    var index = 0
    for byte in bytes {
      words[index >> 3] = words[index >> 3] << 8 | UInt64(byte)
      index += 1
    }
    self.init(words[0], words[1], words[2], words[3])
  }

  /// Reads an id from 32 bytes at an offset of a buffer that the caller has bounds-checked.
  package init(loading buffer: UnsafeRawBufferPointer, at offset: Int = 0) {
    precondition(offset >= 0 && buffer.count - offset >= ObjectID.byteCount)
    self.init(
      UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)),
      UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)),
      UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: offset + 16, as: UInt64.self)),
      UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: offset + 24, as: UInt64.self)))
  }

  init(_ word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
    self.word0 = word0
    self.word1 = word1
    self.word2 = word2
    self.word3 = word3
  }

  /// The 32 bytes of the id.
  package var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(ObjectID.byteCount)
    append(to: &result)
    return result
  }

  /// Appends the 32 bytes of the id.
  package func append(to bytes: inout [UInt8]) {
    let words = (word0.bigEndian, word1.bigEndian, word2.bigEndian, word3.bigEndian)
    withUnsafeBytes(of: words) { bytes.append(contentsOf: $0) }
  }

  /// Writes the 32 bytes of the id to memory that the caller has bounds-checked.
  package func store(to memory: UnsafeMutableRawPointer) {
    memory.storeBytes(of: word0.bigEndian, as: UInt64.self)
    memory.storeBytes(of: word1.bigEndian, toByteOffset: 8, as: UInt64.self)
    memory.storeBytes(of: word2.bigEndian, toByteOffset: 16, as: UInt64.self)
    memory.storeBytes(of: word3.bigEndian, toByteOffset: 24, as: UInt64.self)
  }

  /// Writes the 32 bytes of the id into a buffer that the caller has bounds-checked.
  package func store(to buffer: UnsafeMutableRawBufferPointer, at offset: Int = 0) {
    precondition(offset >= 0 && buffer.count - offset >= ObjectID.byteCount)
    buffer.storeBytes(of: word0.bigEndian, toByteOffset: offset, as: UInt64.self)
    buffer.storeBytes(of: word1.bigEndian, toByteOffset: offset + 8, as: UInt64.self)
    buffer.storeBytes(of: word2.bigEndian, toByteOffset: offset + 16, as: UInt64.self)
    buffer.storeBytes(of: word3.bigEndian, toByteOffset: offset + 24, as: UInt64.self)
  }

  /// The first byte, which chooses the bucket of a pack index's fan-out.
  package var firstByte: UInt8 { UInt8(truncatingIfNeeded: word0 >> 56) }

  /// The first eight bytes as a big-endian number: uniformly distributed for honest objects.
  package var prefix64: UInt64 { word0 }

  /// The id as four big-endian numbers.
  package var words: (UInt64, UInt64, UInt64, UInt64) { (word0, word1, word2, word3) }

  /// Hashes the first word only: SHA-256 has already spread it.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(word0)
  }

  /// Orders ids as their bytes are ordered.
  package static func < (left: ObjectID, right: ObjectID) -> Bool {
    if left.word0 != right.word0 { return left.word0 < right.word0 }
    if left.word1 != right.word1 { return left.word1 < right.word1 }
    if left.word2 != right.word2 { return left.word2 < right.word2 }
    return left.word3 < right.word3
  }
}

extension ObjectID: CustomStringConvertible {
  /// The id as 64 lower-case hexadecimal digits.
  package var description: String { bytes.hex }

  /// The first digits, enough for people.
  package var short: String { String(description.prefix(12)) }

  /// Parses 64 hexadecimal digits of either case; nil for anything else.
  package init?(hex: String) {
    guard let bytes = [UInt8](hex: hex) else { return nil }
    self.init(bytes)
  }
}

extension [UInt8] {
  /// The bytes as lower-case hexadecimal digits, two a byte.
  package var hex: String {
    let digits = Array<UInt8>("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(count * 2)
    for byte in self {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Parses hexadecimal digits of either case, two a byte; nil for anything else.
  package init?(hex: String) {
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in hex.utf8 {
      let digit: UInt8
      switch character {
      case 0x30...0x39: digit = character - 0x30
      case 0x41...0x46: digit = character - 0x41 + 10
      case 0x61...0x66: digit = character - 0x61 + 10
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    guard high == nil else { return nil }
    self = bytes
  }
}
