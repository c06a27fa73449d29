internal import FsyncSystem
internal import FsyncWire

/// The whole of what a server says that cannot begin a session.
enum Refusal {
  /// Seconds that it may take.
  private static let patience = 5.0

  /// Sends a failure as the first message, and lets the client read it.
  static func send(_ failure: Failure, over carrier: any Carrier) {
    let message = failure.alone
    let end = Clock.monotonic() + patience
    var rest = message[...]
    var incoming = [UInt8](repeating: 0, count: 64 << 10)
    while Clock.monotonic() < end {
      if rest.isEmpty { carrier.finishSending() }
      // The hello is read and thrown away: unread bytes would destroy what we say.
      let transfer = rest.withUnsafeBytes { bytes in
        incoming.withUnsafeMutableBytes { room in
          try? carrier.transfer(bytes, into: room, waitingAtMost: patience)
        }
      }
      guard let transfer else { return }
      rest = rest.dropFirst(transfer.sent)
      if transfer.isAtEnd, rest.isEmpty { return }
    }
  }
}
