internal import FsyncSystem
internal import Synchronization

/// Lets the disk keep up with many files that are staged: what there is is flushed now and then, and the
/// one flush that all wait for has little left to do.
final class FlushAhead: Sendable {
  private let flush: BackgroundFlush
  private let step: UInt64
  private let bytes = Atomic<UInt64>(0)

  /// What a file costs the disk besides its content, about.
  private static let overhead: UInt64 = 4 << 10

  /// Begins with nothing written.
  /// - Parameters:
  ///   - folder: any on the file system that is flushed.
  ///   - step: bytes between two flushes.
  init(_ folder: OpenFolder, step: UInt64 = 64 << 20) {
    self.step = step
    flush = BackgroundFlush { () throws(SystemError) in try folder.directory.syncFileSystem() }
  }

  /// Notes that files of so many bytes each have been written.
  func wrote(_ sizes: [UInt64]) {
    // A tree may claim any size.
    let more = sizes.reduce(0) { $0 &+ $1 &+ Self.overhead }
    let (before, after) = bytes.wrappingAdd(more, ordering: .relaxed)
    if before / step != after / step { flush.request() }
  }

  /// Ends what was begun, and throws what went wrong with it.
  func finish() throws(SystemError) { try flush.finish() }
}
