/// Turns a stream of file content into its canonical objects, in bounded memory.
///
/// Up to 128 KiB make one chunk; more makes a list of content-defined chunks. The objects depend
/// on the content alone: neither on how it was handed over nor on where the file has holes.
package struct ContentBuilder {
  private let chunker: Chunker
  private var list = ListBuilder()
  private var pending: [UInt8] = []
  private var consumed = 0
  private var isList = false
  /// How many bytes at the end of `pending` came from `appendZeros`.
  private var trailingZeros = 0
  /// The bytes of content so far.
  package private(set) var size: UInt64 = 0

  /// Stores an object and returns its id.
  package typealias Put<Failure: Error> = (
    ObjectKind, UnsafeRawBufferPointer
  ) throws(Failure) -> ObjectID

  /// Makes a builder of empty content.
  package init(chunker: Chunker = Chunker()) {
    self.chunker = chunker
  }

  /// Appends bytes.
  package mutating func append<Failure: Error>(
    _ bytes: UnsafeRawBufferPointer, put: Put<Failure>
  ) throws(Failure) {
    size += UInt64(bytes.count)
    if !bytes.isEmpty { trailingZeros = 0 }
    // Fed in bounded steps, so that the buffer never holds more than two of the largest chunks.
    var offset = 0
    while offset < bytes.count {
      let end = min(bytes.count, offset + Chunker.maximum)
      pending.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[offset..<end]))
      offset = end
      try drain(put)
    }
  }

  /// Appends a run of zero bytes, a hole for instance, at a cost that its length hardly matters to.
  package mutating func appendZeros<Failure: Error>(
    _ count: UInt64, put: Put<Failure>
  ) throws(Failure) {
    var left = count
    size += count
    let zeros = [UInt8](repeating: 0, count: Chunker.maximum)
    while left > 0 {
      if isList, pending.count - consumed <= trailingZeros {
        // What waits is zeros since the last cut: part of this run.
        left += UInt64(pending.count - consumed)
        consumed = 0
        trailingZeros = 0
        pending.removeAll(keepingCapacity: true)
      }
      if pending.isEmpty, isList, left >= UInt64(Chunker.maximum) {
        // At a cut, zeros are cut always the same way: one object, repeated.
        let length = zeros.withUnsafeBytes { chunker.firstCut(in: $0) }
        let repeats = left / UInt64(length) - UInt64(Chunker.maximum / length - 1)
        let id = try Self.withBytes(zeros, 0..<length, put)
        try record(id, length, repeats, put)
        left -= repeats * UInt64(length)
      } else {
        let step = Int(min(left, UInt64(Chunker.maximum)))
        pending.append(contentsOf: zeros[..<step])
        trailingZeros += step
        left -= UInt64(step)
        try drain(put)
      }
    }
  }

  /// Ends the content.
  /// - Returns: the id of its chunk or list.
  package mutating func finish<Failure: Error>(put: Put<Failure>) throws(Failure) -> ObjectID {
    guard isList || size > UInt64(Limits.wholeFile) else {
      return try Self.withBytes(pending, consumed..<pending.count, put)
    }
    while pending.count > consumed { try cut(put) }
    let root = list.finish()
    try storeNodes(put)
    return root
  }

  private mutating func drain<Failure: Error>(_ put: Put<Failure>) throws(Failure) {
    while pending.count - consumed >= Chunker.maximum {
      isList = true
      try cut(put)
    }
    if consumed >= Chunker.maximum {
      pending.removeFirst(consumed)
      consumed = 0
    }
  }

  private mutating func cut<Failure: Error>(_ put: Put<Failure>) throws(Failure) {
    let start = consumed
    let length = pending.withUnsafeBytes {
      chunker.firstCut(in: UnsafeRawBufferPointer(rebasing: $0[start...]))
    }
    let id = try Self.withBytes(pending, start..<start + length, put)
    consumed += length
    try record(id, length, 1, put)
  }

  private mutating func record<Failure: Error>(
    _ id: ObjectID, _ length: Int, _ repeats: UInt64, _ put: Put<Failure>
  ) throws(Failure) {
    list.append(id, length: length, repeats: repeats)
    if !list.finished.isEmpty { try storeNodes(put) }
  }

  private mutating func storeNodes<Failure: Error>(_ put: Put<Failure>) throws(Failure) {
    for node in list.finished {
      _ = try Self.withBytes(node.bytes, 0..<node.bytes.count, put, kind: .list)
    }
    list.clearFinished()
  }

  private static func withBytes<Failure: Error>(
    _ bytes: [UInt8], _ range: Range<Int>, _ put: Put<Failure>, kind: ObjectKind = .chunk
  ) throws(Failure) -> ObjectID {
    let result: Result<ObjectID, Failure> = bytes.withUnsafeBytes { buffer in
      do throws(Failure) {
        return .success(try put(kind, UnsafeRawBufferPointer(rebasing: buffer[range])))
      } catch { return .failure(error) }
    }
    return try result.get()
  }
}
