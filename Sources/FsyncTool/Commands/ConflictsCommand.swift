import ArgumentParser
import FsyncCore
import FsyncRepo

/// `fsync conflicts`: what people must decide.
struct ConflictsCommand: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "conflicts", abstract: "List open conflicts and their versions.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var names: NameOptions

  @Flag(name: .customLong("notices"), help: "List what merges decided and people should know, too.")
  var notices = false

  func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
    let repository = try tool.repository()
    let conflicts = try repository.conflicts(notices: notices)
    if report.json {
      try tool.printList("conflicts") { visit throws(RepositoryError) in
        for conflict in conflicts { guard visit(.conflict(conflict)) else { return } }
      }
    } else if names.nul {
      for conflict in conflicts { tool.printName(conflict.path.bytes, nul: true) }
    } else {
      if conflicts.isEmpty { tool.say("no conflict is open") }
      for conflict in conflicts { show(conflict, tool) }
    }
    return .done
  }

  private func show(_ conflict: Conflict, _ tool: Tool) {
    tool.out.write(tool.style.paint(tool.shown(conflict.path), .heading))
    tool.out.write(": \(ConflictsCommand.words(conflict.kind))\n")
    for side in conflict.sides {
      let size = side.entry.kind == .file ? ", \(Figures.bytes(side.entry.size))" : ""
      let time =
        side.entry.kind == .directory
        ? ""
        : ", modified "
          + TimeText.plain(
            side.entry.mtime, zone: LocalZone.system.minutes(side.entry.mtime.seconds))
      tool.out.write(Array("  ".utf8) + tool.shown(side.path))
      tool.out.write(" (\(ErrorReport.word(side.entry.kind))\(size)\(time))\n")
    }
  }

  private static func words(_ kind: Conflict.Kind) -> String {
    switch kind {
    case .edits: "edited in ways that do not merge"
    case .additions: "added with different contents"
    case .kinds: "a folder here, something else there"
    case .editKept: "notice: edited on one side and deleted on another; the edit stays"
    case .renameKept: "notice: renamed on one side and deleted on another; it stays"
    case .moveDropped: "notice: moved into itself by moves of both sides; it stays where it was"
    case .strategyUnknown: "notice: .fsyncattributes names a strategy that this fsync does not know"
    }
  }
}

extension JSON {
  /// A conflict: where, how, and each version.
  static func conflict(_ conflict: Conflict) -> JSON {
    let copies = conflict.sides.filter { $0.path != conflict.path }
    let plain = conflict.sides.first { $0.path == conflict.path }
    return .object([
      Field("path", path(conflict.path)), Field("kind", .string(name(conflict.kind))),
      Field("base", id(conflict.base?.content)), Field("plain", path(plain?.path)),
      Field("copy", path(copies.first?.path)),
      Field("versions", .array(conflict.sides.map { side($0) })),
    ])
  }

  private static func side(_ side: Conflict.Side) -> JSON {
    let zone = LocalZone.system.minutes(side.entry.mtime.seconds)
    return .object(
      [Field("path", path(side.path))] + entry(side.entry, zone: zone)
        + [Field("commit", id(side.commit))])
  }

  private static func name(_ kind: Conflict.Kind) -> String {
    switch kind {
    case .edits: "edits"
    case .additions: "additions"
    case .kinds: "kinds"
    case .editKept: "editKept"
    case .renameKept: "renameKept"
    case .moveDropped: "moveDropped"
    case .strategyUnknown: "strategyUnknown"
    }
  }
}
