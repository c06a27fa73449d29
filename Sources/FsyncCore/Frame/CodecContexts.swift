internal import CZstd
import Synchronization

/// Contexts of zstd that wait to be used again, in the whole process.
///
/// Each is a few hundred kilobytes up to some megabytes of tables, which the system would have to clear
/// anew for every frame, and is in use only while a frame is coded: whoever gathers objects for a frame
/// holds none, so a hub's fifty sessions share those of the few that compress.
final class CodecContexts: Sendable {
  /// Those that compress.
  static let compression = CodecContexts(
    create: { ZSTD_createCCtx() }, size: { ZSTD_sizeof_CCtx($0) }, free: { ZSTD_freeCCtx($0) })
  /// Those that decompress.
  static let decompression = CodecContexts(
    create: { ZSTD_createDCtx() }, size: { ZSTD_sizeof_DCtx($0) }, free: { ZSTD_freeDCtx($0) })

  private struct Idle: @unchecked Sendable {
    // A context belongs to nobody while it is here, and to one thread while it is not.
    var contexts: [OpaquePointer] = []
  }

  private let idle = Mutex(Idle())
  private let create: @Sendable () -> OpaquePointer?
  private let size: @Sendable (OpaquePointer) -> Int
  private let free: @Sendable (OpaquePointer) -> Int

  /// How many wait at most.
  private static let bound = 4
  /// Bytes above which a context is not kept: those of the highest levels take tens of megabytes.
  private static let kept = 8 << 20

  private init(
    create: @escaping @Sendable () -> OpaquePointer?,
    size: @escaping @Sendable (OpaquePointer) -> Int,
    free: @escaping @Sendable (OpaquePointer) -> Int
  ) {
    self.create = create
    self.size = size
    self.free = free
  }

  /// Lets a body use a context, in whatever state the last one left it; nil where there is no memory.
  func use<Value>(_ body: (OpaquePointer) -> Value?) -> Value? {
    let waiting = idle.withLock { $0.contexts.popLast() }
    guard let context = waiting ?? create() else { return nil }
    defer { giveBack(context) }
    return body(context)
  }

  private func giveBack(_ context: OpaquePointer) {
    let isKept =
      size(context) <= Self.kept
      && idle.withLock { idle in
        guard idle.contexts.count < Self.bound else { return false }
        idle.contexts.append(context)
        return true
      }
    if !isKept { _ = free(context) }
  }
}
