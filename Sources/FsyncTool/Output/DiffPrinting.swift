import FsyncCore
import FsyncRepo

extension Tool {
  /// Prints what differs at one path: a unified diff of text, sizes and shared content of others.
  func print(_ difference: Difference) throws(RepositoryError) {
    if let from = difference.from {
      out.write(style.paint(Array("renamed ".utf8) + shown(from), .heading))
      out.write(style.paint(Array(" -> ".utf8) + shown(difference.path), .heading) + [0x0a])
    }
    guard difference.old != nil || difference.new != nil else { return }
    if let old = difference.old, let new = difference.new, old.kind == new.kind, old.kind != .symlink,
      old.mode != new.mode
    {
      heading("mode", difference.path, "\(Figures.mode(old.mode)) -> \(Figures.mode(new.mode))")
    }
    let kinds = Set([difference.old?.kind, difference.new?.kind].compactMap { $0 })
    if kinds == [.directory] {
      if difference.kind != .mode { heading(difference.kind.rawValue, difference.path, "folder") }
    } else if kinds.isSubset(of: [.file]), try printText(difference) {
      return
    } else {
      try printSizes(difference)
    }
  }

  private func heading(_ word: String, _ path: Path, _ rest: String) {
    out.write(style.paint(Array("\(word) ".utf8) + shown(path), .heading))
    out.write(": \(rest)\n")
  }

  /// Prints a unified diff; false where a version is not text or too large.
  private func printText(_ difference: Difference) throws(RepositoryError) -> Bool {
    let bound = TextMerge.maximumSize
    if let old = difference.old?.content, old == difference.new?.content { return true }
    guard let old = try difference.old.map({ (old) throws(RepositoryError) in try old.bytes(atMost: bound) }) ?? [],
      let new = try difference.new.map({ (new) throws(RepositoryError) in try new.bytes(atMost: bound) }) ?? [],
      TextMerge.isText(old), TextMerge.isText(new)
    else { return false }
    let absent = Array("/dev/null".utf8)
    let before = difference.old == nil ? absent : Array("a/".utf8) + shown(difference.from ?? difference.path)
    let after = difference.new == nil ? absent : Array("b/".utf8) + shown(difference.path)
    if old.isEmpty, new.isEmpty, difference.kind != .mode, difference.from == nil {
      heading(difference.kind.rawValue, difference.path, "empty file")
    }
    printColoured(LineDiff.unified(Lines(old), Lines(new), labels: (before, after)))
    return true
  }

  private func printColoured(_ diff: [UInt8]) {
    guard style.isOn else { return out.write(diff) }
    var isHead = true
    for line in Lines(diff).ranges {
      let bytes = diff[line].last == 0x0a ? diff[line].dropLast() : diff[line]
      switch (bytes.first, isHead) {
      case (0x40, _):
        isHead = false
        out.write(style.paint(bytes, .place))
      case (_, true): out.write(style.paint(bytes, .heading))
      case (0x2b, _): out.write(style.paint(bytes, .added))
      case (0x2d, _): out.write(style.paint(bytes, .removed))
      default: out.write(bytes)
      }
      out.write([0x0a])
    }
  }

  private func printSizes(_ difference: Difference) throws(RepositoryError) {
    switch (difference.old, difference.new) {
    case (.some(let old), .some(let new)) where old.kind == .file && new.kind == .file:
      let shared = try new.bytesShared(with: old)
      // The percentage is rounded down: 100 % means everything.
      let percent = new.size == 0 ? 0 : Int(Double(shared) / Double(new.size) * 100)
      heading(
        "binary", difference.path,
        "\(Figures.bytes(old.size)) -> \(Figures.bytes(new.size)), "
          + "\(percent)% of the new content is shared")
    case (let old, let new):
      heading(
        difference.kind.rawValue, difference.path,
        "\(try describe(old) ?? "nothing") -> \(try describe(new) ?? "nothing")")
    }
  }

  private func describe(_ version: FileVersion?) throws(RepositoryError) -> String? {
    guard let version else { return nil }
    switch version.kind {
    case .directory: return "folder"
    case .file: return "file of \(Figures.bytes(version.size))"
    case .symlink:
      let target = try version.bytes(atMost: Limits.path) ?? []
      return "link to \(name(target))"
    }
  }
}

extension JSON {
  /// A difference: both versions, and for two files how many bytes they share.
  static func difference(_ difference: Difference) throws(RepositoryError) -> JSON {
    var fields = [
      Field("path", path(difference.path)), Field("change", .string(difference.kind.rawValue)),
    ]
    if let from = difference.from { fields.append(Field("from", path(from))) }
    fields.append(Field("old", version(difference.old)))
    fields.append(Field("new", version(difference.new)))
    if let old = difference.old, let new = difference.new, old.kind == .file, new.kind == .file {
      fields.append(Field("shared", .unsigned(try new.bytesShared(with: old))))
    }
    return .object(fields)
  }

  private static func version(_ version: FileVersion?) -> JSON {
    guard let version else { return .null }
    return .object([
      Field("kind", .string(name(version.kind))),
      Field("mode", .string(Figures.mode(version.mode))),
      Field("size", .unsigned(version.size)), Field("content", id(version.content)),
    ])
  }
}
