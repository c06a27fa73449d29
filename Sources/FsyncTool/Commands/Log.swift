internal import ArgumentParser
import FsyncCore
import FsyncRepo
import FsyncSystem

struct Log: Command {
  static let configuration = CommandConfiguration.command(
    "log", abstract: "Show commits, the newest first.",
    discussion: """
      With paths, only commits that changed something at or below one of them, through renames, \
      and what they changed there. A time is RFC 3339, a date, or like '2 days ago'.
      """)

  @Argument(help: ArgumentHelp("Files or folders, there or not.", valueName: "path"))
  var paths: [Word] = []

  @Flag(help: "Only commits that deleted something, and what: at the paths where any are given.")
  var deleted = false

  @Option(help: ArgumentHelp("Only commits of this time or later.", valueName: "time"))
  var since: String?

  @Option(
    name: .customShort("n"), help: ArgumentHelp("At most so many.", valueName: "count"))
  var limit: UInt?

  @Flag(help: "Draw how commits follow each other, one line a commit.")
  var graph = false

  @OptionGroup var names: NameOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = true

  func run(_ tool: Tool) throws(RepositoryError) {
    let repository = try tool.open()
    var query = LogQuery()
    query.paths = try tool.paths(paths, in: repository)
    query.deletedOnly = deleted
    query.since = try since.map { text throws(RepositoryError) in
      try repository.time(text)
    }
    query.limit = limit.map { Int(clamping: $0) }
    query.withChanges = global.verbose || names.null
    let output = tool.output
    if report.json { output.write("{\"commits\":[".utf8) }
    var isFirst = true
    var lanes = GraphLanes()
    try repository.log(query, isOrdered: graph) { entry throws(ObjectError) in
      if report.json {
        var bytes: [UInt8] = isFirst ? [] : [0x2c]
        entry.json.append(to: &bytes)
        output.write(bytes)
      } else if names.null {
        output.write(entry.record)
      } else if graph {
        for line in lanes.lines(entry, tool.style) { output.line(line) }
      } else {
        if !isFirst { output.line() }
        for line in entry.lines(tool.style) { output.line(line) }
      }
      isFirst = false
      return output.isOpen
    }
    if report.json { output.line("]}") }
  }
}

extension Repository {
  /// The time that text means, not a commit.
  func time(_ text: String) throws(RepositoryError) -> Timestamp {
    let now = now()
    let time = TimeText.parse(
      text, now: Timestamp(seconds: now.seconds, nanoseconds: now.nanoseconds), zone: .system)
    guard let time else { throw .unknownMoment(text) }
    return time
  }
}
