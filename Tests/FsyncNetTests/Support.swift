import FsyncNet
import FsyncSystem
import FsyncWire
import TestSupport

/// The longest wait of a test: far beyond what any takes, so that a hang is a failure.
let bound = 60.0

/// Runs what blocks on a thread of its own: ssh is started by tasks, which need the test's.
func onThread<Value: Sendable>(
  _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
  var thread: WorkerThread?
  let value = try await withCheckedThrowingContinuation { continuation in
    do {
      thread = try WorkerThread { continuation.resume(with: Result { try body() }) }
    } catch { continuation.resume(throwing: error) }
  }
  thread?.join()
  return value
}

extension DescriptorCarrier {
  /// The carrier of a socket.
  convenience init(socket: Int32) throws(CarrierError) {
    try self.init(reading: socket, writing: socket)
  }
}

extension Carrier {
  /// Sends bytes and the end, and receives until the end, both at once.
  func exchange(_ bytes: [UInt8], seconds: Double = bound) throws(CarrierError) -> [UInt8] {
    var result: [UInt8] = []
    var start = 0
    var isAtEnd = false
    if bytes.isEmpty { finishSending() }
    while !isAtEnd || start < bytes.count {
      let step = try transfer(bytes[start...], room: isAtEnd ? 0 : 1 << 16, seconds: seconds)
      result += step.bytes
      isAtEnd = step.transfer.isAtEnd
      start += step.transfer.sent
      if step.transfer.sent > 0, start == bytes.count { finishSending() }
    }
    return result
  }

  /// Does one step with so much room for what comes.
  func transfer(
    _ bytes: some Collection<UInt8>, room: Int, seconds: Double = bound
  ) throws(CarrierError) -> (transfer: Transfer, bytes: [UInt8]) {
    let outgoing = Array(bytes)
    var incoming = [UInt8](repeating: 0, count: room)
    let step: Result<Transfer, CarrierError> = outgoing.withUnsafeBytes { outgoing in
      incoming.withUnsafeMutableBytes { incoming in
        do throws(CarrierError) {
          return .success(try self.transfer(outgoing, into: incoming, waitingAtMost: seconds))
        } catch { return .failure(error) }
      }
    }
    let moved = try step.get()
    return (moved, Array(incoming.prefix(moved.received)))
  }
}

/// Returns the error that a body throws; nil where it throws none.
func failure<Value>(_ body: () throws(CarrierError) -> Value) -> CarrierError? {
  do throws(CarrierError) {
    _ = try body()
    return nil
  } catch { return error }
}

/// Returns a text's bytes.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
