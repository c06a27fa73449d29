/// Why bytes are not the canonical encoding of anything.
package enum DecodeError: Error, Hashable, Sendable {
  /// The bytes end inside a field.
  case truncated
  /// Bytes are left after the last field.
  case trailing
  /// A number is longer than it need be, or does not fit.
  case number
  /// A length or count exceeds its bound.
  case tooLarge
  /// A name may not occur in a tree.
  case name
  /// Elements are not in strictly rising order.
  case order
  /// A byte that chooses a form has no meaning in this version.
  case tag(UInt8)
  /// The value is well formed and not the canonical one.
  case notCanonical
}

/// Takes fields off a byte string and accepts only canonical forms.
///
/// Every length is checked against what is left before anything is allocated.
package struct ByteReader {
  private let bytes: [UInt8]
  /// The offset of the next field.
  package private(set) var offset: Int
  private let end: Int

  /// Reads a whole array.
  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    self.offset = 0
    self.end = bytes.count
  }

  /// Reads a range of an array, without copying it.
  package init(_ bytes: [UInt8], _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
    self.bytes = bytes
    self.offset = range.lowerBound
    self.end = range.upperBound
  }

  /// The number of bytes left.
  package var remaining: Int { end - offset }

  /// Takes one byte.
  package mutating func byte() throws(DecodeError) -> UInt8 {
    guard offset < end else { throw .truncated }
    defer { offset += 1 }
    return bytes[offset]
  }

  /// Takes an unsigned LEB128 number in its shortest form.
  package mutating func varint() throws(DecodeError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let next = try byte()
      let bits = UInt64(next & 0x7f)
      guard shift < 63 || bits <= 1 else { throw .number }
      value |= bits << shift
      if next & 0x80 == 0 {
        guard next != 0 || shift == 0 else { throw .number }
        return value
      }
      shift += 7
      guard shift <= 63 else { throw .number }
    }
  }

  /// Takes a number that must be at most a bound.
  package mutating func count(atMost bound: Int) throws(DecodeError) -> Int {
    let value = try varint()
    guard value <= UInt64(bound) else { throw .tooLarge }
    return Int(value)
  }

  /// Takes a count of elements of which each needs at least some bytes, so that a lie is seen
  /// before anything is reserved for it.
  package mutating func elements(
    atMost bound: Int, eachAtLeast size: Int
  ) throws(DecodeError) -> Int {
    let value = try count(atMost: bound)
    guard value <= remaining / max(size, 1) else { throw .truncated }
    return value
  }

  /// Takes a signed number: zigzag in a varint.
  package mutating func signed() throws(DecodeError) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  /// Takes a fixed-width little-endian number.
  package mutating func fixed<Number: FixedWidthInteger>(
    _ type: Number.Type = Number.self
  ) throws(DecodeError) -> Number {
    let width = Number.bitWidth / 8
    guard remaining >= width else { throw .truncated }
    defer { offset += width }
    return bytes.withUnsafeBytes {
      Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
  }

  /// Takes a number of raw bytes.
  package mutating func raw(_ count: Int) throws(DecodeError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else { throw .truncated }
    defer { offset += count }
    return bytes[offset..<offset + count]
  }

  /// Takes a byte string of at most a number of bytes.
  package mutating func string(atMost bound: Int) throws(DecodeError) -> [UInt8] {
    let length = try count(atMost: bound)
    return Array(try raw(length))
  }

  /// Takes an id.
  package mutating func id() throws(DecodeError) -> ObjectID {
    guard remaining >= ObjectID.byteCount else { throw .truncated }
    defer { offset += ObjectID.byteCount }
    return bytes.withUnsafeBytes { ObjectID(loading: $0, at: offset) }
  }

  /// Takes an optional id.
  package mutating func optionalID() throws(DecodeError) -> ObjectID? {
    switch try byte() {
    case 0: return nil
    case 1: return try id()
    case let other: throw .tag(other)
    }
  }

  /// Takes ids in strictly rising order, at most a number of them.
  package mutating func risingIDs(atMost bound: Int) throws(DecodeError) -> [ObjectID] {
    let count = try elements(atMost: bound, eachAtLeast: ObjectID.byteCount)
    var result: [ObjectID] = []
    result.reserveCapacity(count)
    for _ in 0..<count {
      let next = try id()
      if let last = result.last, last >= next { throw .order }
      result.append(next)
    }
    return result
  }

  /// Takes a timestamp.
  package mutating func timestamp() throws(DecodeError) -> Timestamp {
    let seconds = try signed()
    let nanoseconds = try count(atMost: 999_999_999)
    return Timestamp(seconds: seconds, nanoseconds: UInt32(nanoseconds))
  }

  /// Throws unless every byte has been taken.
  package func finish() throws(DecodeError) {
    guard offset == end else { throw .trailing }
  }
}
