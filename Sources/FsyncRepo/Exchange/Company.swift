internal import FsyncSystem
internal import FsyncWire

/// Keeps a connection alive, from a thread of its own, while a step takes long.
///
/// @unchecked Sendable because only its thread uses the carrier and the keep-alives, from `init`
/// until `end` has joined it, and whoever made it uses neither in between.
final class Company: @unchecked Sendable {
  private let carrier: any Carrier
  private let interval: Double
  private let signal: Ends
  private var keepAlives: KeepAlives
  private var thread: WorkerThread?

  /// The ends of the pipe whose closing tells the thread to stop.
  private final class Ends {
    let reading: Int32
    private var writing: File?
    private let owner: File

    init() throws(SystemError) {
      let (read, write) = try StreamPair.pipe()
      reading = read
      owner = File(owning: read)
      writing = File(owning: write)
    }

    func close() { writing = nil }
  }

  /// Begins to send a keep-alive every so many seconds.
  init(_ keepAlives: KeepAlives, _ carrier: any Carrier, every interval: Double) throws(SystemError)
  {
    self.keepAlives = keepAlives
    self.carrier = carrier
    self.interval = max(interval, 0.01)
    signal = try Ends()
    thread = try WorkerThread { [self] in run() }
  }

  /// Ends it, and returns what the endpoint goes on with.
  func end() -> KeepAlives {
    signal.close()
    thread?.join()
    thread = nil
    return keepAlives
  }

  private func run() {
    while true {
      do throws(SystemError) {
        let end = Clock.monotonic() + interval
        while Clock.monotonic() < end {
          let left = end - Clock.monotonic()
          if try Poll.wait(reading: signal.reading, writing: -1, seconds: left).read { return }
        }
      } catch { return }
      // A carrier that fails here fails again when the session goes on, and is reported then.
      guard send(keepAlives.next()) else { return }
    }
  }

  private func send(_ message: [UInt8]) -> Bool {
    var rest = message[...]
    while !rest.isEmpty {
      let transfer = rest.withUnsafeBytes { bytes in
        try? carrier.transfer(
          bytes, into: UnsafeMutableRawBufferPointer(start: nil, count: 0),
          waitingAtMost: interval)
      }
      guard let transfer else { return false }
      rest = rest.dropFirst(transfer.sent)
    }
    return true
  }
}
