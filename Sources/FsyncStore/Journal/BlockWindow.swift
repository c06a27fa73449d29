import FsyncCore
import FsyncSystem

/// Reads a file forwards in large steps, and lends ranges of it.
struct BlockWindow: ~Copyable {
  private var bytes: [UInt8] = []
  private var start: UInt64 = 0
  /// Where the file ends for this reader.
  let size: UInt64
  private static let step = 1 << 20

  init(size: UInt64) {
    self.size = size
  }

  /// Lends a range of the file; nil where it reaches beyond its end.
  mutating func withBytes<Result>(
    of file: borrowing File, at offset: UInt64, count: Int,
    _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(SystemError) -> Result? {
    guard offset <= size, UInt64(count) <= size - offset else { return nil }
    if offset < start || offset + UInt64(count) > start + UInt64(bytes.count) {
      let want = min(max(count, BlockWindow.step), Int(clamping: size - offset))
      bytes = try file.read(want, at: offset)
      start = offset
      guard bytes.count >= count else { return nil }
    }
    let skip = Int(offset - start)
    return bytes.withUnsafeBytes {
      body(UnsafeRawBufferPointer(rebasing: $0[skip..<skip + count]))
    }
  }
}
