internal import CZlib
internal import CZstd

/// Compresses buffers with one codec.
struct Compressor {
  private let compression: Compression
  /// The codec's level for what is not told another.
  var level: Int32

  init(_ compression: Compression) {
    self.compression = compression
    level = compression.isAdaptive ? AdaptiveLevel.lowest : compression.level
  }

  /// Compresses content against a prefix; `stored` where that makes it no smaller.
  func compress(_ content: [UInt8], prefix: [UInt8]) -> (Codec, [UInt8]) {
    if prefix.isEmpty, looksIncompressible(content) { return (.stored, content) }
    let payload: [UInt8]?
    switch compression.codec {
    case .stored: payload = nil
    case .zstd: payload = compressZstd(content, prefix: prefix, level: level)
    case .zlib: payload = Compressor.compressZlib(content, prefix: prefix, level)
    }
    guard let payload, payload.count < content.count else { return (.stored, content) }
    return (compression.codec, payload)
  }

  /// Compresses content that is read seldom, and tries harder than the level alone says.
  ///
  /// The window covers the whole content, so that the versions of a file find each other however
  /// far apart they lie.
  /// - Parameter level: the codec's level; nil for the repository's own.
  func compressCold(_ content: [UInt8], level: Int32?) -> (Codec, [UInt8]) {
    let payload: [UInt8]?
    let level = level ?? self.level
    switch compression.codec {
    case .stored: payload = nil
    case .zstd:
      payload = compressZstd(content, prefix: [], level: level, isCold: true)
    case .zlib: payload = Compressor.compressZlib(content, prefix: [], level)
    }
    guard let payload, payload.count < content.count else { return (.stored, content) }
    return (compression.codec, payload)
  }

  /// Says whether the fastest level makes bytes hardly smaller: what another program compressed.
  func isIncompressible(_ content: ArraySlice<UInt8>) -> Bool {
    guard compression.codec == .zstd, content.count >= 4096 else { return false }
    let sample = Array(content.prefix(64 << 10))
    guard let packed = compressZstd(sample, prefix: [], level: 1) else { return false }
    return packed.count > sample.count - sample.count / 32
  }

  /// Tries 4 KiB from the middle at the fastest level: media and archives are not worth more.
  private func looksIncompressible(_ content: [UInt8]) -> Bool {
    guard compression.codec == .zstd, content.count >= 64 << 10 else { return false }
    let start = content.count / 2
    // Three samples: one incompressible file among many small ones must not decide for all.
    for offset in [0, start, content.count - 4096] {
      let sample = Array(content[offset..<offset + 4096])
      guard let packed = compressZstd(sample, prefix: [], level: 1) else { return false }
      if packed.count < 4000 { return false }
    }
    return true
  }

  private func compressZstd(
    _ content: [UInt8], prefix: [UInt8], level: Int32, isCold: Bool = false
  ) -> [UInt8]? {
    CodecContexts.compression.use { context in
      ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters)
      ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
      ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1)
      if isCold || !prefix.isEmpty {
        // The window must reach back over the content to the prefix's first byte.
        var log: Int32 = 17
        while log < Decompressor.maximumWindowLog, 1 << Int(log) < content.count + prefix.count {
          log += 1
        }
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, log)
        if prefix.count > 256 << 10 || isCold {
          ZSTD_CCtx_setParameter(context, ZSTD_c_enableLongDistanceMatching, 1)
        }
      }
      return Compressor.compressZstd(content, prefix: prefix, context)
    }
  }

  private static func compressZstd(
    _ content: [UInt8], prefix: [UInt8], _ context: OpaquePointer
  ) -> [UInt8]? {
    let bound = ZSTD_compressBound(content.count)
    return prefix.withUnsafeBytes { prefixBuffer in
      content.withUnsafeBytes { source -> [UInt8]? in
        if !prefix.isEmpty {
          ZSTD_CCtx_refPrefix(context, prefixBuffer.baseAddress, prefixBuffer.count)
        }
        var failed = false
        let result = [UInt8](unsafeUninitializedCapacity: bound) { target, count in
          let size = ZSTD_compress2(
            context, target.baseAddress, bound, source.baseAddress, source.count)
          failed = ZSTD_isError(size) != 0
          count = failed ? 0 : size
        }
        return failed ? nil : result
      }
    }
  }

  private static func compressZlib(
    _ content: [UInt8], prefix: [UInt8], _ level: Int32
  ) -> [UInt8]? {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard deflateInit_(&stream, level, ZLIB_VERSION, size) == Z_OK else { return nil }
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, UInt(content.count))) + 64
    // zlib's window is 32 KiB: only the prefix's end can be of use.
    let dictionary = Array(prefix.suffix(32 << 10))
    return dictionary.withUnsafeBufferPointer { dictionaryBuffer in
      if !dictionary.isEmpty {
        deflateSetDictionary(&stream, dictionaryBuffer.baseAddress, UInt32(dictionary.count))
      }
      return content.withUnsafeBufferPointer { source -> [UInt8]? in
        var ended = false
        let result = [UInt8](unsafeUninitializedCapacity: bound) { target, count in
          stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
          stream.avail_in = UInt32(source.count)
          stream.next_out = target.baseAddress
          stream.avail_out = UInt32(bound)
          ended = deflate(&stream, Z_FINISH) == Z_STREAM_END
          count = bound - Int(stream.avail_out)
        }
        return ended ? result : nil
      }
    }
  }
}
