import FsyncCore
import FsyncRepo

extension ChangeKind {
  /// The letter that stands for the change, as git has it.
  var letter: String {
    switch self {
    case .added: "A"
    case .modified: "M"
    case .deleted: "D"
    case .retyped: "T"
    case .mode: "P"
    case .renamed: "R"
    }
  }

  fileprivate var role: Style.Role {
    switch self {
    case .added: .good
    case .deleted: .bad
    default: .note
    }
  }

  fileprivate var words: String { self == .mode ? "changed in mode" : rawValue }
}

extension PathChange {
  /// The change on one line.
  func line(_ style: Style) -> String {
    let name = NameText.quoted(path)
    let text = from.map { "\(NameText.quoted($0)) -> \(name)" } ?? name
    return "\(style(kind.letter, kind.role)) \(text)"
  }

  /// The change as a record for scripts: letter, space, path, NUL; a rename's source follows.
  var record: [UInt8] {
    var bytes = Array("\(kind.letter) ".utf8) + path.bytes + [0]
    if let from { bytes += from.bytes + [0] }
    return bytes
  }

  /// The change for scripts.
  var json: JSON {
    var fields = [
      JSON.Field("path", .name(path)), JSON.Field("change", .string(kind.rawValue)),
    ]
    if let from { fields.append(JSON.Field("from", .name(from))) }
    return .object(fields)
  }
}

extension ChangeSummary {
  /// How many of each kind: `2 added, 1 modified`.
  var text: String {
    let order: [ChangeKind] = [.added, .modified, .deleted, .renamed, .retyped, .mode]
    return order.compactMap { kind in counts[kind].map { "\($0) \(kind.words)" } }
      .joined(separator: ", ")
  }
}

extension [PathChange] {
  /// How many of each kind.
  var summary: String { ChangeSummary(self).text }

  /// All of them for scripts.
  var json: JSON { .array(map(\.json)) }
}

extension CommitResult {
  /// The result for scripts.
  func json(dryRun: Bool) -> JSON {
    [
      "commits": .ids(commits), "changes": changes.json, "problems": .array(problems.map(\.json)),
      "bytesRead": .integer(bytesRead), "bytesStored": .integer(bytesStored),
      "dryRun": .boolean(dryRun),
    ]
  }
}

extension Tool {
  /// Tells what a commit did, or would do.
  func say(_ result: CommitResult, dryRun: Bool, nothing: String = "nothing to commit") {
    if dryRun || global.verbose {
      for change in result.changes { say("  \(change.line(style))") }
    }
    if dryRun {
      say(result.summary.isEmpty ? nothing : "would commit: \(result.summary.text)")
      return
    }
    for id in result.commits {
      let summary = result.summary.isEmpty ? "" : ": \(result.summary.text)"
      say("commit \(style(id.short, .note))\(summary)")
    }
    if result.commits.isEmpty { say(nothing) }
  }
}
