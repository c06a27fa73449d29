internal import CZlib
internal import CZstd

/// Decompresses payloads, bounded by the size that their frame declares.
enum Decompressor {
  /// No frame needs a window beyond its content and prefix: 32 MiB.
  static let maximumWindowLog: Int32 = 25

  static func decompress(
    _ payload: [UInt8], codec: Codec, rawLength: Int, prefix: [UInt8]
  ) throws(FrameError) -> [UInt8] {
    let result: [UInt8]?
    switch codec {
    case .stored: result = payload
    case .zstd: result = decompressZstd(payload, rawLength: rawLength, prefix: prefix)
    case .zlib: result = decompressZlib(payload, rawLength: rawLength, prefix: prefix)
    }
    guard let result, result.count == rawLength else { throw .payload }
    return result
  }

  private static func decompressZstd(
    _ payload: [UInt8], rawLength: Int, prefix: [UInt8]
  ) -> [UInt8]? {
    CodecContexts.decompression.use { context in
      ZSTD_DCtx_reset(context, ZSTD_reset_session_and_parameters)
      ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, maximumWindowLog)
      return prefix.withUnsafeBytes { prefixBuffer in
        payload.withUnsafeBytes { source -> [UInt8]? in
          if !prefix.isEmpty {
            ZSTD_DCtx_refPrefix(context, prefixBuffer.baseAddress, prefixBuffer.count)
          }
          var failed = false
          let result = [UInt8](unsafeUninitializedCapacity: rawLength) { target, count in
            let size = ZSTD_decompressDCtx(
              context, target.baseAddress, rawLength, source.baseAddress, source.count)
            failed = ZSTD_isError(size) != 0
            count = failed ? 0 : size
          }
          return failed ? nil : result
        }
      }
    }
  }

  private static func decompressZlib(
    _ payload: [UInt8], rawLength: Int, prefix: [UInt8]
  ) -> [UInt8]? {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit_(&stream, ZLIB_VERSION, size) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    let dictionary = Array(prefix.suffix(32 << 10))
    return payload.withUnsafeBufferPointer { source -> [UInt8]? in
      var ended = false
      let result = [UInt8](unsafeUninitializedCapacity: rawLength) { target, count in
        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(rawLength)
        var code = inflate(&stream, Z_FINISH)
        if code == Z_NEED_DICT, !dictionary.isEmpty {
          code = dictionary.withUnsafeBufferPointer {
            inflateSetDictionary(&stream, $0.baseAddress, UInt32($0.count))
          }
          if code == Z_OK { code = inflate(&stream, Z_FINISH) }
        }
        ended = code == Z_STREAM_END && stream.avail_in == 0
        count = rawLength - Int(stream.avail_out)
      }
      return ended ? result : nil
    }
  }
}
