/// What a request says besides its address.
package struct Conditions: Sendable {
  /// Entity tags that the client has, as `If-None-Match` lists them.
  package var known: String?
  /// The part of a file that it wants, as `Range` says it.
  package var range: String?
  /// The entity tag that the part must be of, as `If-Range` says it.
  package var ifRange: String?

  /// Takes the values of headers.
  package init(known: String? = nil, range: String? = nil, ifRange: String? = nil) {
    self.known = known
    self.range = range
    self.ifRange = ifRange
  }

  /// Says whether the client has what a tag names; weakly compared, as RFC 9110 has it.
  package func knows(_ tag: String?) -> Bool {
    guard let tag, let known else { return false }
    func strong(_ text: some StringProtocol) -> String {
      String(text.hasPrefix("W/") ? text.dropFirst(2) : text[...])
    }
    return known.split(separator: ",").contains { item in
      let item = item.drop { $0 == " " }.prefix { $0 != " " }
      return item == "*" || strong(item) == strong(tag)
    }
  }

  /// The part of a file of so many bytes that is wanted; nil for all of it.
  ///
  /// One range is understood; what is none, or are several, means the whole file.
  package func part(of size: UInt64, tag: String) throws(WebError) -> Range<UInt64>? {
    guard let range, range.hasPrefix("bytes="), ifRange == nil || ifRange == tag else { return nil }
    let ends = range.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, !ends.allSatisfy(\.isEmpty),
      ends.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
    else { return nil }
    if ends[0].isEmpty {
      let count = min(UInt64(ends[1]) ?? .max, size)
      guard count > 0 else { throw .noSuchPart(of: size) }
      return size - count..<size
    }
    guard let first = UInt64(ends[0]), first < size else { throw .noSuchPart(of: size) }
    guard !ends[1].isEmpty else { return first..<size }
    let last = UInt64(ends[1]) ?? .max
    guard last >= first else { return nil }
    return first..<min(last, size - 1) + 1
  }
}
