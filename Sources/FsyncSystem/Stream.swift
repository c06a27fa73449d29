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
}

/// The process's standard input and output.
package enum StandardStreams {
  /// Takes both over: the caller owns the descriptors that are returned.
  ///
  /// Descriptor 0 becomes empty and 1 another standard error, so that what is printed by mistake
  /// does not get among the bytes of a protocol. The corresponding C function is `dup3`.
  package static func take() throws(SystemError) -> (read: Int32, write: Int32) {
    let input = File(owning: try checked(.open) { fcntl(0, F_DUPFD_CLOEXEC, 3) })
    let output = File(owning: try checked(.open) { fcntl(1, F_DUPFD_CLOEXEC, 3) })
    let nothing = try File(Array("/dev/null".utf8), .read)
    let source = nothing.descriptor
    _ = try checked(.open) { dup2(source, 0) }
    _ = try checked(.open) { dup2(2, 1) }
    return (input.release(), output.release())
  }

  /// The standard input as a file that the caller owns.
  package static func input() throws(SystemError) -> File {
    File(owning: try checked(.open) { fcntl(0, F_DUPFD_CLOEXEC, 3) })
  }

  /// Writes whole bytes to the standard output (1) or standard error (2).
  ///
  /// No fault plan concerns it: what a command says of a fault would be lost in the same fault.
  /// The corresponding C function is `write`.
  package static func write(_ bytes: [UInt8], to descriptor: Int32) throws(SystemError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
      }
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        throw SystemError(.write)
      }
    }
  }
}
