internal import FsyncStore

/// What the sessions of one process have decompressed last, shared by all of them.
///
/// Many clients ask for the same frames: each is decompressed once, and memory does not grow with
/// the number of sessions.
package final class SharedCache: Sendable {
  let frames: FrameCache

  /// Makes an empty one.
  /// - Parameter capacity: bytes of decompressed frames.
  package init(capacity: Int) {
    frames = FrameCache(capacity: capacity)
  }

  /// Lets go of everything, as of files that are no more.
  package func clear() { frames.clear() }
}
