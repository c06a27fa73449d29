internal import CFsync
internal import Glibc

/// Pairs of connected descriptors, close-on-exec, which the caller owns.
package enum StreamPair {
  /// Makes the two ends of a bidirectional stream.
  ///
  /// The corresponding C function is `socketpair`.
  package static func connected() throws(SystemError) -> (Int32, Int32) {
    var ends: [Int32] = [0, 0]
    _ = try checked(.pipe) {
      socketpair(
        AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends)
    }
    return (ends[0], ends[1])
  }

  /// Makes a pipe: the first end is read, the second written.
  ///
  /// The corresponding C function is `pipe2`.
  package static func pipe() throws(SystemError) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    _ = try checked(.pipe) { cfsync_pipe(&ends) }
    return (ends[0], ends[1])
  }
}

/// Waiting for descriptors.
package enum Poll {
  /// Waits until one can be read, another written, or time is up.
  /// - Parameters:
  ///   - reading: a descriptor to read; negative for none.
  ///   - writing: a descriptor to write; negative for none.
  ///   - seconds: the longest wait.
  /// - Returns: which of the two is ready (or has ended).
  package static func wait(
    reading: Int32, writing: Int32, seconds: Double
  ) throws(SystemError) -> (read: Bool, write: Bool) {
    var descriptors = [
      pollfd(fd: reading, events: Int16(POLLIN), revents: 0),
      pollfd(fd: writing, events: Int16(POLLOUT), revents: 0),
    ]
    let milliseconds = Int32(clamping: Int(min(max(seconds, 0), 1e6) * 1000))
    try Faults.check(.poll)
    let count = poll(&descriptors, 2, milliseconds)
    if count < 0 {
      if errno == EINTR { return (false, false) }
      throw SystemError(.poll)
    }
    return (descriptors[0].revents != 0, descriptors[1].revents != 0)
  }

  /// Makes reads and writes of a descriptor return at once.
  package static func setNonBlocking(_ descriptor: Int32, _ on: Bool) throws(SystemError) {
    _ = try checked(.poll) { cfsync_set_nonblocking(descriptor, on ? 1 : 0) }
  }
}
