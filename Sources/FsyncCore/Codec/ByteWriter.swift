/// Appends fields to a byte string in the one form that each value has.
package struct ByteWriter {
  /// What has been written.
  package private(set) var bytes: [UInt8] = []

  /// Makes an empty writer.
  package init(reserving capacity: Int = 0) {
    bytes.reserveCapacity(capacity)
  }

  /// Appends one byte.
  package mutating func byte(_ value: UInt8) {
    bytes.append(value)
  }

  /// Appends an unsigned LEB128 number: seven bits a byte, low bits first, no padding.
  package mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Appends a non-negative number as a varint.
  package mutating func count(_ value: Int) {
    varint(UInt64(value))
  }

  /// Appends a signed number: zigzag, then a varint.
  package mutating func signed(_ value: Int64) {
    varint(UInt64(bitPattern: value << 1 ^ value >> 63))
  }

  /// Appends a fixed-width little-endian number.
  package mutating func fixed(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Appends raw bytes without a length.
  package mutating func raw(_ value: some Collection<UInt8>) {
    bytes.append(contentsOf: value)
  }

  /// Appends a byte string: its length as a varint, then its bytes.
  package mutating func string(_ value: some Collection<UInt8>) {
    count(value.count)
    bytes.append(contentsOf: value)
  }

  /// Appends 32 bytes of id.
  package mutating func id(_ value: ObjectID) {
    value.append(to: &bytes)
  }

  /// Appends an optional id: a byte 0, or a byte 1 and the id.
  package mutating func optional(_ value: ObjectID?) {
    byte(value == nil ? 0 : 1)
    if let value { id(value) }
  }

  /// Appends a timestamp: seconds signed, nanoseconds as a varint.
  package mutating func timestamp(_ value: Timestamp) {
    signed(value.seconds)
    varint(UInt64(value.nanoseconds))
  }
}
