internal import FsyncSystem
package import FsyncWire

/// A carrier to another machine by way of a program of this one, whose standard input and output
/// are the stream: the user's ssh, which runs fsync there, or `fsync-http`.
///
/// ssh asks for passwords at the terminal by itself. What the program and the far fsync write to
/// standard error is kept for the farewell.
package final class ProcessCarrier: Carrier {
  private let stream: DescriptorCarrier
  private var process: ChildProcess?
  private var farewell: Farewell?
  private let patience: Double
  private let endsAlone: Bool

  /// Starts a program.
  /// - Parameters:
  ///   - program: looked for in `PATH` where it has no slash.
  ///   - timeout: how many seconds its start may take.
  ///   - patience: how many seconds it may take to end before it is ended by force.
  ///   - endsAlone: whether it ends in a bounded time without this process, and so may be left.
  package init(
    _ program: String, _ arguments: [[UInt8]], timeout: Double, patience: Double = 5,
    endsAlone: Bool = false
  ) throws(CarrierError) {
    let ends = try calling { () throws(SystemError) in try StreamPair.connected() }
    let far = File(owning: ends.1)
    stream = try DescriptorCarrier(reading: ends.0, writing: ends.0)
    self.patience = patience
    self.endsAlone = endsAlone
    process = try ChildProcess(program, arguments, over: far, waitingAtMost: timeout)
  }

  /// Starts ssh.
  /// - Parameters:
  ///   - place: what to reach.
  ///   - ssh: the words that start ssh.
  ///   - command: what fsync is called there, for the far shell; nil for `fsync`.
  package convenience init(
    _ place: SSHPlace, ssh: [String], command: String?, timeout: Double, patience: Double = 5
  ) throws(CarrierError) {
    guard let program = ssh.first, !program.isEmpty else {
      throw .unreachable(Array("no ssh command is configured".utf8))
    }
    try self.init(
      program, place.arguments(ssh: ssh, command: command), timeout: timeout, patience: patience)
  }

  /// Starts what speaks HTTP: a program of its own, since linking that into every command would
  /// double what each takes to start.
  package convenience init(_ place: HTTPPlace, timeout: Double) throws(CarrierError) {
    let seconds = String(Int(max(timeout, 1)))
    try self.init(
      OwnProgram.path(of: "fsync-http"),
      ["--timeout", seconds, place.description].map { Array($0.utf8) },
      timeout: timeout, endsAlone: true)
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

  /// Ends the connection, and the program by force where it does not end by itself.
  package func close() -> Farewell? {
    _ = stream.close()
    if let process {
      self.process = nil
      farewell = process.end(waitingAtMost: patience)
    }
    return farewell
  }

  /// Ends the connection, and leaves it to the program to end the request properly: that takes a
  /// round trip, for which nobody should have to wait.
  package func leave() {
    stream.finishSending()
    if endsAlone { process = nil }
    _ = close()
  }
}
