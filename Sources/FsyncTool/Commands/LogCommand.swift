import ArgumentParser
import FsyncCore
import FsyncRepo
import FsyncSystem

/// `fsync log`: the history.
struct LogCommand: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Show the history, newest first.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var report: ReportOptions

  @Flag(name: .customLong("deleted"), help: "Show only commits that deleted something, and what.")
  var deleted = false

  @Flag(name: .customLong("graph"), help: "Draw the lines of history at the left.")
  var graph = false

  @Flag(name: .customLong("oneline"), help: "Show each commit on one line.")
  var oneLine = false

  @Option(
    name: .customLong("since"),
    help: ArgumentHelp("Show only commits of this time or later.", valueName: "time"))
  var since: String?

  @Option(
    name: [.customShort("n"), .customLong("max-count")],
    help: ArgumentHelp("Show at most so many commits.", valueName: "count"))
  var count: Int?

  @Argument(
    help: ArgumentHelp(
      "Show only commits that changed something there; renames are followed.", valueName: "path"),
    completion: .file())
  var paths: [RawArgument] = []

  func validate() throws {
    if let count, count < 0 { throw ValidationError("the count must not be negative") }
  }

  func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
    let repository = try tool.repository()
    var query = LogQuery()
    query.paths = try tool.paths(paths, in: repository)
    query.deletedOnly = deleted
    query.limit = count
    query.withChanges = tool.options.verbose
    if let since {
      let now = Clock.now()
      guard
        let time = TimeText.parse(
          since, now: Timestamp(seconds: now.seconds, nanoseconds: now.nanoseconds), zone: .system)
      else { throw .unknownMoment(since) }
      query.since = time
    }
    if report.json {
      try tool.printList("commits") { visit throws(RepositoryError) in
        try repository.log(query) { entry throws(ObjectError) in visit(.commit(entry)) }
      }
      return .done
    }
    var drawing = GraphDrawing<ObjectID>()
    var isFirst = true
    try repository.log(query, isOrdered: graph) { entry throws(ObjectError) in
      if !isFirst, !graph, !oneLine { tool.out.write([0x0a]) }
      isFirst = false
      let lines = lines(of: entry, tool)
      if graph {
        // Commits that the query leaves out would tear columns: they are drawn only when all is.
        let row = drawing.next(entry.id, parents: entry.commit.parents)
        LogCommand.write(lines, beside: row, to: tool)
      } else {
        for line in lines { tool.out.write(line + [0x0a]) }
      }
      return !tool.out.isClosed
    }
    return .done
  }

  private func lines(of entry: LogEntry, _ tool: Tool) -> [[UInt8]] {
    var lines: [[UInt8]]
    if oneLine {
      let subject = entry.commit.message.prefix { $0 != 0x0a }
      lines = [
        Array(tool.style.paint(String(entry.id.description.prefix(12)), .changed).utf8) + [0x20]
          + tool.shownText(Array(subject))
      ]
    } else {
      lines = tool.lines(of: entry)
    }
    if tool.options.verbose || deleted, let changes = entry.changes {
      if !oneLine { lines.append([]) }
      lines += changes.map { change in
        Array("  \(change.kind.rawValue)\(Tool.padding(change.kind.rawValue, 10))".utf8)
          + (change.from.map { tool.shown($0) + Array(" -> ".utf8) } ?? [])
          + tool.shown(change.path)
      }
    }
    if graph, !oneLine { lines.append([]) }
    return lines
  }

  private static func write(
    _ lines: [[UInt8]], beside row: GraphDrawing<ObjectID>.Row, to tool: Tool
  ) {
    for (index, line) in lines.enumerated() {
      let drawn = index == 0 ? row.first : row.rest
      tool.out.write(tool.style.paint(drawn, .place) + (line.isEmpty ? "" : "  "))
      tool.out.write(line + [0x0a])
    }
    for link in row.links { tool.out.write(tool.style.paint(link, .place) + "\n") }
  }
}
