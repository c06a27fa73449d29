import FsyncCore
import FsyncRepo

/// Differences as git prints them, so that people and `patch` read them.
enum DiffText {
  /// Files up to this size are compared line by line.
  private static let largestText = 16 << 20

  /// Prints each difference.
  static func print(_ differences: [Difference], _ tool: Tool) throws(RepositoryError) {
    for difference in differences where tool.output.isOpen {
      for line in header(of: difference) { tool.output.line(tool.style(line, .strong)) }
      guard !difference.isOfFolder, difference.hasNewContent else { continue }
      if let (old, new) = try texts(difference) {
        write(old, new, difference, tool)
      } else {
        tool.output.line(try binaryLine(difference))
      }
    }
  }

  /// The lines that say which path is concerned and what besides its content changed.
  private static func header(of difference: Difference) -> [String] {
    let (old, new) = (difference.old, difference.new)
    let (before, after) = (
      label("a/", difference.from ?? difference.path), label("b/", difference.path)
    )
    var lines = ["diff --git \(before) \(after)"]
    if let new, old == nil { lines.append("new file mode \(new.gitMode)") }
    if let old, new == nil { lines.append("deleted file mode \(old.gitMode)") }
    if let old, let new, old.gitMode != new.gitMode {
      lines += ["old mode \(old.gitMode)", "new mode \(new.gitMode)"]
    }
    if let from = difference.from {
      lines += [
        "rename from \(NameText.quoted(from))", "rename to \(NameText.quoted(difference.path))",
      ]
    }
    return lines
  }

  private static func label(_ prefix: String, _ path: Path) -> String {
    NameText.quoted(Array(prefix.utf8) + path.bytes)
  }

  /// Both contents, where both are text.
  private static func texts(
    _ difference: Difference
  ) throws(RepositoryError) -> (old: Lines, new: Lines)? {
    guard let old = try text(difference.old), let new = try text(difference.new) else { return nil }
    return (Lines(old), Lines(new))
  }

  /// A version's content where it is text: no NUL byte, and not too large; nothing is text too.
  private static func text(_ version: FileVersion?) throws(RepositoryError) -> [UInt8]? {
    guard let version else { return [] }
    guard let bytes = try version.bytes(atMost: largestText), !bytes.contains(0) else { return nil }
    return bytes
  }

  private static func write(_ old: Lines, _ new: Lines, _ difference: Difference, _ tool: Tool) {
    let before = difference.old.map { _ in label("a/", difference.from ?? difference.path) }
    let after = difference.new.map { _ in label("b/", difference.path) }
    let diff = LineDiff.unified(
      old, new,
      labels: (old: Array((before ?? "/dev/null").utf8), new: Array((after ?? "/dev/null").utf8)))
    guard tool.style.isColored else { return tool.output.write(diff) }
    var isHead = true
    for line in diff.split(separator: 0x0a, omittingEmptySubsequences: true) {
      if line.first == 0x40 { isHead = false }
      let role: Style.Role? =
        switch line.first {
        case 0x40: .place
        case 0x2b: isHead ? .strong : .good
        case 0x2d: isHead ? .strong : .bad
        default: nil
        }
      tool.output.write(tool.style.bytes(Array(line), role))
      tool.output.write([0x0a])
    }
  }

  private static func binaryLine(_ difference: Difference) throws(RepositoryError) -> String {
    let before = difference.old.map { _ in label("a/", difference.from ?? difference.path) }
    let after = difference.new.map { _ in label("b/", difference.path) }
    var text = "Binary files \(before ?? "/dev/null") and \(after ?? "/dev/null") differ"
    let sizes = [difference.old, difference.new].map { Figures.bytes($0?.size ?? 0) }
    text += " (\(sizes[0]) -> \(sizes[1])"
    if let old = difference.old, let new = difference.new {
      text += ", \(Figures.bytes(try new.bytesShared(with: old))) shared"
    }
    return text + ")"
  }
}

extension DiffText {
  /// Prints one line a difference: how many lines are new and gone, or sizes.
  static func printStatistics(
    of differences: [Difference], _ tool: Tool
  ) throws(RepositoryError) {
    var (added, removed) = (0, 0)
    for difference in differences where tool.output.isOpen {
      let name = difference.change.line(tool.style)
      if difference.isOfFolder || !difference.hasNewContent {
        tool.output.line(name)
      } else if let (old, new) = try textsIfHere(difference) {
        let hunks = LineDiff.hunks(old, new)
        let plus = hunks.reduce(0) { $0 + $1.right.count }
        let minus = hunks.reduce(0) { $0 + $1.left.count }
        (added, removed) = (added + plus, removed + minus)
        tool.output.line(
          "\(name) | \(tool.style("+\(plus)", .good)) \(tool.style("-\(minus)", .bad))")
      } else {
        let sizes = [difference.old, difference.new].map { Figures.bytes($0?.size ?? 0) }
        tool.output.line("\(name) | \(sizes[0]) -> \(sizes[1])")
      }
    }
    guard !differences.isEmpty else { return }
    tool.output.line(
      "\(Figures.count(differences.count, "path")): \(Figures.count(added, "line")) added, "
        + "\(removed) removed")
  }

  /// Both contents, where both are text and here: sizes tell something of pruned ones as well.
  private static func textsIfHere(
    _ difference: Difference
  ) throws(RepositoryError) -> (old: Lines, new: Lines)? {
    do throws(RepositoryError) { return try texts(difference) } catch {
      guard case .object(.missing) = error else { throw error }
      return nil
    }
  }

  /// A difference for scripts.
  static func json(_ difference: Difference) throws(RepositoryError) -> JSON {
    var fields = [
      JSON.Field("path", .name(difference.path)),
      JSON.Field("change", .string(difference.kind.rawValue)),
    ]
    if let from = difference.from { fields.append(JSON.Field("from", .name(from))) }
    fields.append(JSON.Field("old", difference.old?.json ?? .null))
    fields.append(JSON.Field("new", difference.new?.json ?? .null))
    if let old = difference.old, let new = difference.new, difference.hasNewContent {
      fields.append(JSON.Field("shared", .integer(try new.bytesShared(with: old))))
    }
    return .object(fields)
  }
}

extension Difference {
  /// The path, how it differs, and where it was.
  fileprivate var change: PathChange { PathChange(path: path, kind: kind, from: from) }

  /// The difference as a record for scripts.
  var record: [UInt8] { change.record }

  /// Whether only folders are concerned, which have no content of their own.
  fileprivate var isOfFolder: Bool {
    [old, new].allSatisfy { $0 == nil || $0?.kind == .directory }
  }

  /// Whether the content may differ, and not the permissions or the path alone.
  fileprivate var hasNewContent: Bool {
    guard kind != .mode else { return false }
    guard let old = old?.content, let new = new?.content else { return true }
    return old != new
  }
}

extension FileVersion {
  /// Kind and permissions as git writes them, with all bits that fsync knows.
  fileprivate var gitMode: String {
    let digits = String(mode, radix: 8)
    let bits = String(repeating: "0", count: 3 - digits.count) + digits
    return switch kind {
    case .file: "100\(bits)"
    case .directory: "040\(bits)"
    case .symlink: "120000"
    }
  }

  fileprivate var json: JSON {
    [
      "kind": .string(kind.word), "mode": .string(Figures.mode(mode)), "size": .integer(size),
      "id": .id(content),
    ]
  }
}

extension Entry.Kind {
  /// One word for the kind.
  var word: String {
    switch self {
    case .file: "file"
    case .directory: "folder"
    case .symlink: "link"
    }
  }
}
