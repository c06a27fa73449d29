import FsyncCore
import FsyncRepo

/// A conflict or notice as it is printed.
struct ConflictText {
  private let conflict: Conflict
  /// The versions, the one with the plain name first, and the commits that introduced them.
  private let versions: [(side: Conflict.Side, id: ObjectID?, commit: FsyncCore.Commit?)]

  /// Looks up the commits of a conflict in the state that has it.
  init(_ conflict: Conflict, in snapshot: Snapshot) {
    self.conflict = conflict
    let sides =
      conflict.sides.filter { $0.path == conflict.path }
      + conflict.sides.filter { $0.path != conflict.path }
    versions = sides.map { side in
      // A version without a commit is of the commit that carries the table.
      let carrier = snapshot.commits.count == 1 ? snapshot.commits.first : nil
      guard let id = side.commit ?? carrier else { return (side, nil, nil) }
      return (side, id, try? snapshot.reader.commit(id))
    }
  }

  private var copies: [Path] { versions.map(\.side.path).filter { $0 != conflict.path } }

  /// The conflict for people.
  func lines(_ style: Style) -> [String] {
    let name = NameText.quoted(conflict.path)
    var lines = ["\(style(name, conflict.isNotice ? .note : .bad)): \(conflict.kind.text)"]
    let width = versions.map { NameText.quoted($0.side.path).count }.max() ?? 0
    for (side, _, commit) in versions {
      var facts = [side.entry.kind == .directory ? "folder" : Figures.bytes(side.entry.size)]
      if let commit {
        facts.append("by \(NameText.line(commit.replicaName))")
        facts.append(TimeText.plain(commit.time, zone: commit.zone))
      }
      let place = Figures.padded(NameText.quoted(side.path), width)
      lines.append("  \(place)  \(facts.joined(separator: ", "))")
    }
    return lines
  }

  /// The conflict as a record for scripts: its path and those of its copies, each ended by NUL,
  /// and one NUL more.
  var record: [UInt8] {
    ([conflict.path] + copies).flatMap { $0.bytes + [0] } + [0]
  }

  /// The conflict for scripts.
  var json: JSON {
    let plain = versions.first { $0.side.path == conflict.path }
    return [
      "path": .name(conflict.path), "kind": .string(conflict.kind.word),
      "base": .id(conflict.base?.content), "plain": .id(plain?.side.entry.content),
      "copy": .name(copies.first),
      "versions": .array(
        versions.map { side, id, commit in
          [
            "path": .name(side.path), "kind": .string(side.entry.kind.word),
            "id": .id(side.entry.content), "size": .integer(side.entry.size), "commit": .id(id),
            "replica": commit.map { .name($0.replicaName) } ?? .null,
            "time": commit.map { .time($0.time, zone: $0.zone) } ?? .null,
          ]
        }),
    ]
  }
}

extension Conflict.Kind {
  fileprivate var text: String {
    switch self {
    case .edits: "edited on several sides"
    case .additions: "added on several sides"
    case .kinds: "a file or link on one side, a folder on another"
    case .editKept: "edited on one side and deleted on another; the edit stayed"
    case .renameKept: "renamed on one side and deleted on another; the renamed one stayed"
    case .moveDropped: "moved into itself by both sides together; one move was dropped"
    case .strategyUnknown:
      ".fsyncattributes names a way of merging that this version does not know"
    }
  }

  /// One word for scripts.
  fileprivate var word: String {
    switch self {
    case .edits: "edits"
    case .additions: "additions"
    case .kinds: "kinds"
    case .editKept: "edit-kept"
    case .renameKept: "rename-kept"
    case .moveDropped: "move-dropped"
    case .strategyUnknown: "strategy-unknown"
    }
  }
}
