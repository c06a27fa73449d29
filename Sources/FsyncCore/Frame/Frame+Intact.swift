extension Frame {
  /// Verifies the checksum of a frame at the start of a buffer, and nothing else: at the speed of
  /// memory, without looking at what the frame holds.
  /// - Returns: the frame's length; nil where its bytes are not those that were written.
  package static func intactLength(of bytes: UnsafeRawBufferPointer) -> Int? {
    guard let head = try? head(of: bytes), head.frameLength <= bytes.count else { return nil }
    let body = UnsafeRawBufferPointer(rebasing: bytes[headLength..<head.frameLength])
    return Checksum.xxh3(body, seed: head.seed) == head.checksum ? head.frameLength : nil
  }
}
