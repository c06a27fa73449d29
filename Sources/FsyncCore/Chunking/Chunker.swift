/// Cuts content where its own last 64 bytes say so, so that an edit moves only the cuts near it.
///
/// The gear hash (Xia et al., "Ddelta", 2014) without FastCDC's normalisation: one threshold on
/// the top bits, which at an equal mean size finds more duplicates. Mean 64 KiB: 32 KiB that
/// are skipped and 32 KiB of exponential wait.
package struct Chunker: Sendable {
  /// No chunk but a file's last is shorter, in bytes.
  package static let minimum = 32 << 10
  /// No chunk is longer, in bytes.
  package static let maximum = Limits.chunk
  /// A cut falls where the hash is below this: one position in 2^15.
  package static let threshold: UInt64 = 1 << 49
  /// The hash is a function of this many last bytes, in a 64-bit word shifted one a byte.
  package static let window = 64

  private let table: [UInt64]

  /// Makes a chunker of format version 1.
  package init() {
    table = GearTable.standard.words
  }

  /// Returns the length of the first chunk of a buffer: 1 to 256 KiB, 0 for an empty buffer.
  ///
  /// The buffer must hold at least `maximum` bytes or end where the content ends.
  package func firstCut(in bytes: UnsafeRawBufferPointer) -> Int {
    let end = min(bytes.count, Chunker.maximum)
    guard end > Chunker.minimum else { return end }
    return table.withUnsafeBufferPointer { gear in
      var hash: UInt64 = 0
      var index = Chunker.minimum - Chunker.window
      while index < Chunker.minimum {
        hash = (hash << 1) &+ gear[Int(bytes[index])]
        index &+= 1
      }
      // Here the hash covers exactly the 64 bytes before the minimum: a cut there is allowed.
      if hash < Chunker.threshold { return index }
      while index < end {
        hash = (hash << 1) &+ gear[Int(bytes[index])]
        index &+= 1
        if hash < Chunker.threshold { return index }
      }
      return end
    }
  }

  /// Returns the lengths of the chunks that a buffer begins with, as far as nothing that follows
  /// the buffer can change them; the rest is less than `maximum`.
  /// - Parameter isEnd: whether the content ends with the buffer, and so the last chunk too.
  package func cuts(in bytes: UnsafeRawBufferPointer, isEnd: Bool) -> [Int] {
    var lengths: [Int] = []
    lengths.reserveCapacity(bytes.count / (Chunker.minimum * 2) + 1)
    var start = 0
    while start < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
      let length = firstCut(in: rest)
      guard isEnd || length < rest.count || length == Chunker.maximum else { break }
      lengths.append(length)
      start += length
    }
    return lengths
  }
}
