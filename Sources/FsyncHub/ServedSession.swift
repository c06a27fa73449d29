package import FsyncRepo
package import FsyncSystem
internal import FsyncNet

/// One sync that a thread of its own serves.
package final class ServedSession: Sendable {
  private let thread: WorkerThread

  /// Starts serving.
  /// - Parameters:
  ///   - path: the repository.
  ///   - ended: told on the thread how it ended; nothing of the session goes on after that.
  /// - Returns: the session, and the client's end of the stream, which the caller owns.
  package static func start(
    _ path: [UInt8], _ options: ServeOptions,
    ended: @escaping @Sendable (RepositoryError?) -> Void
  ) throws(SystemError) -> (session: ServedSession, descriptor: Int32) {
    let ends = try StreamPair.connected()
    let near = File(owning: ends.0)
    let far = File(owning: ends.1)
    let descriptor = far.descriptor
    let thread = try WorkerThread {
      guard let carrier = try? DescriptorCarrier(reading: descriptor, writing: descriptor) else {
        return ended(nil)
      }
      do throws(RepositoryError) {
        try Repository.serve(path, over: carrier, options)
        ended(nil)
      } catch { ended(error) }
    }
    _ = far.release()
    return (ServedSession(thread), near.release())
  }

  private init(_ thread: WorkerThread) {
    self.thread = thread
  }

  /// Waits for the thread's end, which is near once `ended` was told; call it once.
  package func join() { thread.join() }
}
