import FsyncCore
import TestSupport

/// Bytes of files: cut, hashed, checked.
enum ContentBenchmarks {
  static func all() -> [Benchmark] {
    var random = SplitMix(seed: 1)
    let bytes = random.bytes(64 << 20)
    let chunker = Chunker()
    let small = Array(bytes[..<4096])
    return [
      Benchmark("chunker", bytes.count, "B") {
        bytes.withUnsafeBytes { all in
          var (start, cuts) = (0, 0)
          while start < all.count {
            start += chunker.firstCut(in: UnsafeRawBufferPointer(rebasing: all[start...]))
            cuts += 1
          }
          return cuts
        }
      },
      Benchmark("sha-256", bytes.count, "B") {
        bytes.withUnsafeBytes { Int(Digest.object(.chunk, $0).bytes[0]) }
      },
      Benchmark("sha-256, 4 KiB objects", 1024 * small.count, "B") {
        var sum = 0
        for _ in 0..<1024 { sum += Int(Digest.object(.chunk, small).bytes[0]) }
        return sum
      },
      Benchmark("xxh3", bytes.count, "B") {
        bytes.withUnsafeBytes { Int(truncatingIfNeeded: Checksum.xxh3($0)) }
      },
    ]
  }
}
