import FsyncSystem
import HTTPTypes
import Synchronization

/// Work that waits for disks, on a thread of its own and never on those that serve connections.
///
/// Its stack is large enough for folders that are nested as deeply as may be.
enum Blocking {
  /// Runs a body and waits for it, without holding a thread meanwhile.
  static func run<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    let end = SessionEnd()
    let value = Mutex<Value?>(nil)
    let thread = try WorkerThread {
      let result = Result { try body() }
      if case .success(let made) = result { value.withLock { $0 = made } }
      end.tell(result.failure)
    }
    let failure = await end.wait()
    thread.join()
    if let failure { throw failure }
    guard let made = value.withLock({ $0 }) else { throw Refused(.internalServerError) }
    return made
  }
}
