internal import FsyncCore

/// The words of a commit that nobody gave a message: what changed, by number and by name.
enum CommitMessage {
  /// How many paths are named.
  private static let named = 3

  /// Returns for example `2 added, 1 deleted: a.txt, b.txt, old/c.txt`.
  static func generated(for changes: [PathChange]) -> [UInt8] {
    guard !changes.isEmpty else { return Array("no change of content".utf8) }
    let order: [ChangeKind] = [.added, .modified, .renamed, .deleted, .retyped, .mode]
    let counts = order.compactMap { kind -> String? in
      let count = changes.count { $0.kind == kind }
      return count == 0 ? nil : "\(count) \(word(kind))"
    }
    var message = Array(counts.joined(separator: ", ").utf8)
    message += Array(": ".utf8)
    for (index, change) in changes.prefix(named).enumerated() {
      if index > 0 { message += Array(", ".utf8) }
      message += change.path.bytes.prefix(200)
    }
    if changes.count > named { message += Array(" and \(changes.count - named) more".utf8) }
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
