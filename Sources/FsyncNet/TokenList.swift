/// Which token a client shows to which hub: a file that nobody else may read.
///
/// A line is the beginning of a URL, a blank, and a token; what follows `#` is for people. The
/// longest beginning that a place has is the one that counts.
///
/// ```
/// https://hub.example.org          fst-…
/// https://hub.example.org/photos   fst-…
/// ```
package enum TokenList {
  /// Finds the token for a place; nil where none is for it.
  package static func token(for place: HTTPPlace, in bytes: [UInt8]) -> String? {
    var best: (length: Int, token: String)?
    for line in bytes.split(separator: 0x0a) {
      let words = line.prefix { $0 != UInt8(ascii: "#") }
        .split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
      guard words.count == 2, let (length, token) = match(place, words[0], words[1]) else {
        continue
      }
      if length > best?.length ?? -1 { best = (length, token) }
    }
    return best?.token
  }

  private static func match(
    _ place: HTTPPlace, _ prefix: ArraySlice<UInt8>, _ token: ArraySlice<UInt8>
  ) -> (Int, String)? {
    var text = String(decoding: prefix, as: UTF8.self)
    while text.hasSuffix("/") { text.removeLast() }
    let url = place.description
    // A beginning ends where a component of the path does: `/photo` is not for `/photos`.
    guard url == text || url.hasPrefix(text + "/"), text.utf8.count >= place.origin.utf8.count
    else { return nil }
    return (text.utf8.count, String(decoding: token, as: UTF8.self))
  }
}
