internal import FsyncSystem

/// How long a session waits for the other side.
package struct SessionLimits: Hashable, Sendable {
  /// Seconds without a byte after which the other side counts as gone.
  package var timeout: Double
  /// Seconds in which it does nothing but say that it is at work, after which it is given up.
  package var patience: Double

  /// Makes limits.
  package init(timeout: Double, patience: Double) {
    self.timeout = timeout
    self.patience = patience
  }
}

/// Notes when a session last came further: by a message that is no keep-alive, or by so many bytes
/// that nobody who only wants to hold the other side would take the trouble.
struct SessionProgress {
  private var time = Clock.monotonic()
  private var messages = 0
  private var bytes = 0

  /// Bytes in either direction that count as progress by themselves.
  private static let step = 4096

  /// Notes what has been exchanged so far.
  mutating func note(messages: Int, bytes: Int) {
    guard messages != self.messages || bytes >= self.bytes + Self.step else { return }
    self.messages = messages
    self.bytes = max(bytes, self.bytes)
    restart()
  }

  /// Begins to count anew, where the other side had to wait for this one.
  mutating func restart() { time = Clock.monotonic() }

  /// Says whether there is still hope; before its first message nobody has anything to work on.
  func isWithin(_ limits: SessionLimits) -> Bool {
    let patience = messages == 0 && bytes == 0 ? limits.timeout : limits.patience
    return Clock.monotonic() - time < max(patience, limits.timeout)
  }
}
