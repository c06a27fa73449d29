internal import FsyncSystem
package import FsyncWire

/// A carrier to a path of this machine, which a thread of this process serves.
package final class LocalCarrier: Carrier {
  private let near: DescriptorCarrier
  private var server: ServingThread?

  /// Starts serving.
  /// - Parameter serve: runs on the thread with its own end, which is closed once it returns.
  package init(
    _ path: [UInt8], serve: @escaping @Sendable (_ path: [UInt8], _ carrier: any Carrier) -> Void
  ) throws(CarrierError) {
    let (thread, descriptor) = try ServingThread.start { carrier in
      if let carrier = try? carrier.get() { serve(path, carrier) }
    }
    server = thread
    near = try DescriptorCarrier(reading: descriptor, writing: descriptor)
  }

  deinit { _ = close() }

  /// Moves bytes; see `Carrier`.
  package func transfer(
    _ outgoing: UnsafeRawBufferPointer, into incoming: UnsafeMutableRawBufferPointer,
    waitingAtMost seconds: Double
  ) throws(CarrierError) -> Transfer {
    try near.transfer(outgoing, into: incoming, waitingAtMost: seconds)
  }

  /// Says that nothing more will be sent.
  package func finishSending() { near.finishSending() }

  /// Ends the connection and waits for the server, which finds it ended and finishes its work on
  /// the folder: to leave earlier would cut that off.
  package func close() -> Farewell? {
    _ = near.close()
    server?.join()
    server = nil
    return nil
  }
}
