internal import FsyncCore

/// A stretch of a large file in memory: what was left uncut of the stretch before, and room for a
/// read.
final class Segment: @unchecked Sendable {
  // @unchecked: only the thread that reads the file changes it, and not while others work on its
  // chunks.
  /// Bytes of one read.
  static let readSize = 1 << 20

  private let memory: UnsafeMutableRawBufferPointer
  private var start = Chunker.maximum
  private var end = Chunker.maximum

  init() {
    memory = .allocate(byteCount: Chunker.maximum + Segment.readSize, alignment: 4096)
  }

  deinit { memory.deallocate() }

  /// What lies in it.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[start..<end]) }

  /// Where more can be put.
  var room: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: memory[end...])
  }

  /// Begins anew with bytes that were left uncut: less than `Chunker.maximum`.
  ///
  /// They are put before the room, so that reads stay aligned.
  func begin(with rest: UnsafeRawBufferPointer) {
    start = Chunker.maximum - rest.count
    end = Chunker.maximum
    UnsafeMutableRawBufferPointer(rebasing: memory[start..<end]).copyMemory(from: rest)
  }

  /// Takes over bytes that were put at the start of the room.
  func extend(by count: Int) { end += count }

  /// Appends zeros; there must be room.
  func appendZeros(_ count: Int) {
    UnsafeMutableRawBufferPointer(rebasing: room[..<count]).initializeMemory(
      as: UInt8.self, repeating: 0)
    end += count
  }
}

/// Segments that one thread reads into, used again and again.
final class SegmentPool {
  /// How many are kept when nothing uses them.
  private static let kept = 4
  private var free: [Segment] = []

  /// Returns a segment whose content is of no meaning.
  func take() -> Segment { free.popLast() ?? Segment() }

  /// Takes a segment back on which nobody works any more.
  func give(_ segment: Segment) {
    if free.count < SegmentPool.kept { free.append(segment) }
  }
}
