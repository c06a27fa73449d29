internal import CZstd

/// A frame's raw content, decompressed no further than it was asked for.
///
/// The newest versions lie at the front of a cold frame, so whoever restores them decompresses
/// little of it; whoever wants more goes on where the last one stopped.
package struct ContentDecoder: ~Copyable {
  private let whole: [UInt8]
  private var payload: [UInt8] = []
  private var consumed = 0
  private let buffer: UnsafeMutableRawPointer?
  private let capacity: Int
  private var decoded = 0
  private var context: OpaquePointer?

  /// Bytes of payload that are handed to the codec at once: about as much is read ahead.
  private static let step = 8 << 10
  /// Smaller content is decompressed at once.
  private static let worthwhile = 512 << 10

  /// Takes over content that is decompressed already.
  package init(whole: [UInt8]) {
    self.whole = whole
    buffer = nil
    capacity = whole.count
  }

  /// Makes the decoder of a payload that has no prefix.
  package init(
    _ payload: [UInt8], codec: Codec, rawLength: Int
  ) throws(FrameError) {
    guard codec == .zstd, rawLength > ContentDecoder.worthwhile, let context = ZSTD_createDCtx()
    else {
      self.init(
        whole: try Decompressor.decompress(
          payload, codec: codec, rawLength: rawLength, prefix: []))
      return
    }
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Decompressor.maximumWindowLog)
    // The output stays where it is and so is the window; a library that does not know this
    // (ZSTD_d_stableOutBuffer) keeps one of its own.
    ZSTD_DCtx_setParameter(context, ZSTD_d_experimentalParam2, 1)
    self.init(payload, context, rawLength)
  }

  private init(_ payload: [UInt8], _ context: OpaquePointer, _ rawLength: Int) {
    whole = []
    self.payload = payload
    self.context = context
    capacity = rawLength
    buffer = .allocate(byteCount: rawLength, alignment: 16)
  }

  deinit {
    ZSTD_freeDCtx(context)
    buffer?.deallocate()
  }

  /// Returns a range of the content; throws where the payload does not decompress to it.
  package mutating func bytes(_ range: Range<Int>) throws(FrameError) -> [UInt8] {
    guard range.upperBound <= capacity else { throw .payload }
    guard let buffer else { return Array(whole[range]) }
    try advance(to: range.upperBound, into: buffer)
    return Array(UnsafeRawBufferPointer(start: buffer + range.lowerBound, count: range.count))
  }

  private mutating func advance(
    to end: Int, into buffer: UnsafeMutableRawPointer
  ) throws(FrameError) {
    guard decoded < end else { return }
    guard let context else { throw .payload }
    var output = ZSTD_outBuffer(dst: buffer, size: capacity, pos: decoded)
    let result = payload.withUnsafeBytes { source -> Int? in
      var input = ZSTD_inBuffer(src: source.baseAddress, size: consumed, pos: consumed)
      var left = 1
      while output.pos < end, left != 0 {
        let before = (input.pos, output.pos)
        if input.pos == input.size {
          input.size = min(source.count, input.size + ContentDecoder.step)
        }
        left = ZSTD_decompressStream(context, &output, &input)
        guard ZSTD_isError(left) == 0, before != (input.pos, output.pos) else { return nil }
      }
      return input.pos
    }
    guard let result, output.pos >= end else {
      ZSTD_freeDCtx(context)
      self.context = nil
      throw .payload
    }
    consumed = result
    decoded = output.pos
    if decoded == capacity {
      ZSTD_freeDCtx(context)
      self.context = nil
      payload = []
    }
  }
}
