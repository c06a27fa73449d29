/// Gathers objects and compresses them into frames.
///
/// Keeps its buffers from one frame to the next; one a worker, not to be shared.
package final class FrameEncoder {
  private var compressor: Compressor
  private var content: [UInt8] = []
  private var objects: [FrameObject] = []

  /// Makes an encoder of empty frames.
  package init(_ compression: Compression) {
    compressor = Compressor(compression)
  }

  /// The codec's level for frames to come.
  package var level: Int32 {
    get { compressor.level }
    set { compressor.level = newValue }
  }
  /// Bytes of raw content gathered.
  package var rawLength: Int { content.count }
  /// Says whether nothing has been gathered.
  package var isEmpty: Bool { objects.isEmpty }

  /// Says whether an object of this many bytes still fits into the frame.
  package func hasRoom(for length: Int) -> Bool {
    content.count + length <= Limits.frame && objects.count < Limits.frameObjects
  }

  /// Adds an object.
  package func add(_ id: ObjectID, _ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer) {
    precondition(hasRoom(for: bytes.count))
    content.append(contentsOf: bytes)
    objects.append(FrameObject(id: id, kind: kind, length: bytes.count))
  }

  /// Adds an object.
  package func add(_ id: ObjectID, _ kind: ObjectKind, _ bytes: [UInt8]) {
    bytes.withUnsafeBytes { add(id, kind, $0) }
  }

  /// Compresses what was gathered, and begins a new frame.
  ///
  /// Content that does not get smaller is stored.
  /// - Parameters:
  ///   - prefix: the ids of the prefix, in order.
  ///   - prefixBytes: their raw bytes, one after the other.
  package func finish(prefix: [ObjectID] = [], prefixBytes: [UInt8] = []) -> Frame {
    defer {
      content.removeAll(keepingCapacity: true)
      objects.removeAll(keepingCapacity: true)
    }
    let (codec, payload) = compressor.compress(content, prefix: prefixBytes)
    return Frame(
      codec: codec, objects: objects, prefix: codec == .stored ? [] : prefix,
      rawLength: content.count, payload: payload)
  }
}

extension Frame {
  /// Decompresses the content: the bytes of all objects, one after the other.
  /// - Parameter prefixBytes: the raw bytes of the objects in `prefix`, one after the other.
  package func content(prefixBytes: [UInt8] = []) throws(FrameError) -> [UInt8] {
    try Decompressor.decompress(
      payload, codec: codec, rawLength: rawLength, prefix: prefixBytes)
  }

  /// The range of each object in the content, in order.
  package var ranges: [Range<Int>] {
    var start = 0
    return objects.map { object in
      defer { start += object.length }
      return start..<start + object.length
    }
  }
}
