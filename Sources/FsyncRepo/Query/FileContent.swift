package import FsyncCore

extension ObjectReader {
  /// Hands a file's or link's content to a callback, in order and in bounded pieces.
  package func readContent(
    of entry: Entry, _ sink: (UnsafeRawBufferPointer) throws(ObjectError) -> Void
  ) throws(ObjectError) {
    try readContent(of: entry, in: 0..<entry.size, sink)
  }

  /// Hands a range of a file's or link's content to a callback, in order and in bounded pieces.
  ///
  /// What lies outside of the range is not read.
  package func readContent(
    of entry: Entry, in range: Range<UInt64>,
    _ sink: (UnsafeRawBufferPointer) throws(ObjectError) -> Void
  ) throws(ObjectError) {
    try forEachChunk(of: entry, in: range) { id, length, repeats, start throws(ObjectError) in
      let bytes = try self.bytes(id, .chunk)
      guard bytes.count == length else { throw .malformed(id, .notCanonical) }
      for turn in 0..<repeats {
        let place = start + turn * UInt64(length)
        let lower =
          range.lowerBound > place ? Int(min(range.lowerBound - place, UInt64(length))) : 0
        let upper = Int(min(UInt64(length), range.upperBound - min(place, range.upperBound)))
        guard lower < upper else { continue }
        let result: Result<Void, ObjectError> = bytes.withUnsafeBytes { buffer in
          do throws(ObjectError) {
            return .success(try sink(UnsafeRawBufferPointer(rebasing: buffer[lower..<upper])))
          } catch { return .failure(error) }
        }
        try result.get()
      }
    }
  }
}
