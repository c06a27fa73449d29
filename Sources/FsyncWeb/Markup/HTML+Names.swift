package import FsyncCore
internal import FsyncRepo

extension HTML {
  /// A name or other text of one line from elsewhere, whose direction of writing ends with it.
  ///
  /// Bytes that are no text, line feeds and commands show as escapes.
  package static func name(_ bytes: [UInt8]) -> HTML {
    element(.bdi, .style("name"), .untranslated) { NameText.line(bytes) }
  }

  /// A path; the root is `/`, and of one that is longer than anybody reads both ends are shown.
  package static func path(_ path: Path) -> HTML {
    let bytes = path.bytes
    guard bytes.count > 1000 else { return path.isRoot ? "/" : name(bytes) }
    return name(bytes.prefix(490) + Array(" ... ".utf8) + bytes.suffix(490))
  }

  /// Text of several lines from elsewhere.
  package static func lines(_ bytes: [UInt8]) -> HTML {
    element(.bdi, .style("lines")) { NameText.visible(bytes) }
  }

  /// A time to the minute, with all of it for programs and for those who ask.
  package static func time(_ time: Timestamp, zone: Int16 = 0) -> HTML {
    let plain = TimeText.plain(time, zone: zone)
    return element(
      .time, .datetime(TimeText.rfc3339(time, zone: zone)), .title(plain)
    ) {
      // Years of five digits are somebody's mistake, and shown whole.
      let minutes = plain.split(separator: ":").prefix(2).joined(separator: ":")
      minutes
    }
  }

  /// A commit's id, shortened.
  package static func id(_ id: ObjectID) -> HTML {
    element(.code, .style("id")) { id.short }
  }
}
