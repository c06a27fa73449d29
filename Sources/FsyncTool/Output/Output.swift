import FsyncSystem

/// The standard output, through a buffer.
///
/// Where the reader has gone (`fsync log | head`), what is written is dropped: work goes on as it
/// would, and commands that only print look at `isClosed` and end.
final class Output {
  private var buffer: [UInt8] = []
  private let isTerminal = Host.isTerminal(1)
  /// Whether nobody reads any more.
  private(set) var isClosed = false
  /// Why the output could not be written; nil where it could.
  private(set) var failure: SystemError?
  /// Called before bytes go out: what else is on the terminal makes room.
  var willWrite: () -> Void = {}

  private static let capacity = 64 << 10

  /// Whether it makes sense to print more.
  var isOpen: Bool { !isClosed && failure == nil }

  /// Appends bytes.
  func write(_ bytes: some Sequence<UInt8>) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Output.capacity { flush() }
  }

  /// Appends a line of text.
  func line(_ text: String = "") {
    buffer.append(contentsOf: text.utf8)
    buffer.append(0x0a)
    if isTerminal || buffer.count >= Output.capacity { flush() }
  }

  /// Appends a JSON document.
  func document(_ value: JSON) {
    value.append(to: &buffer)
    line()
  }

  /// Hands the buffer to the system.
  func flush() {
    defer { buffer.removeAll(keepingCapacity: true) }
    guard isOpen, !buffer.isEmpty else { return }
    willWrite()
    do throws(SystemError) { try StandardStreams.write(buffer, to: 1) } catch {
      if error.isDisconnected { isClosed = true } else { failure = error }
    }
  }
}

/// The standard error.
enum StandardError {
  /// Writes text at once; what cannot be written is lost.
  static func write(_ text: String) {
    try? StandardStreams.write(Array(text.utf8), to: 2)
  }
}
