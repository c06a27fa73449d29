import FsyncNet
import NIOCore

/// Takes the body of a hub's answer apart; see `HTTPFlow`.
struct Answer {
  /// What it says.
  enum Word: Equatable {
    /// Bytes of the session.
    case data(ByteBuffer)
    /// So many bytes more may be sent.
    case grant(Int)
  }

  private var rest = ByteBuffer()
  /// Bytes that belong to the part that has begun.
  private var left = 0

  /// Takes bytes as they came; returns what they complete.
  mutating func take(_ bytes: ByteBuffer) -> [Word] {
    var bytes = bytes
    if rest.readableBytes > 0 {
      rest.writeBuffer(&bytes)
      bytes = rest
      rest = ByteBuffer()
    }
    var words: [Word] = []
    while bytes.readableBytes > 0 {
      if left > 0 {
        guard let data = bytes.readSlice(length: min(left, bytes.readableBytes)) else { break }
        left -= data.readableBytes
        words.append(.data(data))
        continue
      }
      guard let number = bytes.readInteger(as: UInt32.self) else {
        rest = bytes
        break
      }
      switch HTTPFlow.Head(number) {
      case .data(let count): left = count
      case .grant(let count): words.append(.grant(count))
      }
    }
    return words
  }
}
