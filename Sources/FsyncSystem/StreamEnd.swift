internal import Glibc

/// Owns a descriptor of a stream, whose reads and writes never wait.
///
/// Whether a descriptor waits is a property of what is open, which others may share: a filter in
/// front of us, a shell. So it is never changed: a socket is asked not to wait call by call, a pipe
/// is opened once more for us alone, and anything else is asked first whether it is ready.
package struct StreamEnd: ~Copyable {
  private enum Kind {
    case socket, unblocked, patient
  }

  private let file: File
  private let kind: Kind

  /// What a descriptor that is ready for writing takes without waiting: `PIPE_BUF`.
  private static let portion = 4096

  /// Takes over a descriptor; the process has to ignore SIGPIPE.
  package init(_ file: consuming File) throws(SystemError) {
    let stat = try file.stat()
    switch stat.kind {
    case .socket:
      kind = .socket
      self.file = file
    case .fifo:
      let own = StreamEnd.reopened(file.descriptor)
      kind = own < 0 ? .patient : .unblocked
      self.file = own < 0 ? file : File(owning: own)
    default:
      kind = .patient
      self.file = file
    }
  }

  /// The descriptor, to wait for.
  package var descriptor: Int32 { file.descriptor }

  /// Reads what is there; 0 at the end, nil where there is nothing yet.
  ///
  /// The corresponding C functions are `recv` and `read`.
  package borrowing func read(
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(SystemError) -> Int? {
    let (descriptor, kind) = (descriptor, kind)
    if case .patient = kind {
      guard try Poll.wait(reading: descriptor, writing: -1, seconds: 0).read else { return nil }
    }
    return try StreamEnd.unlessBusy { () throws(SystemError) in
      try checkedSize(.read) {
        if case .socket = kind {
          return recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
        }
        return Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      }
    }
  }

  /// Writes what there is room for; nil where there is none.
  ///
  /// The corresponding C functions are `send` and `write`.
  package borrowing func write(_ buffer: UnsafeRawBufferPointer) throws(SystemError) -> Int? {
    let (descriptor, kind) = (descriptor, kind)
    var count = buffer.count
    if case .patient = kind {
      guard try Poll.wait(reading: -1, writing: descriptor, seconds: 0).write else { return nil }
      count = min(count, StreamEnd.portion)
    }
    return try StreamEnd.unlessBusy { () throws(SystemError) in
      try checkedSize(.write) {
        if case .socket = kind {
          let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
          return send(descriptor, buffer.baseAddress, count, flags)
        }
        return Glibc.write(descriptor, buffer.baseAddress, count)
      }
    }
  }

  /// Tells the other end of a socket that nothing more will be written.
  ///
  /// It has no effect on other kinds of stream. The corresponding C function is `shutdown`.
  package borrowing func endWriting() {
    _ = shutdown(descriptor, Int32(SHUT_WR))
  }

  /// A pipe's end, opened again with calls that do not wait; negative where that cannot be.
  private static func reopened(_ descriptor: Int32) -> Int32 {
    let flags = fcntl(descriptor, F_GETFL)
    guard flags >= 0 else { return -1 }
    return open("/proc/self/fd/\(descriptor)", flags & O_ACCMODE | O_NONBLOCK | O_CLOEXEC)
  }

  private static func unlessBusy(
    _ body: () throws(SystemError) -> Int
  ) throws(SystemError) -> Int? {
    do throws(SystemError) { return try body() } catch {
      if error.isBusy { return nil }
      throw error
    }
  }
}
