import ArgumentParser
import FsyncCore
import FsyncRepo

/// `fsync ls`: what a state holds.
struct ListCommand: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List what the repository holds, now or at a time.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var names: NameOptions

  @Flag(name: [.customShort("r"), .customLong("recursive")], help: "Go into folders.")
  var recursive = false

  @Flag(name: [.customShort("l"), .customLong("long")], help: "Show kind, mode, size and time.")
  var long = false

  @Option(
    name: .customLong("at"),
    help: ArgumentHelp("The state: a commit or a time.", valueName: "state"))
  var moment: String?

  @Argument(
    help: ArgumentHelp("What to list; the current folder by default.", valueName: "path"),
    completion: .file())
  var path: RawArgument?

  func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
    let repository = try tool.repository()
    let snapshot = try tool.snapshot(moment, in: repository)
    let path = try tool.path(path, in: repository)
    guard try readingEntry(snapshot, path) != nil || path.isRoot else {
      throw .noSuchPath(path)
    }
    let zone = LocalZone.system
    if report.json {
      try tool.printList("entries") { visit throws(RepositoryError) in
        try snapshot.visit(path, isRecursive: recursive) { path, entry in
          let zone = zone.minutes(entry.mtime.seconds)
          return visit(.object([.init("path", .path(path))] + JSON.entry(entry, zone: zone)))
        }
      }
      return .done
    }
    try snapshot.visit(path, isRecursive: recursive) { path, entry in
      if long { tool.out.write(ListCommand.details(entry, zone)) }
      tool.printName(path.bytes, nul: names.nul)
      return !tool.out.isClosed
    }
    return .done
  }

  private func readingEntry(
    _ snapshot: Snapshot, _ path: Path
  ) throws(RepositoryError) -> Entry? {
    do { return try snapshot.entry(at: path) } catch { throw .object(error) }
  }

  private static func details(_ entry: Entry, _ zone: LocalZone) -> String {
    let letter = entry.kind == .file ? "-" : entry.kind == .directory ? "d" : "l"
    let size = entry.kind == .directory ? "-" : "\(entry.size)"
    let time =
      entry.kind == .directory
      ? String(repeating: " ", count: 25)
      : TimeText.plain(entry.mtime, zone: zone.minutes(entry.mtime.seconds))
    return "\(letter) \(Figures.mode(entry.mode)) "
      + String(repeating: " ", count: max(0, 12 - size.count)) + "\(size) \(time) "
  }
}

extension Tool {
  /// The state that text names; the one that the folder was last brought to without any.
  func snapshot(_ text: String?, in repository: Repository) throws(RepositoryError) -> Snapshot {
    guard let text else { return try repository.snapshot(at: .base) }
    return try repository.snapshot(at: try repository.moment(text))
  }

  /// The path that an argument means; without one the current folder's, or the root.
  func path(
    _ argument: RawArgument?, in repository: Repository
  ) throws(RepositoryError) -> Path {
    if let argument { return try paths([argument], in: repository).first ?? .root }
    if repository.isBare { return .root }
    return (try? paths([RawArgument(bytes: [0x2e])], in: repository).first) ?? .root
  }
}

extension Snapshot {
  /// Calls back for what is at or below a path, until the callback returns false.
  func visit(
    _ path: Path, isRecursive: Bool, _ body: (Path, Entry) -> Bool
  ) throws(RepositoryError) {
    do {
      try list(path, isRecursive: isRecursive) { path, entry throws(ObjectError) in
        body(path, entry)
      }
    } catch { throw .object(error) }
  }
}
