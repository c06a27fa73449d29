internal import FsyncSystem
package import FsyncWire

/// A thread of this process that serves whoever is at the other end of a stream.
package final class ServingThread: Sendable {
  private let thread: WorkerThread

  private init(_ thread: WorkerThread) {
    self.thread = thread
  }

  /// Starts serving.
  /// - Parameter serve: runs on the thread with its own end, which is closed once it returns, or
  ///   with why there is none.
  /// - Returns: the thread, and the other end, which the caller owns.
  package static func start(
    _ serve: @escaping @Sendable (Result<any Carrier, CarrierError>) -> Void
  ) throws(CarrierError) -> (thread: ServingThread, descriptor: Int32) {
    let ends = try calling { () throws(SystemError) in try StreamPair.connected() }
    let near = File(owning: ends.0)
    let far = File(owning: ends.1)
    let descriptor = far.descriptor
    let thread = try calling { () throws(SystemError) in
      try WorkerThread {
        let carrier = Result { () throws(CarrierError) -> any Carrier in
          try DescriptorCarrier(reading: descriptor, writing: descriptor)
        }
        serve(carrier)
        _ = try? carrier.get().close()
      }
    }
    _ = far.release()
    return (ServingThread(thread), near.release())
  }

  /// Waits for the thread's end; call it once.
  package func join() { thread.join() }
}
