import FsyncSystem
import Glibc
import Synchronization

/// Keeps the input that is being tried where a crash leaves it, and ends a process that takes too
/// long over it or too much memory.
final class Watch: Sendable {
  /// The file that holds the input: the target's name, a line feed, and the input.
  let path: String
  private let file: SharedDescriptor
  private let began = Atomic<UInt64>(0)
  private let isOver = Atomic<Bool>(false)

  /// Seconds that one input may take.
  private static let patience: Double = 20
  /// Bytes of memory that the process may have.
  private static let memory = 2 << 30

  private struct SharedDescriptor: Sendable { let number: Int32 }

  init(path: String) throws {
    self.path = path
    let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Violation("cannot write \(path): error \(errno)") }
    file = SharedDescriptor(number: descriptor)
  }

  /// Begins to watch, from a thread of its own.
  func start() throws -> WorkerThread {
    try WorkerThread { [self] in
      while !isOver.load(ordering: .relaxed) {
        usleep(100_000)
        let since = began.load(ordering: .relaxed)
        if since > 0, Clock.monotonic() - Double(since) / 1e6 > Watch.patience { fail("a hang") }
        if Watch.residentBytes > Watch.memory { fail("too much memory") }
      }
    }
  }

  /// Ends the watch, and removes the file.
  func end() {
    isOver.store(true, ordering: .relaxed)
    close(file.number)
    unlink(path)
  }

  /// Notes an input that is about to be tried.
  func note(_ target: String, _ input: [UInt8]) {
    let record = Array(target.utf8) + [0x0a] + input
    let length = record.withUnsafeBytes { pwrite(file.number, $0.baseAddress, $0.count, 0) }
    ftruncate(file.number, max(length, 0))
    began.store(UInt64(Clock.monotonic() * 1e6), ordering: .relaxed)
  }

  /// Notes that it has been tried.
  func done() { began.store(0, ordering: .relaxed) }

  private func fail(_ what: String) -> Never {
    say("\(what); the input is in \(path)", isError: true)
    abort()
  }

  private static var residentBytes: Int {
    guard let bytes = try? File(Array("/proc/self/statm".utf8), .read).readAll(atMost: 256) else {
      return 0
    }
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    return words.count > 1 ? (Int(words[1]) ?? 0) * 4096 : 0
  }
}
