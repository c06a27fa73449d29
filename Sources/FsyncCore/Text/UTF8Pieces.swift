/// Bytes taken apart into the scalars that they spell and the bytes that spell none.
package enum UTF8Pieces {
  /// A scalar, or bytes that are no part of UTF-8, and where they are.
  package enum Piece {
    case scalar(Unicode.Scalar, Range<Int>)
    case invalid(Range<Int>)

    /// Where it is.
    package var range: Range<Int> {
      switch self {
      case .scalar(_, let range), .invalid(let range): range
      }
    }
  }

  /// Calls back for every piece, in order.
  package static func forEach(in bytes: [UInt8], _ body: (Piece) -> Void) {
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var position = 0
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .emptyInput: return
      case .valid(let encoded):
        let end = position + encoded.count
        body(.scalar(UTF8.decode(encoded), position..<end))
        position = end
      case .error(let length):
        body(.invalid(position..<position + length))
        position += length
      }
    }
  }
}
