internal import FsyncCore

/// The words of a commit that nobody gave a message: what changed, by number and by name.
enum CommitMessage {
  /// Returns for example `2 added, 1 deleted: a.txt, b.txt, old/c.txt`.
  static func generated(for changes: ChangeSummary) -> [UInt8] {
    guard !changes.isEmpty else { return Array("no change of content".utf8) }
    let order: [ChangeKind] = [.added, .modified, .renamed, .deleted, .retyped, .mode]
    let counts = order.compactMap { kind in
      changes.counts[kind].map { "\($0) \(word(kind))" }
    }
    var message = Array(counts.joined(separator: ", ").utf8)
    message += Array(": ".utf8)
    for (index, path) in changes.first.enumerated() {
      if index > 0 { message += Array(", ".utf8) }
      message += path.bytes.prefix(200)
    }
    let more = changes.count - changes.first.count
    if more > 0 { message += Array(" and \(more) more".utf8) }
    return message
  }

  private static func word(_ kind: ChangeKind) -> String {
    switch kind {
    case .added: "added"
    case .modified: "modified"
    case .renamed: "renamed"
    case .deleted: "deleted"
    case .retyped: "of another kind"
    case .mode: "of another mode"
    }
  }
}
