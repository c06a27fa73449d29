internal import FsyncCore
internal import FsyncRepo

/// What a browser is told that a file is: never anything that it would run.
package struct MediaType: Sendable {
  /// The type for the header.
  package let text: String
  /// Whether it is an image that can be shown.
  package let isImage: Bool

  /// Judges by the first bytes of a file; a name says nothing.
  package init(_ head: [UInt8]) {
    if let type = Self.images.first(where: { $0.matches(head) })?.type {
      (text, isImage) = (type, true)
    } else {
      text = Self.isText(head) ? "text/plain; charset=utf-8" : "application/octet-stream"
      isImage = false
    }
  }

  /// How many bytes are looked at.
  static let length = 8192

  private struct Image {
    let type: String
    let beginning: [UInt8]
    var further: (offset: Int, bytes: [UInt8]) = (0, [])

    func matches(_ head: [UInt8]) -> Bool {
      head.starts(with: beginning) && head.dropFirst(further.offset).starts(with: further.bytes)
    }
  }

  private static let images = [
    Image(type: "image/png", beginning: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    Image(type: "image/jpeg", beginning: [0xff, 0xd8, 0xff]),
    Image(type: "image/gif", beginning: Array("GIF87a".utf8)),
    Image(type: "image/gif", beginning: Array("GIF89a".utf8)),
    Image(
      type: "image/webp", beginning: Array("RIFF".utf8), further: (8, Array("WEBP".utf8))),
  ]

  /// Says whether bytes are the beginning of a text; the last character may be cut.
  private static func isText(_ head: [UInt8]) -> Bool {
    guard !head.contains(0) else { return false }
    return (0...(head.count == length ? 3 : 0)).contains { cut in
      String(validating: head.dropLast(cut), as: UTF8.self) != nil
    }
  }
}

extension ObjectReader {
  /// The first bytes of a file, by which its type is judged.
  func head(of entry: Entry) throws(ObjectError) -> [UInt8] {
    var head: [UInt8] = []
    let range = 0..<min(entry.size, UInt64(MediaType.length))
    try readContent(of: entry, in: range) { bytes throws(ObjectError) in
      head.append(contentsOf: bytes)
    }
    return head
  }
}
