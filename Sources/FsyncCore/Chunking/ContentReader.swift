extension ObjectReader {
  /// Returns a file's or link's whole content; nil where it is larger than a bound.
  ///
  /// Every chunk's length is checked against what its list says.
  package func content(of entry: Entry, atMost bound: Int) throws(ObjectError) -> [UInt8]? {
    guard entry.kind != .directory, entry.size <= UInt64(bound) else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(Int(entry.size))
    try forEachChunk(of: entry) { id, length, repeats throws(ObjectError) in
      let chunk = try bytes(id, .chunk)
      guard chunk.count == length else { throw .malformed(id, .notCanonical) }
      for _ in 0..<repeats { result.append(contentsOf: chunk) }
    }
    return result
  }
}
