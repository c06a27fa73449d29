package import FsyncCore

extension ObjectReader {
  /// Hands a file's or link's content to a callback, in order and in bounded pieces.
  package func readContent(
    of entry: Entry, _ sink: (UnsafeRawBufferPointer) throws(ObjectError) -> Void
  ) throws(ObjectError) {
    try forEachChunk(of: entry) { id, length, repeats throws(ObjectError) in
      let bytes = try self.bytes(id, .chunk)
      guard bytes.count == length else { throw .malformed(id, .notCanonical) }
      for _ in 0..<repeats {
        let result: Result<Void, ObjectError> = bytes.withUnsafeBytes { buffer in
          do throws(ObjectError) { return .success(try sink(buffer)) } catch {
            return .failure(error)
          }
        }
        try result.get()
      }
    }
  }
}
