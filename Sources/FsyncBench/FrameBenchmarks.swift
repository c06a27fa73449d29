import FsyncCore
import TestSupport

/// Frames of small files that look like text.
enum FrameBenchmarks {
  static func all() throws -> [Benchmark] {
    let files = texts(count: 128, length: 4096)
    let objects = files.map { (Digest.object(.chunk, $0), $0) }
    let raw = files.reduce(0) { $0 + $1.count }
    var rows: [Benchmark] = []
    for (name, compression) in [
      ("zstd 1", Compression.standard), ("zstd 3", Compression(codec: .zstd, level: 3)),
      ("zlib 6", Compression(codec: .zlib, level: 6)),
    ] {
      let encoder = FrameEncoder(compression)
      func encode() -> Frame {
        for (id, bytes) in objects { encoder.add(id, .chunk, bytes) }
        return encoder.finish()
      }
      let encoded = encode().encoded
      rows.append(
        Benchmark("frame encode, \(name)", raw, "B") { encode().encoded.count })
      rows.append(
        Benchmark("frame decode, \(name)", raw, "B") {
          let frame = try encoded.withUnsafeBytes { try Frame(decoding: $0) }
          return try frame.content().count
        })
    }
    return rows
  }

  /// Files of words with numbers between them, which compress about as source code does.
  private static func texts(count: Int, length: Int) -> [[UInt8]] {
    var random = SplitMix(seed: 2)
    let words = (0..<2000).map { _ in
      (0..<3 + random.below(8)).map { _ in UInt8(0x61 + random.below(26)) }
    }
    return (0..<count).map { _ in
      var text: [UInt8] = []
      while text.count < length {
        text += random.pick(words)
        text.append(random.once(in: 8) ? 0x0a : 0x20)
      }
      return Array(text[..<length])
    }
  }
}
