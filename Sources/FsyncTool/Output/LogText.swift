import FsyncCore
import FsyncRepo

extension FsyncCore.Commit.Kind {
  /// One word for the kind.
  var word: String {
    switch self {
    case .manual: "manual"
    case .automatic: "automatic"
    case .restore: "restore"
    case .resolve: "resolve"
    case .approved: "approved"
    }
  }
}

extension LogEntry {
  /// The first line of the message.
  var title: String {
    NameText.line(Array(commit.message.prefix { $0 != 0x0a }))
  }

  /// The commit for people.
  func lines(_ style: Style) -> [String] {
    let kind = commit.kind == .manual ? "" : ", \(commit.kind.word)"
    var lines = [
      style("commit \(id)", .note),
      "Author:  \(NameText.line(commit.author))",
      "Replica: \(NameText.line(commit.replicaName)) (its number \(commit.sequence)\(kind))",
      "Date:    \(TimeText.plain(commit.time, zone: commit.zone))",
      "",
    ]
    for line in NameText.visible(commit.message).split(
      separator: "\n", omittingEmptySubsequences: false)
    {
      lines.append("    \(line)")
    }
    if let changes, !changes.isEmpty {
      lines.append("")
      lines += changes.map { "  \($0.line(style))" }
    }
    return lines
  }

  /// The commit as a record for scripts: id, NUL, its changes, NUL.
  var record: [UInt8] {
    var bytes = Array("\(id)".utf8) + [0]
    for change in changes ?? [] { bytes += change.record }
    return bytes + [0]
  }

  /// The commit for scripts.
  var json: JSON {
    var fields = [
      JSON.Field("id", .id(id)), JSON.Field("parents", .ids(commit.parents)),
      JSON.Field("tree", .id(commit.tree)),
      JSON.Field("author", .name(commit.author)), JSON.Field("replica", .name(commit.replicaName)),
      JSON.Field("replicaId", .string(commit.replica.description)),
      JSON.Field("sequence", .integer(commit.sequence)),
      JSON.Field("time", .time(commit.time, zone: commit.zone)),
      JSON.Field("kind", .string(commit.kind.word)),
      JSON.Field("message", .name(commit.message)),
    ]
    if let changes { fields.append(JSON.Field("changes", changes.json)) }
    return .object(fields)
  }
}
