import FsyncCore
import FsyncRepo

extension Tool {
  /// Prints changes, one a line.
  func print(_ changes: [PathChange], indent: String = "") {
    for change in changes {
      let word = change.kind.rawValue
      out.write(indent)
      out.write(style.paint(word + Tool.padding(word, 10), Tool.role(change.kind)))
      if let from = change.from { out.write(shown(from) + Array(" -> ".utf8)) }
      out.write(shown(change.path) + [0x0a])
    }
  }

  /// Prints changes for programs: the kind, a space and the path, ended by NUL; a renamed one's
  /// former path follows, ended by NUL as well.
  func printNul(_ changes: [PathChange]) {
    for change in changes {
      out.write(Array("\(change.kind.rawValue) ".utf8) + change.path.bytes + [0])
      if let from = change.from { out.write(from.bytes + [0]) }
    }
  }

  /// Spaces that bring a word to a width, one at least.
  static func padding(_ word: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - word.count))
  }

  private static func role(_ kind: ChangeKind) -> Style.Role {
    switch kind {
    case .added: .added
    case .deleted: .removed
    default: .changed
    }
  }

  /// Tells of paths that were left alone.
  func warn(_ problems: [PathProblem]) {
    for problem in problems where !options.quiet || problem.reason.status != .done {
      warn("\(name(problem.path)): \(ErrorReport.reason(problem.reason))")
    }
  }
}

extension PathProblem.Reason {
  /// What the problem makes of the exit status.
  var status: ExitStatus {
    switch self {
    case .unreadable, .changing, .unsettled, .notWritten: .partly
    case .held: .attention
    case .special, .otherFileSystem, .nestedRepository, .name: .done
    }
  }

  /// Its stable name in JSON.
  var jsonName: String {
    switch self {
    case .unreadable: "unreadable"
    case .changing: "changing"
    case .special: "special"
    case .otherFileSystem: "otherFileSystem"
    case .nestedRepository: "nestedRepository"
    case .name: "name"
    case .unsettled: "unsettled"
    case .held: "held"
    case .notWritten: "notWritten"
    }
  }
}

extension [PathProblem] {
  /// The exit status of them together.
  var status: ExitStatus { reduce(.done) { $0.merged(with: $1.reason.status) } }
}

extension JSON {
  /// A change.
  static func change(_ change: PathChange) -> JSON {
    var fields = [
      Field("path", path(change.path)), Field("change", .string(change.kind.rawValue)),
    ]
    if let from = change.from { fields.append(Field("from", path(from))) }
    return .object(fields)
  }

  /// Changes.
  static func changes(_ changes: [PathChange]) -> JSON { .array(changes.map { .change($0) }) }

  /// Paths that were left alone.
  static func problems(_ problems: [PathProblem]) -> JSON {
    .array(
      problems.map { problem in
        .object([
          Field("path", text(problem.path)), Field("reason", .string(problem.reason.jsonName)),
          Field("detail", .string(ErrorReport.reason(problem.reason))),
        ])
      })
  }

  /// What a path holds in a state.
  static func entry(_ entry: Entry, zone: Int16) -> [Field] {
    var fields = [
      Field("kind", .string(name(entry.kind))), Field("mode", .string(Figures.mode(entry.mode))),
    ]
    if entry.kind != .directory {
      fields.append(Field("size", .unsigned(entry.size)))
      fields.append(Field("mtime", time(entry.mtime, zone: zone)))
    }
    fields.append(Field("content", id(entry.content)))
    return fields
  }

  /// A kind's stable name.
  static func name(_ kind: Entry.Kind) -> String {
    switch kind {
    case .file: "file"
    case .directory: "directory"
    case .symlink: "symlink"
    }
  }
}
