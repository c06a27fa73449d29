/// How much a client of a hub may send, and how it is told.
///
/// A sync over HTTP is one request whose two directions flow at once. Some proxies, nginx among them,
/// pass a request on while its answer comes, but never go on with it once the hub's socket was full.
/// So no more is sent than the hub takes whatever its session does: at first `window`, and later what
/// it grants. The request's body is the session's bytes as they are. The answer's is parts, each
/// behind a head of four bytes, a big-endian number: where its highest bit is 0, so many bytes of the
/// session follow; where it is 1, the other bits are how many bytes more may be sent.
package enum HTTPFlow {
  /// Bytes that may be sent before anything is granted.
  package static let window = 1 << 20
  /// Bytes after which the hub grants more.
  package static let step = 256 << 10
  /// The most that a part says.
  package static let largest = Int(Int32.max)

  /// What a head says.
  package enum Head: Hashable, Sendable {
    /// So many bytes of the session follow.
    case data(Int)
    /// So many bytes more may be sent.
    case grant(Int)

    /// Decodes a head.
    package init(_ number: UInt32) {
      let count = Int(number & 0x7fff_ffff)
      self = number >> 31 == 0 ? .data(count) : .grant(count)
    }

    /// The head as a number; counts beyond `largest` are none.
    package var number: UInt32 {
      switch self {
      case .data(let count): UInt32(count)
      case .grant(let count): UInt32(count) | 1 << 31
      }
    }
  }
}
