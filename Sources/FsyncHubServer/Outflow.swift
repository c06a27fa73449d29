import FsyncNet
import NIOCore

/// What an answer's body says next: a session's bytes, of which one part waits here, and what the
/// client is granted, which goes first.
actor Outflow {
  private var part: ByteBuffer?
  private var granted = 0
  /// Bytes of the request that the session has not taken yet.
  private var waiting = 0
  private var isAtEnd = false
  private var reader: CheckedContinuation<Void, Never>?
  private var writer: CheckedContinuation<Void, Never>?

  /// Adds bytes of the session; waits until the part before has gone.
  ///
  /// For one task.
  func offer(_ bytes: ByteBuffer) async {
    while part != nil, !isAtEnd { await withCheckedContinuation { writer = $0 } }
    guard !isAtEnd else { return }
    part = bytes
    wakeReader()
  }

  /// Notes that bytes of the request have come; false where that is more than was granted.
  func expects(_ count: Int) -> Bool {
    waiting += count
    return waiting <= 2 * HTTPFlow.window
  }

  /// Notes that the session has taken bytes, so that as many more may come.
  func grant(_ count: Int) {
    waiting -= count
    granted += count
    if granted >= HTTPFlow.step { wakeReader() }
  }

  /// Says that nothing more comes, or that nobody wants it any more.
  func finish() {
    isAtEnd = true
    wakeReader()
    writer?.resume()
    writer = nil
  }

  /// The next bytes of the body, which are waited for; nil after the last.
  ///
  /// For one task.
  func next() async -> ByteBuffer? {
    while true {
      var buffer = ByteBuffer()
      if granted >= HTTPFlow.step {
        buffer.writeInteger(HTTPFlow.Head.grant(min(granted, HTTPFlow.largest)).number)
        granted = 0
      }
      if var bytes = part {
        part = nil
        writer?.resume()
        writer = nil
        buffer.writeInteger(HTTPFlow.Head.data(bytes.readableBytes).number)
        buffer.writeBuffer(&bytes)
      }
      if buffer.readableBytes > 0 { return buffer }
      if isAtEnd { return nil }
      await withCheckedContinuation { reader = $0 }
    }
  }

  private func wakeReader() {
    reader?.resume()
    reader = nil
  }
}
