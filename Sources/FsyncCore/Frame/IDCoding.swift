/// Writes ids that a pack holds as their numbers in it.
///
/// The coded form of an object is literal runs and numbers in turn: the length of a run as a
/// varint, the run's bytes, a number as a varint; again a run; and so on. It ends with a run. What
/// an object means does not matter: wherever 32 of its bytes are an id of the pack, a number
/// stands for them.
package enum IDCoding {
  /// Shortens the ids in an object's bytes.
  /// - Parameters:
  ///   - mayBeKnown: says whether an id whose first eight bytes are a big-endian number may have
  ///     an ordinal; asked for every byte, so it should be fast.
  ///   - ordinal: the number of an id; nil where it has none.
  package static func shorten(
    _ bytes: [UInt8], mayBeKnown: (UInt64) -> Bool, ordinal: (ObjectID) -> Int?
  ) -> [UInt8] {
    var writer = ByteWriter(reserving: bytes.count + 8)
    var start = 0
    var offset = 0
    bytes.withUnsafeBytes { buffer in
      while offset + ObjectID.byteCount <= buffer.count {
        let prefix = UInt64(
          bigEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        guard mayBeKnown(prefix), let number = ordinal(ObjectID(loading: buffer, at: offset))
        else {
          offset += 1
          continue
        }
        writer.string(buffer[start..<offset])
        writer.count(number)
        offset += ObjectID.byteCount
        start = offset
      }
      writer.string(buffer[start...])
    }
    return writer.bytes
  }

  /// Brings an object's bytes back.
  ///
  /// Throws where the bytes are not a coded form, a number has no id, or the object would exceed
  /// its bound.
  package static func expand(
    _ bytes: [UInt8], id: (Int) -> ObjectID?
  ) throws(DecodeError) -> [UInt8] {
    var reader = ByteReader(bytes)
    var writer = ByteWriter(reserving: bytes.count * 2)
    while true {
      writer.raw(try reader.raw(try reader.count(atMost: Limits.object)))
      guard writer.bytes.count <= Limits.object else { throw .tooLarge }
      if reader.remaining == 0 { return writer.bytes }
      guard let id = id(try reader.count(atMost: Int(UInt32.max))) else { throw .notCanonical }
      writer.id(id)
    }
  }
}
