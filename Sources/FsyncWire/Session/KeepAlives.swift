/// Makes the keep-alives that another thread sends while an endpoint is at work.
package struct KeepAlives: Sendable {
  /// Bytes of one: a tag, a length of zero, and two checks.
  static let length = 12

  private(set) var writer: MessageWriter
  private(set) var bytes: UInt64 = 0

  init(_ writer: MessageWriter) {
    self.writer = writer
  }

  /// Makes the next one, which must be sent whole.
  package mutating func next() -> [UInt8] {
    var message: [UInt8] = []
    writer.append(.keepAlive, to: &message)
    bytes += UInt64(message.count)
    return message
  }
}
