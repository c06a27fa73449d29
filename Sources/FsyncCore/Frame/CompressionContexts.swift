internal import CZstd
import Synchronization

/// Contexts of zstd that wait to be used again, in the whole process.
///
/// Each is some megabytes of tables, and is in use only while a frame is compressed: whoever gathers
/// objects for a frame holds none, so a hub's fifty sessions share those of the few that compress.
enum CompressionContexts {
  private struct Idle: @unchecked Sendable {
    // A context belongs to nobody while it is here, and to one thread while it is not.
    var contexts: [OpaquePointer] = []
  }

  private static let idle = Mutex(Idle())
  /// How many wait at most.
  private static let bound = 8
  /// Bytes above which a context is not kept: those of the highest levels take tens of megabytes.
  private static let kept = 8 << 20

  /// Lets a body use a context, in whatever state the last one left it; nil where there is no memory.
  static func use<Value>(_ body: (OpaquePointer) -> Value?) -> Value? {
    let waiting = idle.withLock { $0.contexts.popLast() }
    guard let context = waiting ?? ZSTD_createCCtx() else { return nil }
    defer { giveBack(context) }
    return body(context)
  }

  private static func giveBack(_ context: OpaquePointer) {
    let isKept =
      ZSTD_sizeof_CCtx(context) <= kept
      && idle.withLock { idle in
        guard idle.contexts.count < bound else { return false }
        idle.contexts.append(context)
        return true
      }
    if !isKept { ZSTD_freeCCtx(context) }
  }
}
