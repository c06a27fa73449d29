import TestSupport

/// An answer over HTTP, taken apart.
struct WebReply {
  let status: Int
  /// The headers by their names in lower case.
  let headers: [String: String]
  /// The body, put together where it came in chunks.
  let body: [UInt8]
  /// Whether the body came to its end.
  let isWhole: Bool

  /// The body as text.
  var text: String { String(decoding: body, as: UTF8.self) }

  /// Takes apart what came over a connection.
  init(_ bytes: [UInt8], isHead: Bool = false) {
    let end = bytes.indices.first { bytes[$0...].starts(with: Array("\r\n\r\n".utf8)) }
    let head = String(decoding: bytes[..<(end ?? 0)], as: UTF8.self).split(separator: "\r\n")
    status = head.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
    var headers: [String: String] = [:]
    for line in head.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = String(line[colon...].dropFirst(2))
    }
    self.headers = headers
    let rest = end.map { bytes[($0 + 4)...] } ?? []
    if headers["transfer-encoding"] == "chunked", !isHead {
      (body, isWhole) = Self.joined(rest)
    } else {
      body = Array(rest)
      isWhole = isHead || headers["content-length"].flatMap { Int($0) } == body.count
    }
  }

  private static func joined(_ bytes: ArraySlice<UInt8>) -> (body: [UInt8], isWhole: Bool) {
    var (rest, body) = (bytes, [UInt8]())
    while let line = rest.firstIndex(of: 0x0d) {
      let digits = String(decoding: rest[rest.startIndex..<line], as: UTF8.self)
      guard let count = Int(digits, radix: 16) else { break }
      if count == 0 { return (body, true) }
      let start = line + 2
      guard start + count <= rest.endIndex else { break }
      body += rest[start..<start + count]
      rest = rest[(start + count)...].dropFirst(2)
    }
    return (body, false)
  }
}

extension HubMachine {
  /// Asks for a page as a browser does.
  func page(
    _ target: String, _ headers: [String] = [], method: String = "GET", accept: String = "text/html"
  ) throws -> WebReply {
    WebReply(
      try bytes(method, target, ["Accept: \(accept)"] + headers), isHead: method == "HEAD")
  }
}
