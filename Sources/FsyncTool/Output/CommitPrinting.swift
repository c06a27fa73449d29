import FsyncCore
import FsyncRepo

extension Tool {
  /// A commit's lines for people, without a line feed.
  func lines(of entry: LogEntry) -> [[UInt8]] {
    let commit = entry.commit
    let author = String(decoding: shownText(commit.author), as: UTF8.self)
    let replica = String(decoding: shownText(commit.replicaName), as: UTF8.self)
    var lines = [
      Array("\(style.paint("commit \(entry.id)", .changed))\(Tool.mark(commit.kind))".utf8),
      Array("Author:  \(author) on \(replica)".utf8),
      Array("Date:    \(TimeText.plain(commit.time, zone: commit.zone))".utf8),
    ]
    if !commit.message.isEmpty {
      lines.append([])
      for line in shownText(commit.message).split(separator: 0x0a, omittingEmptySubsequences: false)
      {
        lines.append(Array("    ".utf8) + line)
      }
      if lines.last == Array("    ".utf8) { lines.removeLast() }
    }
    return lines
  }

  private static func mark(_ kind: Commit.Kind) -> String {
    kind == .manual ? "" : " (\(name(kind)))"
  }

  /// Text from elsewhere: made harmless for a terminal, as it is for a pipe.
  func shownText(_ bytes: [UInt8]) -> [UInt8] {
    out.isTerminal ? Quoting.harmless(bytes) : bytes
  }

  /// A kind's stable name.
  static func name(_ kind: Commit.Kind) -> String {
    switch kind {
    case .manual: "manual"
    case .automatic: "automatic"
    case .restore: "restore"
    case .resolve: "resolve"
    case .approved: "approved"
    }
  }
}

extension JSON {
  /// A commit; its changes too where they are known.
  static func commit(_ entry: LogEntry) -> JSON {
    let commit = entry.commit
    var fields = [
      Field("id", id(entry.id)), Field("parents", ids(commit.parents)),
      Field("tree", id(commit.tree)), Field("author", text(commit.author)),
      Field("replica", text(commit.replicaName)),
      Field("replicaId", .string(commit.replica.description)),
      Field("sequence", .unsigned(commit.sequence)),
      Field("time", time(commit.time, zone: commit.zone)),
      Field("kind", .string(Tool.name(commit.kind))), Field("message", text(commit.message)),
    ]
    if let changes = entry.changes { fields.append(Field("changes", .changes(changes))) }
    return .object(fields)
  }
}
