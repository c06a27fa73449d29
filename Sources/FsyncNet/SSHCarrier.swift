internal import FsyncSystem
package import FsyncWire

/// A carrier to another machine: the user's ssh, which runs fsync there.
///
/// ssh asks for passwords at the terminal by itself. What it and the far fsync write to standard
/// error is kept for the farewell.
package final class SSHCarrier: Carrier {
  private let stream: DescriptorCarrier
  private var process: ChildProcess?
  private var farewell: Farewell?
  private let patience: Double

  /// Starts ssh.
  /// - Parameters:
  ///   - place: what to reach.
  ///   - ssh: the words that start ssh.
  ///   - command: what fsync is called there, for the far shell; nil for `fsync`.
  ///   - timeout: how many seconds ssh may take to start.
  ///   - patience: how many seconds it may take to end before it is ended by force.
  package init(
    _ place: SSHPlace, ssh: [String], command: String?, timeout: Double, patience: Double = 5
  ) throws(CarrierError) {
    guard let program = ssh.first, !program.isEmpty else {
      throw .unreachable(Array("no ssh command is configured".utf8))
    }
    let ends = try calling { () throws(SystemError) in try StreamPair.connected() }
    let far = File(owning: ends.1)
    stream = try DescriptorCarrier(reading: ends.0, writing: ends.0)
    self.patience = patience
    process = try ChildProcess(
      program, place.arguments(ssh: ssh, command: command), over: far, waitingAtMost: timeout)
  }

  deinit { _ = close() }

  /// Moves bytes; see `Carrier`.
  package func transfer(
    _ outgoing: UnsafeRawBufferPointer, into incoming: UnsafeMutableRawBufferPointer,
    waitingAtMost seconds: Double
  ) throws(CarrierError) -> Transfer {
    try stream.transfer(outgoing, into: incoming, waitingAtMost: seconds)
  }

  /// Says that nothing more will be sent.
  package func finishSending() { stream.finishSending() }

  /// Ends the connection, and ssh by force where it does not end by itself.
  package func close() -> Farewell? {
    _ = stream.close()
    if let process {
      self.process = nil
      farewell = process.end(waitingAtMost: patience)
    }
    return farewell
  }
}
